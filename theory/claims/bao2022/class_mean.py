"""Refuted: that the candidates' noise can be dropped beyond L = 1."""

import math

from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022._centred import centred_rounding, centred_scores
from theory.claims.bao2022._climbed import MOST_CHEAP, NO_NEGATIVES, climbing
from theory.claims.bao2022._models import RiskModel
from theory.claims.bao2022._source import INTERCEPT, ours

DOMAIN: Domain = {
    **NO_NEGATIVES,
    "n_classes": Integers(3, 8),
    "norm": Reals(1.0, math.sqrt(2.0)),
}
THREE: Point = {
    "n_classes": 3,
    "n_per_class": 2,
    "d": 1,
    "norm": math.sqrt(2.0),
    "layout": "one-collapsed",
}


def class_mean_excess(features: Tensor, classes: Tensor) -> Tensor:
    """Psi - F(2), (...,): E[ln avg_j e^z_j - avg_k ln((e^z_c + e^z_k)/2)]."""
    scores = centred_scores(features, classes)
    pairs = (0.5 * (scores.zeta - scores.own[..., None]).expm1()).log1p().mean(dim=-1)
    return (scores.losses - pairs) @ scores.weights


def measured(case: RiskModel) -> float:
    """Psi - F(2), from scores less their mean."""
    return class_mean_excess(case.features, case.classes).item()


CLAIM = Claim(
    name="bao2022-class-mean-intercept",
    statement=r"\forall f,\ \pi_c=\tfrac1C,\ K=1,\ \|f\|^2\le2:\quad \mathbb E\ln\frac1C\sum_j"
    r"e^{f(x)\cdot\mu_j}\le\mathbb E\ln\frac{e^{f(x)\cdot\mu_c}+e^{f(x)\cdot\mu_{c'}}}{2},"
    r"\ x\sim D_c,\ c,c' \text{ i.i.d.}",
    source=ours("the intercept from class means alone"),
    proof=f"{INTERCEPT}#refuted",
    status="refuted",
    kind="for-all",
    domain=DOMAIN,
    build=climbing(lambda x, classes, n_negatives: class_mean_excess(x, classes), MOST_CHEAP),
    measured=measured,
    bound=lambda case: 0.0,
    rounding=lambda case: 3.0 * centred_rounding(case),  # the losses, and pairs twice as far off
    counterexample=THREE,
)
