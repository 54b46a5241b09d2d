"""Draws that hit every class, and negatives that collide with the anchor's."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from bounds import coverage_probability, expected_log_collisions
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022._models import PROMISE, SEARCHED
from theory.claims.bao2022._source import ALGORITHMS, GAP, ours, paper

NOISE: Point = {"n_classes": 100, "n_draws": 128}


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Independent draws from equally likely classes."""

    n_classes: int
    n_draws: int


def build(*, n_classes: int, n_draws: float, generator: torch.Generator) -> Draws:
    """A whole number of draws."""
    return Draws(n_classes=n_classes, n_draws=round(n_draws))


def coverage(case: Draws) -> float:
    """v_{C,n}."""
    return coverage_probability(case.n_classes, case.n_draws).item()


def one_more(case: Draws) -> float:
    """v_{C,n+1}."""
    return coverage_probability(case.n_classes, case.n_draws + 1).item()


def one_class_less(case: Draws) -> float:
    """v_{C-1,n}."""
    return coverage_probability(case.n_classes - 1, case.n_draws).item()


def occupancy(case: Draws) -> float:
    """v_{C,n} one draw at a time: all terms are positive."""
    c = case.n_classes
    seen = np.arange(c + 1)
    chances = np.zeros(c + 1)
    chances[0] = 1.0
    for _ in range(case.n_draws):
        new = np.zeros(c + 1)
        new[1:] = chances[:-1] * (c - seen[:-1]) / c
        chances = chances * seen / c + new
    return float(chances[c])


def inclusion_exclusion(case: Draws) -> float:
    """The alternating sum as code has it, in float64."""
    c, n = case.n_classes, case.n_draws
    return float(sum((-1) ** j * math.comb(c, j) * (1.0 - j / c) ** n for j in range(c + 1)))


def log_collisions(case: Draws) -> float:
    """E ln(1 + Col)."""
    return expected_log_collisions(case.n_classes, case.n_draws).item()


def jensen(case: Draws) -> float:
    """ln(1 + E Col)."""
    return math.log1p(case.n_draws / case.n_classes)


SMALL: Domain = {"n_classes": Integers(1, 60), "n_draws": Integers(0, 600)}
CLAIMS = (
    Claim(
        name="bao2022-coverage-shift",
        statement=r"\forall C\ge2,\ K\ge0:\quad v_{C,K+1}\le v_{C-1,K}",
        source=ours("coverage by one draw less"),
        proof=f"{GAP}#rivals",
        status="sharper",
        kind="for-all",
        domain={"n_classes": Integers(2, 300), "n_draws": Reals(1.0, 1e4, log=True)},
        build=build,
        measured=one_more,
        bound=one_class_less,
        rounding=lambda case: 2.0 * SEARCHED * one_class_less(case),
        attained_by=({"n_classes": 9, "n_draws": 7},),  # too few: 0 = 0
        cost=0.5,
    ),
    Claim(
        name="bao2022-coverage-recursion",
        statement=r"v_{C,n}=p_C^{(n)},\quad p_i^{(n+1)}=p_i^{(n)}\tfrac iC+"
        r"p_{i-1}^{(n)}\tfrac{C-i+1}C,\ p^{(0)}_i=[i=0]",
        source=paper("coverage probability, by the textbook recursion"),
        proof=f"{ALGORITHMS}#coverage",
        status="published",
        kind="identity",
        domain=SMALL,
        build=build,
        measured=coverage,
        relation="==",
        bound=occupancy,
        rounding=lambda case: (SEARCHED + PROMISE) * occupancy(case),
        cost=4.0,
    ),
    Claim(
        name="bao2022-coverage-inclusion-exclusion",
        statement=r"\text{in float64:}\quad v_{C,n}=\sum_{j=0}^C(-1)^j\binom Cj(1-j/C)^n",
        source=paper("coverage probability, as in the authors' code"),
        proof=f"{ALGORITHMS}#traps",
        status="refuted",
        kind="identity",
        domain={"n_classes": Integers(1, 150), "n_draws": Integers(0, 600)},
        build=build,
        measured=inclusion_exclusion,
        relation="==",
        bound=coverage,
        rounding=lambda case: SEARCHED * coverage(case),
        counterexample=NOISE,
        cost=0.6,
    ),
    Claim(
        name="bao2022-collision-log-jensen",
        statement=r"\forall C\ge1,\ K\ge0,\ \mathrm{Col}\sim\mathrm{Bin}(K,1/C):\quad "
        r"\mathbb E\ln(1+\mathrm{Col})\le\ln(1+K/C)",
        source=paper("collision term, by Jensen's inequality (textbook)"),
        proof=f"{ALGORITHMS}#binomial-expectations",
        status="published",
        kind="for-all",
        domain={"n_classes": Integers(1, 1000), "n_draws": Reals(0.0, 1e6)},
        build=build,
        measured=log_collisions,
        bound=jensen,
        rounding=lambda case: SEARCHED * jensen(case),
        attained_by=({"n_classes": 5, "n_draws": 0}, {"n_classes": 1, "n_draws": 7}),
        cost=0.2,
    ),
)
