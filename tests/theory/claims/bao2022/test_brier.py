"""The Brier score and the risk of the mean classifier, to the digits of their refutations."""

import math
from collections.abc import Iterator
from dataclasses import replace

import mpmath as mp
import pytest
import torch

from theory.claims import Integers, Reals
from theory.claims._domain import Domain
from theory.claims.bao2022 import brier, mean_classifier
from theory.claims.bao2022._models import RiskModel, model
from theory.risks import mean_supervised_risk, risk_rounding
from theory.verify import verify


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_models(norm: float) -> Iterator[RiskModel]:
    for seed in range(20):
        yield model(
            n_classes=1 + seed % 6,
            n_per_class=2,
            d=1 + seed % 3,
            n_negatives=1,
            norm=norm,
            layout="random",
            generator=seeded(seed),
        )


def one_point(a: float, n_classes: int, point: float) -> RiskModel:
    return brier.one_point(n_classes=n_classes, norm=math.sqrt(a), point=point, generator=seeded(0))


def exact_brier_excess(a: str, n_classes: int, point: str) -> mp.mpf:
    """In fifty digits: scores of the other classes are 0, their means vanish."""
    with mp.workdps(50):
        norm, s, c = mp.sqrt(mp.mpf(a)), mp.mpf(point), n_classes

        def loss(score: mp.mpf, own: bool) -> mp.mpf:
            total = mp.exp(score) + c - 1
            first, other = mp.exp(score) / total, 1 / total
            square = first**2 + (c - 1) * other**2
            return square - 2 * (first if own else other) + mp.mpf(1) / c

        others = (loss(s * norm, False) + loss(-s * norm, False)) / 2
        return (loss(s**2, True) + (c - 1) * others) / c


@pytest.mark.parametrize(
    ("a", "n_classes", "point", "stored"),
    [
        ("1.2", 50, "0.2", 5.068540e-6),
        ("1.5", 20, "0.3", 1.686197e-4),
        ("2", 8, "0.3", 1.557491e-3),
    ],
)
def test_brier_scores_above_those_of_the_uniform_guess(
    a: str, n_classes: int, point: str, stored: float
) -> None:
    check = brier.CLAIMS[1].compare(one_point(float(a), n_classes, float(point)))
    assert check.measured == pytest.approx(stored, rel=2e-7)
    assert abs(check.measured - exact_brier_excess(a, n_classes, point)) <= check.rounding
    assert check.rounding < 1e-6 * check.measured
    assert check.outcome == "violated"


def test_brier_excess_agrees_with_its_definition() -> None:
    for case in random_models(1.5):
        x, y, n_classes = case.features, case.classes, case.n_classes
        means = torch.stack([x[y == c].mean(dim=0) for c in range(n_classes)])
        off = (x @ means.T).softmax(dim=1) - torch.nn.functional.one_hot(y, n_classes)
        plain = float(off.square().sum(dim=1).mean()) - (1 - 1 / n_classes)
        assert brier.measured(case) == pytest.approx(plain, abs=1e-14)


def test_norms_up_to_one_are_the_largest_for_the_brier_score() -> None:
    # 2 s^2 (a - 1)/C^2 to leading order in s and 1/C.
    for a, sign in ((0.9, -1), (1.0, -1), (1.1, 1)):
        assert sign * brier.measured(one_point(a, 400, 0.05)) > 0


def exact_mean_excess(a: str, n_classes: int) -> mp.mpf:
    """(1/C)[P - a + ((C-1)/2)(P + P-)] in fifty digits."""
    with mp.workdps(50):
        x, c = mp.mpf(a), n_classes
        up, down = (mp.log((mp.exp(sign * x) + c - 1) / c) for sign in (1, -1))
        return (up - x + (c - 1) * (up + down) / 2) / c


@pytest.mark.parametrize(
    ("a", "n_classes", "stored"),
    [
        ("1.62", 1000, 3.661419e-6),
        ("2", 10, 0.03101995),
        ("2", 20, 0.02454606),
        ("2", 100, 0.006977225),
        ("2", 3, None),
    ],
)
def test_mean_classifiers_worse_than_the_uniform_guess(
    a: str, n_classes: int, stored: float | None
) -> None:
    point = {**mean_classifier.THOUSAND, "n_classes": n_classes, "norm": math.sqrt(float(a))}
    check = mean_classifier.CLAIMS[1].check(**point)
    # The radius is a rounded square root: its square is a relative 2^-52 off.
    exact = exact_mean_excess(a, n_classes)
    assert abs(check.measured - exact) <= check.rounding
    assert check.rounding < 1e-5 * abs(check.measured)
    if stored is None:
        assert check.measured < 0
    else:
        assert check.measured == pytest.approx(stored, rel=2e-7)
        assert check.outcome == "violated"


def test_losses_less_ln_c_agree_with_the_risk() -> None:
    for case in random_models(1.2):
        risk = mean_supervised_risk(case.features, case.classes, case.n_classes)
        rounding = float(risk_rounding(case.features, risk))
        assert abs(mean_classifier.measured(case) - float(risk) + math.log(case.n_classes)) <= (
            rounding
        )


MEANS = ((1.0, 0.0, 0.0), (0.2, 0.9, 0.0), (-0.3, 0.1, 0.8))
# By summing over the multinomial counts of the negatives.
LADDER = {10: -0.5276951601, 100: -0.5262152813, 1000: -0.5259994466}


def collapsed(n_negatives: int) -> RiskModel:
    return RiskModel(
        features=torch.tensor(MEANS, dtype=torch.float64),
        classes=torch.arange(3),
        prior=3,
        n_negatives=n_negatives,
        radius=1.0,
    )


def test_collapsed_classes_follow_the_law_of_many_negatives() -> None:
    for k, stored in LADDER.items():
        case = collapsed(k)
        assert brier.scaled_excess(case) == pytest.approx(stored, abs=6e-11 + 1e-13 * k)
        slack = brier.many_negatives(case) - brier.scaled_excess(case)
        assert 0 < slack < 0.2 / k
    limit = 1.5 * brier.measured(collapsed(1))
    assert limit == pytest.approx(-0.5259746268, abs=6e-11)


def test_the_remainder_is_sound_for_few_negatives_too() -> None:
    claim = brier.CLAIMS[2]
    for k in (1, 2, 5):
        assert claim.compare(collapsed(k)).outcome == "holds"
        for case in random_models(1.0):
            assert claim.compare(replace(case, n_negatives=k)).outcome != "violated"


def test_a_law_with_twice_the_slope_is_noticed() -> None:
    claim = brier.CLAIMS[2]
    doubled = replace(claim, bound=lambda case: 2.0 * brier.many_negatives(case))
    assert doubled.compare(collapsed(100)).outcome == "violated"


def test_without_their_hypotheses_on_the_norm_both_claims_are_broken() -> None:
    for claim, norm in ((brier.CLAIMS[0], 1.2), (mean_classifier.CLAIMS[0], 1.5)):
        wide: Domain = {"n_classes": Integers(20, 40), "norm": Reals(norm, 1.5)}
        wrong = replace(claim, domain={**claim.domain, **wide})
        assert verify(claim, 60, seeded(0)).outcome == "holds"
        assert verify(wrong, 60, seeded(0)).outcome == "violated"
