"""Class means: Gram matrices, domains, sizes of classes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from synthetic import imbalanced_sizes, orthoplex, random_means, simplex_etf, zipf_sizes

EPS = torch.finfo(torch.float64).eps


def gram_error(means: torch.Tensor) -> float:
    c = len(means)
    target = torch.full((c, c), -1.0 / (c - 1), dtype=means.dtype).fill_diagonal_(1.0)
    return float((means @ means.mT - target).abs().max())


@given(n_classes=st.integers(2, 60), extra=st.integers(0, 5))
def test_simplex_gram_is_exact_to_rounding(n_classes: int, extra: int) -> None:
    means = simplex_etf(n_classes, n_classes - 1 + extra)
    # Each entry carries at most 4 roundings; a product of rows sums C - 1 terms below 1 in all.
    assert gram_error(means) <= (n_classes + 8) * EPS


def test_a_shifted_simplex_is_noticed() -> None:
    assert gram_error(simplex_etf(5, 4) + 1e-12) > (5 + 8) * EPS


def test_simplex_needs_dimensions() -> None:
    with pytest.raises(ValueError, match=r"need dim >= n_classes - 1, got dim=2, n_classes=4"):
        simplex_etf(4, 2)


@given(dim=st.integers(1, 12), data=st.data())
def test_orthoplex_rows_are_axes(dim: int, data: st.DataObject) -> None:
    c = data.draw(st.integers(1, 2 * dim))
    gram = orthoplex(c, dim) @ orthoplex(c, dim).mT
    i = torch.arange(c)
    opposite = (i[:, None] - i).abs() == dim
    assert torch.equal(gram, torch.eye(c, dtype=gram.dtype) - opposite.to(gram.dtype))


def test_orthoplex_has_two_points_per_axis() -> None:
    with pytest.raises(ValueError, match=r"need 1 <= n_classes <= 2 dim, got n_classes=5, dim=2"):
        orthoplex(5, 2)


@given(seed=st.integers(0, 2**32 - 1), c=st.integers(1, 9), d=st.integers(1, 9))
def test_random_means_are_reproducible_unit_rows(seed: int, c: int, d: int) -> None:
    draws = [random_means(c, d, generator=torch.Generator().manual_seed(seed)) for _ in range(2)]
    assert torch.equal(*draws)
    assert float((draws[0].norm(dim=1) - 1).abs().max()) <= (d + 4) * EPS


@given(c=st.integers(1, 50), extra=st.integers(0, 5000), exponent=st.floats(0, 6))
def test_zipf_sizes_sum_and_fall(c: int, extra: int, exponent: float) -> None:
    sizes = zipf_sizes(c + extra, c, exponent)
    assert sum(sizes) == c + extra
    assert sizes[-1] >= 1
    assert list(sizes) == sorted(sizes, reverse=True)


@given(c=st.integers(1, 50), extra=st.integers(0, 5000), ratio=st.floats(1, 1e6))
def test_imbalanced_sizes_sum_and_fall(c: int, extra: int, ratio: float) -> None:
    sizes = imbalanced_sizes(c + extra, c, ratio)
    assert sum(sizes) == c + extra
    assert sizes[-1] >= 1
    assert list(sizes) == sorted(sizes, reverse=True)


def test_shares_follow_the_law() -> None:
    assert zipf_sizes(30, 3, 0.0) == (10, 10, 10)
    assert imbalanced_sizes(1_110_000, 3, 100.0) == (1_000_000, 100_000, 10_000)
    sizes = zipf_sizes(10**8, 10, 1.5)
    for rank, size in enumerate(sizes, start=1):
        # One unit of rounding in each of the two sizes.
        assert abs(size - sizes[0] * rank**-1.5) <= 2


def test_every_class_needs_a_sample() -> None:
    with pytest.raises(ValueError, match=r"need 1 <= n_classes <= n_total, got n_classes=4"):
        zipf_sizes(3, 4, 1.0)
    with pytest.raises(ValueError, match=r"need ratio >= 1, got ratio=0.5"):
        imbalanced_sizes(10, 2, 0.5)
