"""Alignment, uniformity and the spectral loss: pair by pair, other readings, gradients, domain."""

import math
from collections.abc import Callable

import mpmath
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from synthetic import simplex_etf
from tests.theory.losses.cases import Batch, agree, draw_batch
from theory.losses import alignment, spectral, uniformity

EPS = torch.finfo(torch.float64).eps
two_views = st.builds(
    draw_batch,
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    k=st.just(2),
    d=st.integers(1, 5),
    tau=st.floats(0.05, 5.0),
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
)


def by_pairs(batch: Batch, t: float) -> tuple[float, float, float]:
    """Alignment, uniformity and the spectral loss in fifty digits."""
    items = [[[mpmath.mpf(x) for x in row] for row in item] for item in batch.z.tolist()]
    rows = [row for item in items for row in item]
    with mpmath.workdps(50):

        def distance(u: list[mpmath.mpf], v: list[mpmath.mpf]) -> mpmath.mpf:
            return sum((a - b) ** 2 for a, b in zip(u, v, strict=True))

        pairs = [(u, v) for u in rows for v in rows]
        energy = sum(mpmath.exp(-t * distance(u, v)) for u, v in pairs) / len(pairs)
        squares = sum(mpmath.fdot(u, v) ** 2 for u, v in pairs) / len(pairs)
        positive = sum(mpmath.fdot(u, v) for u, v in items) / len(items)
        aligned = sum(distance(u, v) for u, v in items) / len(items)
        return float(aligned), float(mpmath.log(energy)), float(squares - 2 * positive)


def tolerance(batch: Batch, t: float) -> float:
    """Distances and squares of d terms, at most 4; t times that and a log-sum of all pairs."""
    n, _, d = batch.z.shape
    return (d + 16) * EPS * (4 * (1 + t) + 2 * math.log(2 * n) + 1)


@given(batch=two_views)
def test_match_pairs_in_fifty_digits(batch: Batch) -> None:
    t = 1 / batch.tau
    found = alignment(batch.z), uniformity(batch.z, t), spectral(batch.z)
    for loss, wanted in zip(found, by_pairs(batch, t), strict=True):
        assert agree(loss.item(), wanted, tolerance(batch, t))


def test_the_pairs_catch_the_average_over_different_rows() -> None:
    """Wang & Isola's code leaves the pairs of a row with itself out."""
    batch = draw_batch(sizes=[2, 2], k=2, d=3, tau=1.0, seed=0)
    rows = batch.z.flatten(0, 1)
    different = torch.pdist(rows).square().mul(-2.0).exp().mean().log().item()
    wanted = by_pairs(batch, 2.0)[1]
    assert not agree(different, wanted, tolerance(batch, 2.0))
    pairs = 8 * 7 * math.exp(different) + 8
    assert agree(math.log(pairs / 64), wanted, tolerance(batch, 2.0))


def test_a_simplex_in_closed_form() -> None:
    n = 4
    z = simplex_etf(n, n - 1)[:, None].expand(-1, 2, -1)
    apart = 2 + 2 / (n - 1)
    assert alignment(z) == 0
    assert agree(
        uniformity(z, 1.5).item(), math.log((1 + (n - 1) * math.exp(-1.5 * apart)) / n), 64 * EPS
    )
    assert agree(spectral(z).item(), -2 + 1 / (n - 1), 64 * EPS)


@pytest.mark.parametrize("loss", [alignment, uniformity, spectral])
def test_gradients_match_differences(loss: Callable[[Tensor], Tensor]) -> None:
    z = draw_batch(sizes=[1, 2], k=2, d=3, tau=1.0, seed=5).z.requires_grad_()
    assert torch.autograd.gradcheck(loss, (z,))
    together = draw_batch(sizes=[1, 2], k=2, d=3, tau=1.0, seed=5, spread=0.0).z.requires_grad_()
    loss(together).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert together.grad is not None
    assert together.grad.isfinite().all()


VIEWS = torch.ones(2, 2, 1, dtype=torch.float64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alignment(VIEWS[:, :1]), r"need z of shape \(n, 2, d\), got \(2, 1, 1\)"),
        (lambda: spectral(VIEWS[:, :1]), r"need z of shape \(n, 2, d\), got \(2, 1, 1\)"),
        (lambda: alignment(VIEWS[0]), r"need z of shape \(n, k, d\)"),
        (lambda: spectral(VIEWS / 0), "need finite z, got .* at row 0"),
        (lambda: uniformity(VIEWS, 0.0), r"need 0 < t < inf, got t=0\.0"),
        (lambda: uniformity(VIEWS, math.nan), "need 0 < t < inf, got t=nan"),
        (lambda: uniformity(VIEWS[0]), r"need z of shape \(n, k, d\)"),
    ],
)
def test_outside_the_domain(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
