"""The intercept claims: stored numbers, what is known beyond them, and saboteurs."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from bounds import mean_bound_excess, surrogate_upper_sharp
from theory.claims import Claim, Integers, Reals, all_claims
from theory.claims.bao2022 import brier, class_mean, intercept, mean_bound, mean_classifier
from theory.claims.bao2022._climbed import BALL
from theory.claims.bao2022._models import RiskModel, model
from theory.verify import verify

HELD: tuple[Claim[Any], ...] = (
    *intercept.CLAIMS,
    mean_bound.CLAIM,
    *brier.CLAIMS,
    *mean_classifier.CLAIMS,
    class_mean.CLAIM,
)
BUDGET = 1000


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def one_collapsed(n_classes: int, norm_squared: float) -> RiskModel:
    return model(
        n_classes=n_classes,
        n_per_class=2,
        d=1,
        n_negatives=1,
        norm=math.sqrt(norm_squared),
        layout="one-collapsed",
        generator=seeded(0),
    )


def two_points(norm_squared: float, second: float) -> RiskModel:
    """Two collapsed classes at L and `second` L."""
    radius = math.sqrt(norm_squared)
    x = radius * torch.tensor([[1.0], [second]], dtype=torch.float64)
    return RiskModel(features=x, classes=torch.arange(2), prior=2, n_negatives=1, radius=radius)


def test_all_eleven_are_registered_under_their_names() -> None:
    assert {c.name for c in HELD} <= all_claims().keys()
    assert len({c.name for c in HELD}) == 11


@pytest.mark.parametrize("claim", HELD, ids=lambda c: c.name)
def test_the_outcome_is_the_expected_one(claim: Claim[Any]) -> None:
    assert verify(claim, 25, seeded(11)).as_expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("claim", HELD, ids=lambda c: c.name)
def test_the_outcome_is_the_expected_one_with_every_seed(claim: Claim[Any], seed: int) -> None:
    verdict = verify(claim, int(BUDGET / claim.cost), seeded(seed))
    assert verdict.as_expected, verdict.rebuild


@pytest.mark.parametrize(
    ("n_classes", "difference", "excess"), [(3, 0.0100561894, -0.386), (5, 0.0391713274, -0.458)]
)
def test_class_means_fail_where_the_gap_itself_does_not(
    n_classes: int, difference: float, excess: float
) -> None:
    case = one_collapsed(n_classes, 2.0)
    assert class_mean.measured(case) == pytest.approx(difference, abs=5e-11)
    assert case.gap - math.log(n_classes / 2) == pytest.approx(excess, abs=5e-4)
    check = class_mean.CLAIM.compare(case)
    assert check.outcome == "violated"
    assert check.rounding < 1e-10 * check.measured


def test_class_mean_difference_agrees_with_the_printed_logarithms() -> None:
    case = one_collapsed(4, 1.7)
    x, y = case.features, case.classes
    means = torch.stack([x[y == c].mean(dim=0) for c in range(4)])
    scores = x @ means.T
    own = scores.gather(1, y[:, None])
    psi = (scores.logsumexp(dim=1) - math.log(4)).mean()
    two = torch.stack([own.expand_as(scores), scores]).logsumexp(dim=0) - math.log(2)
    assert class_mean.measured(case) == pytest.approx(float(psi - two.mean()), abs=1e-14)


@pytest.mark.parametrize(
    ("norm_squared", "second", "excess"),
    [(3.0, 0.755, 0.00350798330684), (8.0, 0.511, 0.189896041486)],
)
def test_two_classes_fail_beyond_norm_squared_two(
    norm_squared: float, second: float, excess: float
) -> None:
    case = two_points(norm_squared, second)
    assert case.gap == pytest.approx(excess, abs=1e-12)
    assert case.gap > 1e5 * case.roundoff
    with pytest.raises(ValueError, match=r"norm\^2 <= 2"):
        intercept.intercept(case)


def widened(**domain: Any) -> Claim[RiskModel]:
    """The two-class theorem with other hypotheses and no calculator to refuse them."""
    claim = intercept.CLAIMS[0]
    return replace(
        claim,
        domain={**claim.domain, **domain},
        bound=lambda case: math.log(case.n_classes) - math.log1p(case.n_negatives),
    )


def test_without_its_hypothesis_on_the_norm_the_claim_is_broken() -> None:
    claim = widened(norm=Reals(math.sqrt(3.0), 2.0), n_negatives=Reals(1.0, 8.0))
    assert verify(claim, 60, seeded(0)).outcome == "violated"
    assert verify(widened(), 60, seeded(0)).outcome == "holds"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_an_intercept_that_is_off_is_noticed(sign: float) -> None:
    claim = intercept.CLAIMS[1]
    off = replace(claim, bound=lambda case: intercept.intercept(case) + 1e-6 * sign)
    assert verify(off, 12, seeded(0)).outcome == "violated"


def test_counting_the_negatives_without_the_positive_is_noticed() -> None:
    claim = intercept.CLAIMS[1]
    wrong = replace(claim, bound=lambda case: math.log(case.n_classes / case.n_negatives))
    verdict = verify(wrong, 12, seeded(0))
    assert (verdict.outcome, verdict.attained) == ("violated", False)


def test_a_skewed_prior_breaks_the_intercept() -> None:
    x = torch.tensor([[0.5], [1.0], [1.0]], dtype=torch.float64)
    prior = np.array([0.9, 0.07, 0.03])
    for n_negatives, excess in ((4, 0.1557878927989398), (64, 0.16012978432183056)):
        case = RiskModel(
            features=x, classes=torch.arange(3), prior=prior, n_negatives=n_negatives, radius=1.0
        )
        assert case.gap - math.log(3 / (n_negatives + 1)) == pytest.approx(excess, abs=1e-12)
        assert intercept.CLAIMS[3].compare(case).outcome == "violated"


def test_the_unit_bound_is_sharper_than_the_chord_bound() -> None:
    n_negatives = np.array([1, 2, 3, 4, 32, 1024])
    case = one_collapsed(7, 1.0)
    unit = [intercept.unit(replace(case, n_negatives=int(k))) for k in n_negatives]
    assert np.all(np.array(unit) < surrogate_upper_sharp(7, n_negatives, 1.0))


def test_the_mean_bound_is_the_theorem_for_one_negative_and_for_none() -> None:
    assert mean_bound_excess(1, math.sqrt(0.909)) == 0.0
    assert mean_bound_excess(0, math.sqrt(1.61)) == 0.0
    assert mean_bound_excess(1, 1.0) == pytest.approx(math.cosh(1.0) - 1.5, rel=1e-9)
    case = one_collapsed(6, 1.0)
    assert intercept.unit(case) - math.log(3) == pytest.approx(mean_bound.bound(case), rel=1e-8)


def test_the_mean_bound_needs_its_last_term() -> None:
    claim = mean_bound.CLAIM

    def without(case: RiskModel) -> float:
        return min(mean_bound.bound(case), 0.0)

    narrow = {**BALL, "norm": Reals(1.8, 2.2), "n_classes": Integers(2, 3)}
    wrong = replace(claim, domain=narrow, bound=without, attained_by=())
    assert verify(wrong, 60, seeded(0)).outcome == "violated"


def test_features_beyond_the_ball_by_rounding_to_float32_are_no_violation() -> None:
    for claim in (*intercept.CLAIMS, brier.CLAIMS[0], mean_classifier.CLAIMS[0]):
        assert verify(claim, 24, seeded(1), dtype=torch.float32).outcome == "holds"
