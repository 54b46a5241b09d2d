"""With infinitely many shots only the directional CDNV is left."""

import math
from typing import Any

import torch

from bounds import few_shot_error_limit, few_shot_error_limit_sharp
from synthetic.trials import ncc_errors
from theory.claims._claim import Claim
from theory.claims._domain import Choices
from theory.claims.luthra2025._source import FEW_SHOT, ours, paper
from theory.claims.luthra2025.few_shot._cases import FewShot, moments, rounding_of
from theory.claims.luthra2025.few_shot._laws import WORLD, finite_law
from theory.geometry import class_statistics

# `tie`: half-way to the other mean exactly, in integers.
NOISE = Choices(*WORLD["noise"].extremes, "tie", "beyond-tie")
DOMAIN = {name: h for name, h in WORLD.items() if name != "doublings"} | {"noise": NOISE}
TIE = {
    "n_classes": 2,
    "d": 3,
    "means": "simplex",
    "noise": "tie",
    "sizes": "alike",
    "n_atoms": 5,
    "cdnv": 0.1,
}
ACROSS = {**TIE, "noise": "across"}


def build(*, generator: torch.Generator, **law: Any) -> FewShot:
    """Centres at the class means."""
    drawn = finite_law(generator=generator, **law)
    return FewShot(law=drawn, m_shot=math.inf, moments=moments(drawn))


def error(case: FewShot) -> float:
    """Share of atoms that are not strictly nearest to their own mean."""
    x, labels = case.law.x, case.law.labels
    means = class_statistics(x, labels).means
    return ncc_errors(x, means.expand(len(x), -1, -1), labels).double().mean().item()


def limit(case: FewShot) -> float:
    """Published."""
    return few_shot_error_limit(case.moments.averages[0], case.n_classes).item()


def limit_sharp(case: FewShot) -> float:
    """By Cantelli's inequality."""
    return few_shot_error_limit_sharp(case.moments.averages[0], case.n_classes).item()


CLAIMS = (
    Claim(
        name="luthra2025-few-shot-limit",
        statement=r"\forall f,\ m=\infty:\quad "
        r"\mathrm{err}^{\mathrm{NCC}}_\infty\le4(C'-1)\tilde V_f",
        source=paper("Proposition 1, m -> infinity"),
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=error,
        bound=limit,
        rounding=rounding_of(limit),
        trivial=lambda case: 1.0,
        attained_by=(ACROSS,),  # both sides are 0
        cost=1.2,
    ),
    Claim(
        name="luthra2025-few-shot-limit-sharp",
        statement=r"\forall f,\ m=\infty:\quad \mathrm{err}^{\mathrm{NCC}}_\infty\le(C'-1)"
        r"\frac{4\tilde V_f}{1+4\tilde V_f},\ "
        r"\text{attained for } C'=2 \text{ by noise on two points}",
        source=ours("few-shot error with infinitely many shots"),
        proof=f"{FEW_SHOT}#infinite-shots",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=error,
        bound=limit_sharp,
        rounding=rounding_of(limit_sharp),
        trivial=lambda case: 1.0,
        attained_by=(TIE, {**TIE, "n_atoms": 2}, ACROSS),
        cost=1.2,
    ),
)
