"""What the mean of the scores alone says, for every norm and any number of negatives."""

import math

from bounds import mean_bound_excess
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Point, Reals
from theory.claims.bao2022 import intercept
from theory.claims.bao2022._centred import centred_rounding, mean_excess
from theory.claims.bao2022._climbed import BALL, climbing
from theory.claims.bao2022._models import SEARCHED, RiskModel, exact_gap
from theory.claims.bao2022._source import INTERCEPT, ours

DOMAIN: Domain = {**BALL, "n_negatives": Reals(0.25, 1e6, log=True)}  # below 1/2 there is none
CONSTANT: Point = intercept.CONSTANT
ONE: Point = {**intercept.ONE, "norm": 0.95}  # beyond the intercept's domain, short of M_1 > 0
NONE: Point = {**CONSTANT, "n_negatives": 0.25, "norm": math.sqrt(1.61)}


def measured(case: RiskModel) -> float:
    """R_mu - R_cont - ln(C/(K+1)), or R_mu - ln C for K = 0."""
    if case.n_negatives == 0:
        return mean_excess(case.features, case.classes).item()
    return case.gap - math.log(case.n_classes) + math.log1p(case.n_negatives)


def bound(case: RiskModel) -> float:
    """M_K(L^2)."""
    return mean_bound_excess(case.n_negatives, case.norm).item()


def rounding(case: RiskModel) -> float:
    """The risks' error and the supremum's, whose largest term is e^y at y <= 2 L^2."""
    risks = centred_rounding(case) if case.n_negatives == 0 else intercept.rounding(case)
    return risks + SEARCHED * math.expm1(2.0 * case.norm**2)


build = climbing(
    lambda x, classes, k: (
        exact_gap(x, classes, int(classes.max()) + 1, k) if k else mean_excess(x, classes)
    )
)

CLAIM = Claim(
    name="bao2022-mean-bound-excess",
    statement=r"\forall f,\ \pi_c=\tfrac1C,\ a=\max\|f\|^2,\ K\ge0:\quad R_\mu(f)-R_{\mathrm{cont}}"
    r"(f)-\ln\frac{C}{K+1}\le\sup_{0\le y\le2a}\Bigl[e^y-1-y-\frac{y\sinh y}{a}+\frac{K}{K+1}"
    r"\frac{y^2}{a}\Bigr];\ \text{for } K=0 \text{ read } R_\mu-\ln C",
    source=ours("the mean bound"),
    proof=f"{INTERCEPT}#mean-bound",
    status="sharper",
    kind="for-all",
    domain=DOMAIN,
    build=build,
    measured=measured,
    bound=bound,
    rounding=rounding,
    attained_by=(ONE, NONE, {**ONE, "norm": 0.0}),
    cost=9.0,
)
