"""The repelling gap: chord values at rational means, brute force over laws, the best alpha."""

import dataclasses
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import bounds
from theory.claims import all_claims
from theory.claims.lee2025 import repel_gap
from theory.verify import verify

CLAIMS = all_claims()
CLAIM = CLAIMS["lee2025-repel-gap"]
EPS = float(np.finfo(np.float64).eps)


@given(k=st.integers(1, 4), n_classes=st.integers(2, 6), alpha=st.floats(0.1, 50.0))
def test_two_points_have_the_chord_value(k: int, n_classes: int, alpha: float) -> None:
    case = CLAIM.case(**(repel_gap.WORST | {"k": k, "n_classes": n_classes, "alpha": alpha}))
    with mp.workdps(50):
        mean = mp.mpf(2) / k - 1
        chord = mp.log(mp.cosh(alpha) + mean * mp.sinh(alpha)) / alpha - mean
        value = float(mp.log(n_classes - 1) / alpha + chord)
    measured = np.asarray(CLAIM.measured(case), dtype=np.float64)
    assert (np.abs(measured - value) <= np.asarray(CLAIM.rounding(case))).all()
    assert value <= bounds.repel_gap(n_classes, alpha) * (1 + 8 * EPS)


@pytest.mark.parametrize(("k", "alpha"), [(3, 1.0745628999535313), (4, 1.7967559847237131)])
def test_the_stored_temperatures_have_a_worst_law_of_k_views(k: int, alpha: float) -> None:
    with mp.workdps(30):
        root = mp.findroot(lambda a: mp.coth(a) - 1 / a - 1 + mp.mpf(2) / k, alpha)
    assert alpha == pytest.approx(float(root), rel=4 * EPS)


@pytest.mark.parametrize("alpha", [0.3, 2.0, 20.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_no_laws_on_a_grid_exceed_the_gap(n_classes: int, alpha: float) -> None:
    """Each other class has mass on -1, 0 and 1 in every proportion of twentieths."""
    steps = 20
    laws = np.array([(i, j, steps - i - j) for i in range(steps + 1) for j in range(steps + 1 - i)])
    laws = laws / steps
    values = np.exp(alpha * np.array([-1.0, 0.0, 1.0]))
    moments, means = laws @ values, laws @ np.array([-1.0, 0.0, 1.0])
    if n_classes == 2:
        gaps = np.log(moments) / alpha - means
    else:
        largest = np.maximum(means[:, None], means)
        gaps = np.log(moments[:, None] + moments) / alpha - largest
    bound = bounds.repel_gap(n_classes, alpha)
    assert gaps.max() <= bound + 16 * EPS * (1 + 1 / alpha)


def test_best_alpha_is_best_on_a_grid() -> None:
    for n_classes in (3, 4, 10, 100, 1000):
        grid = np.geomspace(0.05, 50.0 * n_classes, 20001)
        values = bounds.repel_gap(n_classes, grid)
        best = bounds.best_alpha(n_classes)
        step = grid[1] / grid[0]
        assert 1 / step <= grid[values.argmin()] / best <= step
        assert bounds.repel_gap(n_classes, best) <= values.min()


def test_two_classes_have_no_best_alpha() -> None:
    gaps = bounds.repel_gap(2, np.geomspace(1e-6, 1e3, 1000))
    assert (np.diff(gaps) > 0).all()
    assert bounds.repel_gap(2, 1e-12) == pytest.approx(5e-13)


def test_saboteur_a_smaller_gap_is_caught() -> None:

    def short(case: Any) -> Any:
        return repel_gap.gap(case) * (1 - 1e-6)

    def of_one_class(case: Any) -> Any:
        return bounds.jensen_gap(case.alpha)

    for wrong in (short, of_one_class):
        spoilt = dataclasses.replace(CLAIM, bound=wrong)
        assert verify(spoilt, 60, torch.Generator().manual_seed(0)).outcome == "violated"


def test_saboteur_a_larger_gap_is_not_attained() -> None:
    """The gap with K for K - 1, and with Hoeffding's alpha/2 for J*."""
    for wrong in (
        lambda case: bounds.repel_gap(len(case.population.sizes) + 1, case.alpha),
        lambda case: np.log(len(case.population.sizes) - 1) / case.alpha + case.alpha / 2,
    ):
        spoilt = dataclasses.replace(CLAIM, bound=wrong)
        assert not spoilt.check(**repel_gap.WORST).attained


def test_saboteur_a_temperature_beside_the_best_is_caught() -> None:
    claim = CLAIMS["lee2025-repel-best-alpha"]
    spoilt = dataclasses.replace(
        claim, bound=lambda case: bounds.repel_gap(case.n_classes, 1.001 * case.best)
    )
    assert spoilt.check(n_classes=10, ratio=1.0).outcome == "violated"
