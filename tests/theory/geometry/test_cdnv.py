"""Class-distance-normalised variance: loops, invariances, corners, domain."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from tests.theory.geometry.naive import cloud, variances_by_loops
from theory.geometry import cdnv, class_statistics, directional_cdnv, root_cdnv

MEASURES = (cdnv, directional_cdnv, root_cdnv)
SIZES = st.lists(st.integers(1, 5), min_size=2, max_size=5)
DIMENSIONS = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)


def slack(x: Tensor, y: Tensor) -> float:
    """Relative error of a ratio v/D^2 whose D is a difference of means of rounded features."""
    means = class_statistics(x, y).means.double()
    closest = float(torch.nn.functional.pdist(means).min())
    terms = 8 * (x.shape[0] + x.shape[1] + 8) * torch.finfo(torch.float64).eps
    return terms * (1 + float(x.abs().max()) / closest) ** 2


def agree(found: Tensor, wanted: NDArray[np.float64], relative: float) -> bool:
    """Whether two matrices agree relative to the larger entry, their NaNs in the same places."""
    a, off = found.double().numpy(), ~np.eye(len(wanted), dtype=bool)
    same_gaps = bool(np.isnan(a.diagonal()).all() and np.isnan(wanted.diagonal()).all())
    error = np.abs(a[off] - wanted[off])
    return same_gaps and bool((error <= relative * (np.abs(wanted[off]).max() + 1)).all())


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS)
@example(sizes=[1, 1], d=1, seed=0)
def test_matches_loops(sizes: list[int], d: int, seed: int) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    plain, directional = variances_by_loops(x, y)
    tol = slack(x, y)
    assert agree(cdnv(x, y, average=None), plain, tol)
    assert agree(directional_cdnv(x, y, average=None), directional, tol)
    assert agree(root_cdnv(x, y, average=None).square(), plain, 2 * tol)
    assert abs(cdnv(x, y).item() - np.nanmean(plain)) <= tol * (1 + np.nanmax(plain))
    assert abs(root_cdnv(x, y).item() - np.nanmean(np.sqrt(plain))) <= tol * (1 + np.nanmax(plain))


def test_loops_catch_the_other_class_and_the_sample_variance() -> None:
    x, y = cloud(sizes=[2, 5, 3], d=3, seed=3)
    plain, _ = variances_by_loops(x, y)
    assert agree(cdnv(x, y, average=None), plain, slack(x, y))
    assert not agree(cdnv(x, y, average=None), plain.T.copy(), slack(x, y))
    unbiased = plain * (np.array([2, 5, 3]) / np.array([1, 4, 2]))[:, None]
    assert not agree(cdnv(x, y, average=None), unbiased, slack(x, y))


def test_two_pairs_on_a_line() -> None:
    x, y = torch.tensor([[-2.0], [0], [0], [2]]), torch.tensor([0, 0, 1, 1])
    assert [f(x, y).item() for f in MEASURES] == [0.25, 0.25, 0.5]


def test_stated_covariance_along_a_diagonal() -> None:
    # Covariance diag(1, 4, 9) from plus and minus sqrt(3 Sigma) e_i, means sqrt 2 (1, 1, 0) apart.
    spread = torch.tensor([3.0, 12.0, 27.0], dtype=torch.float64).sqrt().diag()
    around = torch.cat([spread, -spread])
    shift = torch.tensor([2.0, 2.0, 0.0], dtype=torch.float64).sqrt()
    x, y = torch.cat([around, around + shift]), torch.arange(2).repeat_interleave(6)
    assert abs(cdnv(x, y).item() - 3.5) <= 3.5 * slack(x, y)
    assert abs(directional_cdnv(x, y).item() - 0.625) <= slack(x, y)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS, log_scale=st.integers(-500, 500))
@example(sizes=[2, 3], d=2, seed=0, log_scale=1000)
@example(sizes=[2, 3], d=2, seed=0, log_scale=-1000)
def test_powers_of_two_change_nothing(sizes: list[int], d: int, seed: int, log_scale: int) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    for measure in MEASURES:
        assert measure(x * 2.0**log_scale, y) == measure(x, y)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS)
def test_shift_rotation_and_order_change_nothing(sizes: list[int], d: int, seed: int) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    g = torch.Generator().manual_seed(seed)
    rotation = torch.linalg.qr(torch.randn(d, d, generator=g, dtype=torch.float64))[0]
    order = torch.randperm(len(x), generator=g)
    moved = 3 * (x @ rotation)[order] + 5
    for measure in MEASURES:
        value = measure(x, y).item()
        tol = (
            2 * slack(moved, y[order]) * (1 + float(measure(x, y, average=None).nan_to_num().max()))
        )
        assert abs(measure(moved, y[order]).item() - value) <= tol


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS)
def test_directional_is_at_most_plain_and_equal_on_a_line(
    sizes: list[int], d: int, seed: int
) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    plain, along = cdnv(x, y, average=None), directional_cdnv(x, y, average=None)
    off = ~torch.eye(len(plain), dtype=torch.bool)
    assert (along[off] <= plain[off] * (1 + slack(x, y))).all()
    if d == 1:
        assert ((along - plain).abs()[off] <= plain[off] * slack(x, y)).all()
    assert root_cdnv(x, y) <= cdnv(x, y).sqrt() * (1 + slack(x, y))


@pytest.mark.parametrize("d", [1, 2, 7])
def test_isotropic_classes_spread_one_dth_along_any_line(d: int) -> None:
    cross = torch.cat([torch.eye(d), -torch.eye(d)]).double()
    g = torch.Generator().manual_seed(d)
    means = torch.randn(4, d, generator=g, dtype=torch.float64)
    x = (means[:, None] + cross).flatten(0, 1)
    y = torch.arange(4).repeat_interleave(2 * d)
    plain = cdnv(x, y, average=None).numpy()
    assert agree(directional_cdnv(x, y, average=None), plain / d, slack(x, y))


def test_a_class_of_one_has_no_variance_of_its_own() -> None:
    x, y = cloud(sizes=[1, 3], d=3, seed=5)
    for measure in MEASURES:
        matrix = measure(x, y, average=None)
        assert matrix[0, 1] == 0
        assert matrix[1, 0] > 0


def test_half_symmetric_mean_over_unordered_pairs_is_the_same() -> None:
    x, y = cloud(sizes=[2, 4, 3, 1], d=3, seed=6)
    stats, pairs = class_statistics(x, y), torch.combinations(torch.arange(4))
    squared = torch.nn.functional.pdist(stats.means).square()
    halves = stats.variances[pairs].sum(dim=1) / (2 * squared)
    assert abs(cdnv(x, y) - halves.mean()) <= slack(x, y) * (1 + halves.max())


def test_many_samples_in_a_class_are_projected_in_parts() -> None:
    x, y = cloud(sizes=[9001, 3], d=2, seed=7)
    _, directional = variances_by_loops(x, y)
    assert agree(directional_cdnv(x, y, average=None), directional, slack(x, y))


@pytest.mark.parametrize("measure", MEASURES)
def test_float32_features_are_measured_in_float64(measure: Callable[..., Tensor]) -> None:
    x, y = cloud(sizes=[3, 4], d=3, seed=8, dtype=torch.float32)
    assert measure(x, y).dtype == torch.float32
    assert measure(x, y) == measure(x.double(), y).float()


@pytest.mark.parametrize("measure", MEASURES)
def test_gradients_match_differences(measure: Callable[..., Tensor]) -> None:
    x, y = cloud(sizes=[2, 3, 2], d=3, seed=9)
    assert torch.autograd.gradcheck(lambda x: measure(x, y), (x.requires_grad_(),))


X, Y = cloud(sizes=[3, 1, 2], d=2, seed=10)
TENTHS = torch.tensor([[0.1], [0.1], [0.1], [0.1], [0.7]], dtype=torch.float64)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (X, 0 * Y, "need at least two classes, got 1"),
        (X, Y[:5], r"need labels of shape \(n,\) = \(6,\), got \(5,\)"),
        (TENTHS, torch.tensor([9, 9, 9, -2, 5]), "got coincident means for labels -2 and 9"),
        (torch.zeros(4, 2), torch.tensor([7, 8, 7, 8]), "coincident means for labels 7 and 8"),
        (X.index_fill(0, torch.tensor(4), torch.inf), Y, "need finite features, got .* at row 4"),
    ],
)
def test_outside_the_domain(
    measure: Callable[..., Tensor], features: Tensor, labels: Tensor, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        measure(features, labels)
    with pytest.raises(ValueError, match="need average 'pairs' or None, got 'classes'"):
        measure(X, Y, average="classes")
