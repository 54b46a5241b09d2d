"""Theorem 2 by direct minimisation, its value, and its failure without balance."""

import math

import pytest
import torch

from bounds import (
    dcl_minimum,
    nscl_collapse,
    nscl_excess_at_dcl_minimum,
    nscl_minimum,
    nscl_simplex_deviation,
)
from synthetic.free import minimise_free_features
from theory import losses
from theory.claims import all_claims
from theory.geometry import class_statistics


def minimised(
    sizes: tuple[int, ...], k: int, d: int, tau: float, *, loss: str = "nscl", starts: int = 3
) -> tuple[float, torch.Tensor, torch.Tensor]:
    """The best of several descents over free unit rows: value, rows, labels."""
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))

    def value(z: torch.Tensor) -> torch.Tensor:
        return losses.nscl(z, labels, tau) if loss == "nscl" else losses.dcl(z, tau)

    generator = torch.Generator().manual_seed(0)
    ends = [
        minimise_free_features(
            value, torch.randn(sum(sizes), k, d, generator=generator, dtype=torch.float64)
        )
        for _ in range(starts)
    ]
    best = min(ends, key=lambda z: value(z).item())
    return value(best).item(), best, labels


@pytest.mark.parametrize(
    ("n_classes", "n", "k", "d", "tau"),
    [(3, 2, 2, 2, 1.0), (4, 2, 2, 5, 1.0), (5, 2, 1, 4, 0.5), (3, 2, 2, 3, 0.1)],
)
def test_descent_reaches_the_simplex(n_classes: int, n: int, k: int, d: int, tau: float) -> None:
    value, z, labels = minimised((n,) * n_classes, k, d, tau)
    rounding = losses.loss_rounding(n * n_classes * k, d, tau, 2.0**-52)
    assert abs(value - nscl_minimum(n_classes, n, k, tau).item()) <= rounding
    rows, classes = z.flatten(0, 1), labels.repeat_interleave(k)
    gram = rows @ rows.mT
    different = classes[:, None] != classes
    deviation = (gram + 1.0 / (n_classes - 1))[different].abs().max().item()
    # What the loss that was reached, known up to its rounding, still allows.
    assert deviation <= nscl_simplex_deviation(2 * rounding, n_classes, n, k, tau)
    variance = class_statistics(rows, classes).variances.mean().item()
    assert variance <= nscl_collapse(2 * rounding, n_classes, tau)


@pytest.mark.parametrize(
    ("n_classes", "n", "k", "d", "tau"), [(3, 2, 2, 6, 1.0), (2, 3, 1, 6, 0.5)]
)
def test_dcl_minimiser_has_the_stated_excess(
    n_classes: int, n: int, k: int, d: int, tau: float
) -> None:
    value, z, labels = minimised((n,) * n_classes, k, d, tau, loss="dcl")
    rounding = losses.loss_rounding(n * n_classes * k, d, tau, 2.0**-52)
    assert abs(value - dcl_minimum(n * n_classes, k, tau).item()) <= rounding
    excess = losses.nscl(z, labels, tau).item() - nscl_minimum(n_classes, n, k, tau).item()
    expected = nscl_excess_at_dcl_minimum(n_classes, n, tau).item()
    assert abs(excess - expected) <= math.sqrt(rounding)  # first order in the distance


def test_too_few_dimensions_leave_a_gap() -> None:
    value, _, _ = minimised((2, 2, 2, 2), 1, 2, 1.0, starts=6)
    assert value == pytest.approx(0.555142, abs=1e-6)  # a square; the floor is .458426
    assert value > nscl_minimum(4, 2, 1, 1.0)


@pytest.mark.parametrize(
    ("sizes", "best", "simplex"),
    [
        ((1, 1, 8), -0.898751, -0.506037),
        ((1, 5, 5), 0.126744, 0.338198),
        ((2, 3, 4), 0.202676, 0.244983),
    ],
)
def test_descent_beats_the_simplex_without_balance(
    sizes: tuple[int, ...], best: float, simplex: float
) -> None:
    value, _, _ = minimised(sizes, 1, 2, 1.0, starts=6)
    assert value == pytest.approx(best, abs=2e-6)
    claim = all_claims()["luthra2025-nscl-etf-unbalanced"]
    if sizes in claim.domain["sizes"].extremes:
        case = claim.case(sizes=sizes, tau=1.0, layout="merged")
        assert claim.measured(case) == pytest.approx(simplex, abs=1e-6)


def test_stored_counterexample_exceeds_by_the_stated_amount() -> None:
    claim = all_claims()["luthra2025-nscl-etf-unbalanced"]
    assert claim.counterexample is not None
    exact = 0.5 + (2 * math.log((math.e + 8 / math.e) / 9) + 8 * math.log(1 / math.e)) / 10
    assert claim.check(**claim.counterexample).slack == pytest.approx(exact, abs=1e-12)
    assert exact == pytest.approx(-0.392713, abs=1e-6)


def test_variance_bound_is_attained_where_dcl_is_least() -> None:
    claim = all_claims()["luthra2025-nscl-collapse"]
    check = claim.check(**claim.attained_by[0])
    assert check.measured == pytest.approx((9 - 3) / (9 - 1), abs=1e-14)
    assert check.attained
