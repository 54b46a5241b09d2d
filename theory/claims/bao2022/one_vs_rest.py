"""The negatives' one-vs-rest loss under the softmax is no worse than that of the uniform guess."""

import math

import torch

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022._source import INTERCEPT, ours
from theory.claims.bao2022._tuples import (
    LAWS,
    Laws,
    largest_odds,
    laws,
    one_vs_rest,
    one_vs_rest_error,
)

CONSTANT: Point = {
    "n_laws": 4,
    "norm_squared": 0.8,
    "n_atoms": 2,
    "d": 2,
    "layout": "constant",
}


def build(*, norm_squared: float, generator: torch.Generator, **law: object) -> Laws:
    """The tuple's laws."""
    return laws(norm=math.sqrt(norm_squared), generator=generator, **law)  # type: ignore[arg-type]  # checked against the domain


def mean_one_vs_rest(case: Laws) -> float:
    """E Theta over a uniform position of the tuple and a feature of its law."""
    n = len(case.atoms)
    theta = one_vs_rest(case.scores)[range(n), :, range(n)]  # (n, atoms)
    return math.fsum((case.weights * theta).flatten().tolist()) / n


def rounding(case: Laws) -> float:
    """Scores are at most norm^2; the sum is exact."""
    n, a = len(case.atoms), case.norm**2
    return case.roundoff(n) * one_vs_rest_error(n, a, largest_odds(n, a))


SMALL: Domain = {"n_laws": Integers(4, 40), "norm_squared": Reals(0.01, 0.8), **LAWS}
UNIT: Domain = {"n_laws": Integers(3, 40), "norm_squared": Reals(0.8, 1.0), **LAWS}
CLAIMS = (
    Claim(
        name="bao2022-one-vs-rest",
        statement=r"\text{any } N\ge4 \text{ laws},\ L^2\le\tfrac45:\quad "
        r"\mathbb E\,\Theta_c(x)\le0,\ \Theta_c=-(N-1)\sum_{l\ne c}\ln\frac{(1-p_l)N}{N-1},"
        r"\ p=\mathrm{softmax}_j(x\cdot\mu_j)",
        source=ours("the intercept, theorem B (computer-assisted)"),
        proof=f"{INTERCEPT}#theorem-b-small-norm",
        status="sharper",
        kind="for-all",
        domain=SMALL,
        build=build,
        measured=mean_one_vs_rest,
        bound=lambda case: 0.0,
        rounding=rounding,
        attained_by=(CONSTANT, {**CONSTANT, "n_laws": 40, "d": 1}),
    ),
    Claim(
        name="bao2022-one-vs-rest-unit",
        statement=r"\text{(conjecture) any } N\ge3 \text{ laws},\ \tfrac45<L^2\le1:\quad "
        r"\mathbb E\,\Theta_c(x)\le0",
        source=ours("the intercept, open at the published norm"),
        status="conjecture",
        kind="for-all",
        domain=UNIT,
        build=build,
        measured=mean_one_vs_rest,
        bound=lambda case: 0.0,
        rounding=rounding,
        attained_by=({**CONSTANT, "n_laws": 3, "norm_squared": 1.0},),
    ),
)
