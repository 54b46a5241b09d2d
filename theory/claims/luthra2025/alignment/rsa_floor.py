"""Corollary 2: dissimilarities at relative distance r <= 1 have RSA at least (1 - r) / (1 + r)."""

import math

import torch

from bounds import cka_floor, rsa_floor, rsa_floor_sharp
from theory.alignment import rsa_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Point, Reals
from theory.claims.luthra2025.alignment import _cosines
from theory.claims.luthra2025.alignment._cosines import COSINES, Cosines, features
from theory.claims.luthra2025.alignment._pairs import floor_width
from theory.claims.luthra2025.alignment._source import METRICS, ours, paper

SAME: Point = {"n": 5, "layout": "same", "size": 1.0, "spread": 0.5, "level": 0.0}
ORTHOGONAL: Point = {**SAME, "layout": "orthogonal"}
TABLE = torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64)  # a of both counterexamples
ACROSS = torch.tensor([1.0, 1.0, -2.0], dtype=torch.float64) / math.sqrt(3.0)  # as long, orthogonal


def opposed(*, r: float, generator: torch.Generator) -> Cosines:
    """Three items, b = -(r - 1) a: at distance r, and opposed."""
    return features(TABLE, (1.0 - r) * TABLE, 3, 0.5, 0.0)


def tilted(*, r: float, generator: torch.Generator) -> Cosines:
    """Three items, b - a orthogonal to b: the sharp floor's equality case."""
    cos = math.sqrt((1.0 - r) * (1.0 + r))
    return features(TABLE, cos * (cos * TABLE + r * ACROSS), 3, 0.5, 0.0)


def sample_r(case: Cosines) -> float:
    """r with the standard deviation of divisor M - 1."""
    m = len(case.tables[0])
    return case.r * math.sqrt((m - 1) / m)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-rsa-floor",
        statement=r"\forall a,b\in\mathbb R^M\text{ not constant},\ \sigma^2=\tfrac1M\|a-\bar a\|"
        r"^2,\ r=\frac{\|b-a\|_2}{\sqrt M\sigma}\le1:\quad \mathrm{RSA}\ge\frac{1-r}{1+r}",
        source=paper("Corollary 2, its r as restated in secondary literature"),
        proof=f"{METRICS}#the-rsa-floor",
        status="corrected",
        kind="for-all",
        domain=COSINES,
        build=_cosines.build,
        measured=lambda case: case.rsa,
        relation=">=",
        bound=lambda case: float(rsa_floor(case.r)),
        rounding=lambda case: (
            rsa_rounding(case.x, case.y) + floor_width(rsa_floor, case.r, case.r_error)
        ),
        attained_by=(SAME,),
        cost=4.0,
    ),
    Claim(
        name="luthra2025-alignment-rsa-floor-sharp",
        statement=r"\forall a,b\in\mathbb R^M\text{ not constant},\ r=\frac{\|(b-\bar b)-(a-\bar a)"
        r"\|_2}{\|a-\bar a\|_2}\le1:\quad \mathrm{RSA}\ge\sqrt{1-r^2},"
        r"\ \text{with equality for }r<1\text{ iff }\langle b-\bar b-a+\bar a,b-\bar b\rangle=0",
        source=ours("Corollary 2 with the sine of the angle, centred"),
        proof=f"{METRICS}#the-sharp-floors",
        status="sharper",
        kind="for-all",
        domain=COSINES,
        build=_cosines.build,
        measured=lambda case: case.rsa,
        relation=">=",
        bound=lambda case: float(rsa_floor_sharp(case.r_centred)),
        rounding=lambda case: (
            rsa_rounding(case.x, case.y)
            + floor_width(rsa_floor_sharp, case.r_centred, case.r_error)
        ),
        attained_by=(
            SAME,
            ORTHOGONAL,
            {**ORTHOGONAL, "size": 1e-4},
            {**ORTHOGONAL, "size": 100.0},
            {**ORTHOGONAL, "layout": "shifted"},
        ),
        cost=4.0,
    ),
    Claim(
        name="luthra2025-alignment-rsa-floor-beyond-one",
        statement=r"\text{(literal, every }r\text{)}\quad \forall a,b\in\mathbb R^M\text{ not "
        r"constant},\ r=\frac{\|b-a\|_2}{\sqrt M\sigma}:\quad \mathrm{RSA}\ge\frac{1-r}{1+r}",
        source=paper("Corollary 2, its r as restated in secondary literature, read for r > 1"),
        proof=f"{METRICS}#beyond-one",
        status="refuted",
        kind="for-all",
        domain={"r": Reals(1.01, 100.0, log=True)},
        build=opposed,
        measured=lambda case: case.rsa,
        relation=">=",
        bound=lambda case: float(cka_floor(case.r)),  # the printed formula, beyond 1 too
        rounding=lambda case: (
            rsa_rounding(case.x, case.y) + floor_width(cka_floor, case.r, case.r_error)
        ),
        counterexample={"r": 1.5},
        cost=4.0,
    ),
    Claim(
        name="luthra2025-alignment-rsa-floor-ddof",
        statement=r"\text{(literal, sample deviation)}\quad \forall a,b\in\mathbb R^M\text{ not "
        r"constant},\ s^2=\tfrac1{M-1}\|a-\bar a\|^2,\ r=\frac{\|b-a\|_2}{\sqrt Ms}\le1:\quad "
        r"\mathrm{RSA}\ge\frac{1-r}{1+r}",
        source=paper("Corollary 2, its r as restated in secondary literature, with divisor M - 1"),
        proof=f"{METRICS}#the-sample-deviation",
        status="refuted",
        kind="for-all",
        domain={"r": Reals(0.9, 0.9999)},
        build=tilted,
        measured=lambda case: case.rsa,
        relation=">=",
        bound=lambda case: float(rsa_floor(sample_r(case))),
        rounding=lambda case: (
            rsa_rounding(case.x, case.y) + floor_width(rsa_floor, sample_r(case), case.r_error)
        ),
        counterexample={"r": 0.999},
        cost=4.0,
    ),
)
