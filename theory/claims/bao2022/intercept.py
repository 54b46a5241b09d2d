"""The intercept ln(C/(K+1)) of constant features as a bound, where it is proved."""

import math

from bounds import surrogate_upper_intercept, surrogate_upper_unit
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022._climbed import BALL, climbing, overshoot
from theory.claims.bao2022._models import PROMISE, RiskModel, exact_gap
from theory.claims.bao2022._source import INTERCEPT, ours

TWO_CLASSES: Domain = {
    **BALL,
    "n_classes": Integers(2, 2),
    "norm": Reals(0.0, math.sqrt(2.0)),
}
SMALL_NORM: Domain = {**BALL, "norm": Reals(0.0, math.sqrt(0.8))}
ONE_NEGATIVE: Domain = {
    **BALL,
    "n_negatives": Reals(1.0, 1.0),
    "norm": Reals(0.0, math.sqrt(0.909)),
}
UNIT_NORM: Domain = {**BALL, "norm": Reals(0.0, 1.0)}

CONSTANT: Point = {
    "n_classes": 5,
    "n_per_class": 2,
    "d": 3,
    "n_negatives": 16.0,
    "norm": math.sqrt(0.8),
    "layout": "constant",
}
MANY: Point = {**CONSTANT, "n_negatives": 1e6}
TWO: Point = {**CONSTANT, "n_classes": 2, "norm": math.sqrt(2.0)}
ONE: Point = {**CONSTANT, "n_negatives": 1.0, "norm": math.sqrt(0.909)}


def measured(case: RiskModel) -> float:
    """R_mu - R_cont."""
    return case.gap


def intercept(case: RiskModel) -> float:
    """The gap of constant features, within the radius for which that is the largest."""
    return surrogate_upper_intercept(case.n_classes, case.n_negatives, case.radius).item()


def unit(case: RiskModel) -> float:
    """The intercept and what the proof for L <= 1 leaves above it."""
    return surrogate_upper_unit(case.n_classes, case.n_negatives, case.radius).item()


def rounding(case: RiskModel) -> float:
    """The exact risks, the calculator, and features beyond the ball by rounding.

    The two risks are 2-Lipschitz in their scores, which differ from those of features within the
    ball by at most the overshoot (those of centred means by twice as much).
    """
    return case.roundoff + PROMISE * case.scale + 6.0 * overshoot(case)


build = climbing(lambda x, classes, k: exact_gap(x, classes, int(classes.max()) + 1, k))

CLAIMS = (
    Claim(
        name="bao2022-gap-intercept-two-class",
        statement=r"\forall f,\ C=2,\ \pi_c=\tfrac12,\ \|f\|^2\le2,\ K\ge1:\quad"
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac{2}{K+1},\ \text{attained by constant } f",
        source=ours("Theorem A, the intercept for two classes"),
        proof=f"{INTERCEPT}#theorem-a-two-classes",
        status="sharper",
        kind="for-all",
        domain=TWO_CLASSES,
        build=build,
        measured=measured,
        bound=intercept,
        rounding=rounding,
        attained_by=(TWO, {**TWO, "n_negatives": 1.0}),
        cost=5.0,
    ),
    Claim(
        name="bao2022-gap-intercept-small-norm",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|^2\le\tfrac45,\ K\ge1:\quad"
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac{C}{K+1},\ \text{attained by constant } f",
        source=ours("Theorem B, the intercept for small norms (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-b-small-norm",
        status="sharper",
        kind="for-all",
        domain=SMALL_NORM,
        build=build,
        measured=measured,
        bound=intercept,
        rounding=rounding,
        attained_by=(CONSTANT, MANY),
        cost=6.0,
    ),
    Claim(
        name="bao2022-gap-intercept-one-negative",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ K=1,\ \|f\|^2\le0.909:\quad"
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac{C}{2},\ \text{attained by constant } f",
        source=ours("Theorem B1, the intercept for one negative (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-b1-one-negative",
        status="sharper",
        kind="for-all",
        domain=ONE_NEGATIVE,
        build=build,
        measured=measured,
        bound=intercept,
        rounding=rounding,
        attained_by=(ONE,),
        cost=6.0,
    ),
    Claim(
        name="bao2022-gap-unit-norm",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|\le1,\ K\ge1:\quad"
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac{C}{K+1}+e_K,\ e_1=\cosh1-\tfrac32,\ e_2=.296,"
        r"\ e_K=\frac{0.6}{K+1}\ (K\ge3),\ \text{and } 0 \text{ where the intercept is proved}",
        source=ours("Theorem B2, the intercept at the published norm (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-b2-unit-norm",
        status="sharper",
        kind="for-all",
        domain=UNIT_NORM,
        build=build,
        measured=measured,
        bound=unit,
        rounding=rounding,
        attained_by=(CONSTANT, {**TWO, "norm": 1.0}),
        cost=6.0,
    ),
)
