"""The mean classifier is no worse than the uniform guess while L^2 <= 1.61."""

import math

from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.bao2022._centred import centred_rounding, mean_excess
from theory.claims.bao2022._climbed import MOST_CHEAP, NO_NEGATIVES, climbing
from theory.claims.bao2022._models import RiskModel
from theory.claims.bao2022._source import INTERCEPT, ours

DOMAIN: Domain = {
    **NO_NEGATIVES,
    "n_classes": Integers(1, 40),
    "norm": Reals(0.0, math.sqrt(1.61)),
}
BEYOND: Domain = {
    **DOMAIN,
    "n_classes": Integers(2, 1000),
    "norm": Reals(math.sqrt(1.62), math.sqrt(2.0)),
    "layout": Choices("one-collapsed"),
}
CONSTANT: Point = {
    "n_classes": 5,
    "n_per_class": 2,
    "d": 3,
    "norm": math.sqrt(1.61),
    "layout": "constant",
}
THOUSAND: Point = {
    **CONSTANT,
    "n_classes": 1000,
    "d": 1,
    "norm": math.sqrt(1.62),
    "layout": "one-collapsed",
}


def measured(case: RiskModel) -> float:
    """R_mu - ln C, from scores whose ln C is taken out before they are summed."""
    return mean_excess(case.features, case.classes).item()


build = climbing(lambda x, classes, n_negatives: mean_excess(x, classes), MOST_CHEAP)

CLAIMS = (
    Claim(
        name="bao2022-mean-classifier-uniform",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|^2\le1.61:\quad R_\mu(f)\le\ln C,"
        r"\ \text{attained by constant } f",
        source=ours("Theorem D, the mean classifier (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-d-mean-classifier",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=lambda case: 0.0,
        rounding=centred_rounding,
        attained_by=(CONSTANT, {**CONSTANT, "n_classes": 1, "layout": "random"}),
    ),
    Claim(
        name="bao2022-mean-classifier-large-norm",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|^2\le2:\quad R_\mu(f)\le\ln C",
        source=ours("Theorem D for every norm of the surrogate gap's conjecture"),
        proof=f"{INTERCEPT}#refuted",
        status="refuted",
        kind="for-all",
        domain=BEYOND,
        build=build,
        measured=measured,
        bound=lambda case: 0.0,
        rounding=centred_rounding,
        counterexample=THOUSAND,
        cost=6.0,
    ),
)
