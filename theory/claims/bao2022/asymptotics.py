"""Many negatives: the gap settles in a range of width ln cosh L^2, and at what rate."""

import numpy as np
from numpy.typing import NDArray

from bounds import surrogate_lower_sharp, surrogate_upper_many_negatives
from theory.claims._claim import Claim, Interval
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.bao2022 import conjecture, upper
from theory.claims.bao2022._layouts import PRIORS
from theory.claims.bao2022._models import (
    NEGATIVES,
    NORM,
    UNIFORM,
    RiskModel,
    model,
    rounding,
    searched_rounding,
)
from theory.claims.bao2022._source import GAP, ours

Array = NDArray[np.float64]
CONSTANT: Domain = {
    "n_classes": Integers(1, 8),
    "n_per_class": Integers(1, 3),
    "d": Integers(1, 4),
    "n_negatives": NEGATIVES,
    "norm": NORM,
    "layout": Choices("constant"),
    "prior": PRIORS,
}
COLLAPSED: Domain = {
    "n_classes": Integers(1, 8),
    "n_per_class": Integers(1, 1),
    "d": Integers(1, 4),
    "n_negatives": Reals(10.0, 1e4, log=True),
    "norm": Reals(0.0, 1.5),
    "layout": Choices("collapsed", "simplex", "antipodal", "constant", "ascended"),
}
ONE_POINT: Point = {**upper.AT_ZERO, "n_per_class": 1, "norm": 1.0, "n_negatives": 100.0}


def excess(case: RiskModel) -> float:
    """Gap over that of constant features."""
    return case.gap - conjecture.intercept(case)


def limits(case: RiskModel) -> Interval:
    """-ln cosh a and 0 up to O(1/K): the sharp lower bound and that for many negatives."""
    shift = conjecture.intercept(case)
    c, k = case.n_classes, case.n_negatives
    return Interval(
        lower=surrogate_lower_sharp(c, k, case.norm) - shift,
        upper=surrogate_upper_many_negatives(c, k, case.norm) - shift,
    )


def scaled_excess(case: RiskModel) -> float:
    """(K + 1)(gap - ln(C/(K + 1)))."""
    return (case.n_negatives + 1) * excess(case)


def large_k_law(case: RiskModel) -> Interval:
    """(C/2)(Brier - 1 + 1/C), and the terms of order 1/(K + 1) bounded by moments.

    With N = K + 1 and w the mean of e^(s_0), ..., e^(s_K) over e^LSE/C, N (w - 1) is d + sum_k y_k
    for d = e^(s_0 - LSE) C - 1 and independent centred y_k; and ln w is (w - 1) - (w - 1)^2/2 +
    (w - 1)^3/3 less at most r (w - 1)^4, r the mean of (1 - s)^3/(1 + s (w - 1))^4 at the least w.
    """
    x = case.features.double()
    scores = (x @ x.mT).numpy()  # one point per class: scores of means
    ratio = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None]) * len(scores)
    y = ratio - 1.0
    d, k = np.diag(y), case.n_negatives
    second, third, fourth = (np.mean(y**p, axis=1) for p in (2, 3, 4))
    limit = np.mean(0.5 * second - d)
    of_squares = np.abs(d**2 - second) / (2 * (k + 1))
    of_cubes = np.abs(d**3 + 3 * k * d * second + k * third) / (3 * (k + 1) ** 2)
    power = d**4 + 6 * k * d**2 * second + 4 * k * d * third + k * fourth
    power += 3 * k * (k - 1) * second**2
    of_rest = fourth_remainder(ratio.min(axis=1)) * power / (k + 1) ** 3
    error = np.mean(of_squares + of_cubes + of_rest)
    return Interval(lower=limit - error, upper=limit + error)


def fourth_remainder(u: Array) -> Array:
    """r(u) = int (1-s)^3/(1 + s(u-1))^4 ds: its series near 1."""
    v = 1.0 - u
    series = sum(v**j / (j + 4.0) for j in range(40))
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = (-np.log(u) - v - v**2 / 2 - v**3 / 3) / v**4
    return np.asarray(np.where(v < 0.3, series, direct))


CLAIMS = (
    Claim(
        name="bao2022-asymptotic-range",
        statement=r"\pi_c=1/C,\ \|f\|\le L,\ a=L^2:\quad -\ln\cosh a-"
        r"\ln\Bigl(1+\frac{\tanh a}{K+1}\Bigr)\le R_\mu(f)-R_{\mathrm{cont}}(f)+\ln\frac{K+1}C\le"
        r"\frac{V(a)}K+\ln\Bigl(1+\frac1K\Bigr),\ \text{and as } K\to\infty "
        r"\text{ every value in } [-\ln\cosh a,0] \text{ is reached}",
        source=ours("range of the gap for many negatives"),
        proof=f"{GAP}#asymptotic-range",
        status="sharper",
        kind="trend",
        domain=UNIFORM,
        build=model,
        measured=excess,
        relation="in",
        bound=limits,
        rounding=searched_rounding,
        attained_by=(upper.AT_ZERO,),
        cost=upper.COST + 3.0,
    ),
    Claim(
        name="bao2022-collapsed-constant",
        statement=r"\forall\pi,\ K\ge1,\ f \text{ constant}:\quad R_\mu(f)-R_{\mathrm{cont}}(f)="
        r"\ln\frac C{K+1}",
        source=ours("constant features"),
        proof=f"{GAP}#asymptotic-range",
        status="sharper",
        kind="identity",
        domain=CONSTANT,
        build=model,
        measured=upper.gap,
        relation="==",
        bound=conjecture.intercept,
        rounding=rounding,
        cost=upper.COST,
    ),
    Claim(
        name="bao2022-large-k-brier",
        statement=r"\pi_c=1/C,\ f \text{ collapsed},\ p=\mathrm{softmax}_j(\mu_c\cdot\mu_j):\quad "
        r"(K+1)\Bigl(R_\mu(f)-R_{\mathrm{cont}}(f)-\ln\frac C{K+1}\Bigr)=\frac C2\Bigl("
        r"\frac1C\sum_c\sum_j(p_j-[j=c])^2-1+\frac1C\Bigr)+O(1/K)",
        source=ours("second order of collapsed features"),
        proof=f"{GAP}#large-k-law",
        status="sharper",
        kind="trend",
        domain=COLLAPSED,
        build=model,
        measured=scaled_excess,
        relation="in",
        bound=large_k_law,
        rounding=lambda case: (case.n_negatives + 1) * rounding(case),
        attained_by=(ONE_POINT,),
        cost=4.0,
    ),
)
