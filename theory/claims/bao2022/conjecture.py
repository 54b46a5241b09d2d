"""The intercept ln(C/(K+1)): conjectured up to L^2 = 2, false beyond and for skewed priors."""

import math

import torch

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022 import upper
from theory.claims.bao2022._layouts import class_prior
from theory.claims.bao2022._models import (
    NEGATIVES,
    UNIFORM,
    RiskModel,
    exact_gap,
    model,
    rounding,
)
from theory.claims.bao2022._source import GAP, ours

OPEN: Domain = {
    **UNIFORM,
    "n_classes": Integers(3, 8),
    "norm": Reals(math.sqrt(0.8), math.sqrt(2.0)),
}
CONSTANT: Point = {**upper.AT_ZERO, "norm": math.sqrt(2.0)}
LARGE: Point = {"n_negatives": 1.0, "norm": math.sqrt(3.0), "share": 0.755}
SKEWED: Point = {"n_negatives": 4.0, "share": 0.5}


def intercept(case: RiskModel) -> float:
    """The gap of constant features."""
    return math.log(case.n_classes) - math.log(case.n_negatives + 1)


def two_points(
    *, n_negatives: float, norm: float, share: float, generator: torch.Generator
) -> RiskModel:
    """Two classes, collapsed on L and on a share of it."""
    return RiskModel(
        features=norm * torch.tensor([[1.0], [share]], dtype=torch.float64),
        classes=torch.arange(2),
        prior=2,
        n_negatives=round(n_negatives),
        radius=norm,
    )


def skewed(*, n_negatives: float, share: float, generator: torch.Generator) -> RiskModel:
    """A likely class on a share of the unit interval, two rare ones at its end."""
    return RiskModel(
        features=torch.tensor([[share], [1.0], [1.0]], dtype=torch.float64),
        classes=torch.arange(3),
        prior=class_prior(3, "skewed", generator),
        n_negatives=round(n_negatives),
        radius=1.0,
    )


CLAIMS = (
    Claim(
        name="bao2022-gap-constant-conjecture",
        statement=r"\pi_c=1/C,\ C\ge3,\ \tfrac45<L^2\le2:\quad \forall K\ge1,\ \|f\|\le L:\quad "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac C{K+1}",
        source=ours("intercept of constant features, conjectured"),
        status="conjecture",
        kind="for-all",
        domain=OPEN,
        build=model,
        measured=upper.gap,
        bound=intercept,
        rounding=rounding,
        attained_by=(CONSTANT,),
        search=exact_gap,
        cost=upper.COST,
    ),
    Claim(
        name="bao2022-gap-constant-large-norm",
        statement=r"\pi_c=1/C,\ L^2>2:\quad \forall K\ge1,\ \|f\|\le L:\quad "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac C{K+1}",
        source=ours("intercept of constant features, beyond L^2 = 2"),
        proof=f"{GAP}#conjecture-and-its-counterexamples",
        status="refuted",
        kind="for-all",
        domain={
            "n_negatives": NEGATIVES,
            "norm": Reals(math.sqrt(2.0), 4.0),
            "share": Reals(0.0, 1.0),
        },
        build=two_points,
        measured=upper.gap,
        bound=intercept,
        rounding=rounding,
        counterexample=LARGE,
        search=exact_gap,
        cost=2.0,
    ),
    Claim(
        name="bao2022-gap-constant-skewed",
        statement=r"\pi=(.9,.07,.03),\ L=1:\quad \forall K\ge1,\ \|f\|\le L:\quad "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac C{K+1}",
        source=ours("intercept of constant features, unequal classes"),
        proof=f"{GAP}#conjecture-and-its-counterexamples",
        status="refuted",
        kind="for-all",
        domain={"n_negatives": NEGATIVES, "share": Reals(0.0, 1.0)},
        build=skewed,
        measured=upper.gap,
        bound=intercept,
        rounding=rounding,
        counterexample=SKEWED,
        search=exact_gap,
        cost=2.0,
    ),
)
