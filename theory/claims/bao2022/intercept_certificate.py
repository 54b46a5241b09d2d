"""The scalar inequalities that the computer-assisted proofs of the intercept come down to."""

import math
import sys
from dataclasses import dataclass

import torch

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Reals
from theory.claims.bao2022._source import INTERCEPT, ours

SERIES_UP_TO = 0.25
TERMS = 30  # 0.25^30 < 1e-18


@dataclass(frozen=True, kw_only=True)
class Corner:
    """eps = 1/N, a real number here, and y with eps e^y < 1."""

    eps: float
    y: float

    @property
    def odds(self) -> float:
        """eps (e^y - 1)/(1 - eps) < 1, the argument of the logarithm in G_N."""
        return self.eps * math.expm1(self.y) / (1.0 - self.eps)


def log_remainder(u: float) -> float:
    """(-ln(1 - u) - u)/u^2."""
    if abs(u) <= SERIES_UP_TO:
        return math.fsum(u**k / (k + 2) for k in range(TERMS))
    return (-math.log1p(-u) - u) / u**2


def exp_remainder(y: float) -> float:
    """(e^y - 1 - y)/y^2."""
    if y <= SERIES_UP_TO:
        return math.fsum(y**k / math.factorial(k + 2) for k in range(TERMS))
    return (math.expm1(y) - y) / y**2


def curvature(eps: float, y: float) -> float:
    """(G_N(y) - (e^y - 1))/y^2: as G_N = (1 - eps) g/eps^2 + e^y - 1, nothing cancels."""
    growth = math.expm1(y) / y if y else 1.0
    return growth**2 * log_remainder(eps * math.expm1(y) / (1.0 - eps)) / (1.0 - eps)


def h1(case: Corner) -> float:
    """(G_N(y) - y)/y^2."""
    return curvature(case.eps, case.y) + exp_remainder(case.y)


def h2(case: Corner) -> float:
    """(G_N(y) - G_N(-y))/(2 (1 - eps) y)."""
    y = case.y
    odd = 0.5 * y * (curvature(case.eps, y) - curvature(case.eps, -y))
    return (odd + (math.sinh(y) / y if y else 1.0)) / (1.0 - case.eps)


def relative_error(case: Corner) -> float:
    """Of h1 and h2: the logarithm's remainder loses 24/(1 - u) beyond its series, at most."""
    return accumulated_rounding(64, sys.float_info.epsilon) / (1.0 - case.odds)


def build(*, eps: float, share: float, generator: torch.Generator) -> Corner:
    """Nothing is drawn; y = 1.6 (1 - eps) at share 1."""
    return Corner(eps=eps, y=1.6 * (1.0 - eps) * share)


def build_unit(*, laws: str, eps: float, share: float, generator: torch.Generator) -> Corner:
    """Nothing is drawn; y = 2 (1 - eps) at share 1."""
    eps = 0.2 if laws == "five" else eps
    return Corner(eps=eps, y=2.0 * (1.0 - eps) * share)


CLAIMS = (
    Claim(
        name="bao2022-intercept-certificate",
        statement=r"\forall\,0\le\varepsilon\le\tfrac14,\ 0\le y\le\tfrac85(1-\varepsilon):\quad"
        r"\tfrac45h_1(\varepsilon,y)\le h_2(\varepsilon,y),\quad h_1=(1-\varepsilon)\sum_{k\ge0}"
        r"\varepsilon^k\frac{e^{jy}-1-jy}{jy^2},\ h_2=\sum_{k\ge0}\varepsilon^k"
        r"\frac{\sinh jy}{jy},\ j=k+2",
        source=ours("the intercept, inequality (9) at L^2 = 4/5 (computer-assisted)"),
        proof=f"{INTERCEPT}#scalar-inequality",
        status="sharper",
        kind="for-all",
        domain={"eps": Reals(0.0, 0.25), "share": Reals(0.0, 1.0)},
        build=build,
        measured=lambda case: 0.8 * h1(case),
        bound=h2,
        rounding=lambda case: relative_error(case) * (h1(case) + h2(case)),
    ),
    Claim(
        name="bao2022-unit-certificate",
        statement=r"\forall\,0\le\varepsilon\le\tfrac16 \text{ or } \varepsilon=\tfrac15,\ "
        r"0\le y\le2(1-\varepsilon):\quad y^2\bigl(h_1(\varepsilon,y)-h_2(\varepsilon,y)\bigr)"
        r"\le\tfrac35",
        source=ours("the intercept, inequality (9) at L = 1 (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-b2-unit-norm",
        status="sharper",
        kind="for-all",
        domain={
            "laws": Choices("six-or-more", "five"),
            "eps": Reals(0.0, 1.0 / 6.0),
            "share": Reals(0.0, 1.0),
        },
        build=build_unit,
        measured=lambda case: case.y**2 * (h1(case) - h2(case)),
        bound=lambda case: 0.6,
        rounding=lambda case: relative_error(case) * case.y**2 * (h1(case) + h2(case)),
    ),
)
