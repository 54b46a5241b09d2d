"""Forces by finite differences, and where an anchor with its positive below wants to be."""

import dataclasses
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bounds import alignment_threshold
from theory import losses
from theory.claims import all_claims
from theory.claims.lee2025 import forces
from theory.verify import verify

CLAIMS = all_claims()
POINT: dict[str, Any] = {
    "n_classes": 2,
    "n_max": 2,
    "imbalance": "staircase",
    "d": 3,
    "layout": "random",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "alpha": 4.0,
    "repulsion": 2.5,
}


@pytest.mark.parametrize("include_positive", [False, True])
@pytest.mark.parametrize("negatives", losses.balance.NEGATIVES)
def test_the_formula_is_the_slope_of_the_loss(negatives: str, include_positive: bool) -> None:
    claim = CLAIMS["lee2025-force-ratio"]
    case = claim.case(**POINT, negatives=negatives, include_positive=include_positive)
    formula = np.asarray(forces.by_formula(case))[: case.z.numel()]

    def loss(z: torch.Tensor) -> float:
        return losses.balanced(
            z,
            case.alpha,
            case.repulsion,
            negatives=negatives,
            labels=case.labels,
            include_positive=include_positive,
        ).item()

    step = 1e-5
    slopes = []
    for at in range(case.z.numel()):
        away = torch.zeros(case.z.numel(), dtype=torch.float64)
        away[at] = step
        away = away.reshape(case.z.shape)
        slopes.append((loss(case.z + away) - loss(case.z - away)) / (2 * step))
    # Third derivatives are below lambda alpha^2; the loss is rounded in units of eps.
    error = case.repulsion * case.alpha**2 * step**2 + 100 * 2.0**-52 / step
    np.testing.assert_allclose(formula, slopes, rtol=0, atol=error)


def test_total_repulsion_is_lambda_at_every_alpha() -> None:
    claim = CLAIMS["lee2025-force-ratio"]
    for alpha in (0.1, 5.0, 50.0):
        case = claim.case(
            **(POINT | {"alpha": alpha}), negatives="other-items", include_positive=False
        )
        parts = np.asarray(forces.by_autograd(case))[case.z.numel() :]
        attraction, total = np.split(parts, 2)
        assert (attraction == -1.0).all()
        np.testing.assert_allclose(total - attraction, 2.5, rtol=1e-14)


def test_the_refuted_reading_fails_where_it_is_said_to() -> None:
    """m = 3, c = -1/3, alpha = 5."""
    threshold = alignment_threshold(3, 5.0, -1 / 3)
    assert threshold == pytest.approx(1.003818, abs=5.1e-7)
    grid = np.linspace(-1.0, 1.0, 200001)
    for repulsion, best in ((1.5, 0.02502), (2.0, -0.11361), (4.0, -1 / 3)):
        at = forces.Anchor(m=3, c=-1 / 3, alpha=5.0, repulsion=repulsion, s=0.0)
        found = grid[np.argmin([at.loss(float(s)) for s in grid[::10]]) * 10]
        assert found == pytest.approx(best, abs=1.5e-4)  # the grid's step
        assert at.loss(best) < at.loss(1.0)
    below = forces.Anchor(m=3, c=-1 / 3, alpha=5.0, repulsion=1.0038, s=0.0)
    assert all(below.loss(1.0) <= below.loss(float(s)) for s in grid[::1000])


@given(
    m=st.integers(1, 50),
    c=st.floats(-1.0, 1.0),
    alpha=st.floats(0.1, 20.0),
    side=st.sampled_from([-1, 1]),
)
def test_the_slope_at_alignment_changes_sign_at_the_threshold(
    m: int, c: float, alpha: float, side: int
) -> None:
    with mp.workdps(50):
        threshold = mp.mpf(float(alignment_threshold(m, alpha, c)))
        repulsion = threshold * (1 + side * mp.mpf("1e-12"))

        def loss(s: mp.mpf) -> mp.mpf:
            terms = mp.exp(alpha * s) + m * mp.exp(mp.mpf(alpha) * c)
            return repulsion / alpha * mp.log(terms) - s

        assert mp.sign(mp.diff(loss, 1)) == side


def test_the_counterexample_fails_by_the_stated_amount() -> None:
    claim = CLAIMS["lee2025-aligned-optimum-literal"]
    assert claim.counterexample is not None
    check = claim.check(**claim.counterexample)
    with mp.workdps(50):
        tail = 3 * mp.exp(-mp.mpf(5) / 3)
        # At s+ = c + log(3)/5 the positive is as heavy as the three others together.
        there = -(mp.log(3) / 5 - mp.mpf(1) / 3) + mp.mpf(2) / 5 * mp.log(2 * tail)
        aligned = -1 + mp.mpf(2) / 5 * mp.log(mp.exp(5) + tail)
        slack = float(there - aligned)
    # s+ is stored to five digits, where the loss is flat.
    assert check.slack == pytest.approx(slack, abs=1e-9)
    assert slack < -0.5


def test_saboteur_forces_of_another_weight_are_caught() -> None:
    claim = CLAIMS["lee2025-force-ratio"]

    def unweighted(case: forces.Weighed) -> Any:
        return forces.by_formula(dataclasses.replace(case, repulsion=1.0))

    def without_positive(case: forces.Weighed) -> Any:
        return forces.by_formula(dataclasses.replace(case, include_positive=False))

    def one_sided(case: forces.Weighed) -> Any:
        exponents = (case.alpha * (case.rows @ case.rows.mT)).exp() * case.terms
        w = case.repulsion * exponents / exponents.sum(dim=1, keepdim=True)
        whole = np.asarray(forces.by_formula(case)).copy()
        rows = 2.0 * (w - case.positive.double()) @ case.rows / len(w)
        whole[: case.z.numel()] = rows.numpy().ravel()
        return whole

    for wrong in (unweighted, without_positive, one_sided):
        spoilt = dataclasses.replace(claim, bound=wrong)
        assert verify(spoilt, 100, torch.Generator().manual_seed(0)).outcome == "violated"
