"""Proposition 1: few-shot error from directional CDNV and, for finitely many shots, CDNV."""

import dataclasses
import functools
from dataclasses import dataclass

import torch

from bounds import few_shot_error, few_shot_error_a16
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Reals
from theory.claims.luthra2025._source import FEW_SHOT, paper
from theory.claims.luthra2025.few_shot._cases import (
    EXACT,
    FewShot,
    few_shot,
    rounding_of,
    stretched,
)
from theory.claims.luthra2025.few_shot._laws import WORLD

# Beyond it the bound exceeds 1 even with hundreds of shots.
SMALL_NOISE = {**WORLD, "cdnv": Reals(1e-6, 0.1, log=True)}


def build_stretched(*, stretch: float, generator: torch.Generator, **world: int) -> FewShot:
    """A problem, and an admissible a."""
    case = few_shot(generator=generator, **world)
    return dataclasses.replace(case, a=stretched(case.m_shot, stretch))


def proposition_1(case: FewShot) -> float:
    """At the case's a."""
    return few_shot_error(*case.moments.averages, case.m_shot, case.n_classes, a=case.a).item()


def displayed(case: FewShot) -> float:
    """With the constants of a = 16, rounded up."""
    return few_shot_error_a16(*case.moments.averages, case.m_shot, case.n_classes).item()


@dataclass(frozen=True, kw_only=True)
class Averages:
    """Averages of CDNV without a law behind them."""

    directional: float
    cdnv: float
    root: float
    m_shot: float
    n_classes: int


def build_averages(
    *,
    share: float,
    cdnv: float,
    root_share: float,
    doublings: int,
    n_classes: int,
    generator: torch.Generator,
) -> Averages:
    """V~ = share V and V^s = root_share sqrt V."""
    return Averages(
        directional=share * cdnv,
        cdnv=cdnv,
        root=root_share * cdnv**0.5,
        m_shot=10.0 * 2**doublings,
        n_classes=n_classes,
    )


def at_16(case: Averages) -> float:
    """Proposition 1 at a = 16."""
    return few_shot_error(
        case.directional, case.cdnv, case.root, case.m_shot, case.n_classes, a=16.0
    ).item()


def rounded_up(case: Averages) -> float:
    """Its displayed form."""
    return few_shot_error_a16(
        case.directional, case.cdnv, case.root, case.m_shot, case.n_classes
    ).item()


CLAIMS = (
    Claim(
        name="luthra2025-few-shot",
        statement=r"\forall f,\ m\ge1,\ a\ge5,\ a>4+2^{5/2}/m:\quad "
        r"\mathrm{err}^{\mathrm{NCC}}_m\le(C'-1)\Bigl[\bigl(\tfrac12-\tfrac2a-\tfrac{2^{3/2}}{am}\bigr)^{-2}"
        r"\tilde V_f+\tfrac a4\Bigl(\tfrac{2}{\sqrt m}(V^s_f+V_f)+\tfrac{V_f}{m}\Bigr)\Bigr]",
        source=paper("Proposition 1, with a > 4 + 2^(5/2)/m added"),
        proof=f"{FEW_SHOT}#proposition-1",
        status="corrected",
        kind="for-all",
        domain={**SMALL_NOISE, "stretch": Reals(1e-3, 2.0)},
        build=build_stretched,
        measured=lambda case: case.error,
        bound=proposition_1,
        rounding=rounding_of(proposition_1),
        trivial=lambda case: 1.0,
        cost=7.5,
    ),
    Claim(
        name="luthra2025-few-shot-a16",
        statement=r"\forall f,\ m\ge10:\quad \mathrm{err}^{\mathrm{NCC}}_m\le(C'-1)\Bigl["
        r"8\tilde V_f+\tfrac{8}{\sqrt m}V^s_f+\tfrac{8}{\sqrt m}V_f+\tfrac4mV_f\Bigr]",
        source=paper("Proposition 1, displayed form"),
        proof=f"{FEW_SHOT}#proposition-1",
        status="published",
        kind="for-all",
        domain={**SMALL_NOISE, "doublings": Integers(0, 5)},
        build=functools.partial(few_shot, fewest=10),
        measured=lambda case: case.error,
        bound=displayed,
        rounding=rounding_of(displayed),
        trivial=lambda case: 1.0,
        cost=7.0,
    ),
    Claim(
        name="luthra2025-few-shot-a16-rounding",
        statement=r"\forall\,\tilde V,V,V^s\ge0,\ m\ge10:\quad \text{Proposition 1 at } a=16\ \le\ "
        r"\text{its displayed form},\ \text{with equality iff } \tilde V=0",
        source=paper("Proposition 1, displayed form"),
        proof=f"{FEW_SHOT}#proposition-1",
        status="published",
        kind="for-all",
        domain={
            "share": Reals(0.0, 1.0),
            "cdnv": Reals(1e-6, 1e3, log=True),
            "root_share": Reals(0.0, 1.0),
            "doublings": Integers(0, 20),
            "n_classes": Integers(2, 1000),
        },
        build=build_averages,
        measured=at_16,
        bound=rounded_up,
        rounding=lambda case: 2.0 * EXACT * rounded_up(case),
        attained_by=(
            {"share": 0.0, "cdnv": 0.3, "root_share": 0.9, "doublings": 0, "n_classes": 5},
        ),
        cost=0.15,
    ),
)
