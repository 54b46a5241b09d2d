"""Averages of second moments suffice, and never do worse than Proposition 1."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bounds import few_shot_error, few_shot_error_by_pair, few_shot_error_second_moment
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.luthra2025._source import FEW_SHOT, ours
from theory.claims.luthra2025.few_shot._cases import (
    EXACT,
    INFIMUM,
    FewShot,
    few_shot,
    rounding_of,
    stretched,
)
from theory.claims.luthra2025.few_shot._laws import WORLD


def second_moment(case: FewShot) -> float:
    """The bound from V~_f and V_f."""
    directional, cdnv, _ = case.moments.averages
    return few_shot_error_second_moment(directional, cdnv, case.m_shot, case.n_classes).item()


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """CDNV of all ordered pairs without a law behind them, and a shot count."""

    directional: NDArray[np.float64]  # (c, c)
    cdnv: NDArray[np.float64]  # (c, c)
    m_shot: float


def build_pairs(
    *, n_classes: int, doublings: int, layout: str, cdnv: float, generator: torch.Generator
) -> Pairs:
    """`equal`: all pairs alike; `one-sided`: V_ji = 0 for i < j; `one`: a single noisy pair."""
    c = n_classes
    share, weight = torch.rand(2, c, c, generator=generator, dtype=torch.float64).numpy()
    if layout == "equal":
        share, weight = np.full((c, c), 0.1), np.ones((c, c))
    elif layout == "one-sided":
        weight = np.triu(weight)
    elif layout == "one":
        weight = np.zeros((c, c))
        weight[0, 1] = 1.0
    elif layout == "spread":
        weight = np.exp(8.0 * weight)
    pairs = ~np.eye(c, dtype=bool)
    weight = cdnv * weight / weight[pairs].mean()
    return Pairs(directional=share * weight, cdnv=weight, m_shot=2.0**doublings)


def by_pair(case: Pairs) -> float:
    """Pair by pair, the union over j."""
    return few_shot_error_by_pair(case.directional, case.cdnv, case.m_shot).item()


def from_averages(case: Pairs) -> float:
    """The same from the averages over ordered pairs."""
    pairs = ~np.eye(len(case.cdnv), dtype=bool)
    directional, cdnv = case.directional[pairs].mean(), case.cdnv[pairs].mean()
    return few_shot_error_second_moment(directional, cdnv, case.m_shot, len(case.cdnv)).item()


@dataclass(frozen=True, kw_only=True)
class Averages:
    """Averages of CDNV, and an admissible a."""

    directional: float
    cdnv: float
    root: float
    m_shot: float
    n_classes: int
    a: float


def build_averages(
    *,
    noise: str,
    cdnv: float,
    share: float,
    root_share: float,
    doublings: int,
    n_classes: int,
    stretch: float,
    generator: torch.Generator,
) -> Averages:
    """V~ = share V and V^s = root_share sqrt V; `none` sets V = 0."""
    v, m_shot = (0.0 if noise == "none" else cdnv), 2.0**doublings
    return Averages(
        directional=share * v,
        cdnv=v,
        root=root_share * v**0.5,
        m_shot=m_shot,
        n_classes=n_classes,
        a=stretched(m_shot, stretch, least=4.0 + 2.0 * 2.0**0.5),
    )


def dominated(case: Averages) -> float:
    """The bound from V~_f and V_f."""
    return few_shot_error_second_moment(
        case.directional, case.cdnv, case.m_shot, case.n_classes
    ).item()


def proposition_1(case: Averages) -> float:
    """At the case's a."""
    return few_shot_error(
        case.directional, case.cdnv, case.root, case.m_shot, case.n_classes, a=case.a
    ).item()


E1_E2 = (
    r"(C'-1)\min\bigl(1,\inf_t E_1,\inf_t E_2\bigr),\ "
    r"E_1=\theta_{1-t}(A_0+Pr^2)+\tfrac{V_f}{mt},\ "
    r"E_2=\theta_{1-t}(A_0)+\psi_{1-t}(r)+\tfrac{V_f}{mt},\ "
    r"A_0=4(1+\tfrac1m)\tilde V_f,\ r=2\sqrt{2/m}\,V_f,\ P=\tbinom{C'}2"
)

CLAIMS = (
    Claim(
        name="luthra2025-few-shot-second-moment",
        statement=r"\forall f,\ m\ge1:\quad \mathrm{err}^{\mathrm{NCC}}_m\le" + E1_E2,
        source=ours("few-shot error from averages of second moments"),
        proof=f"{FEW_SHOT}#averages",
        status="sharper",
        kind="for-all",
        domain=WORLD,
        build=few_shot,
        measured=lambda case: case.error,
        bound=second_moment,
        rounding=rounding_of(second_moment, INFIMUM),
        trivial=lambda case: 1.0,
        cost=14.0,
    ),
    Claim(
        name="luthra2025-few-shot-second-moment-average",
        statement=r"\forall\,0\le\tilde V_{ij},V_{ij},\ m\ge1:\quad \frac1{C'}\sum_i\min\Bigl(1,"
        r"\sum_{j\ne i}b_{ij}\Bigr)\le" + E1_E2 + r",\ \text{with equality if } C'=2,\ "
        r"V_{12}=V_{21},\ \tilde V_{12}=\tilde V_{21}",
        source=ours("few-shot error from averages of second moments"),
        proof=f"{FEW_SHOT}#averages",
        status="sharper",
        kind="for-all",
        domain={
            "n_classes": Integers(2, 8),
            "doublings": Integers(0, 14),
            "layout": Choices("random", "equal", "spread", "one-sided", "one"),
            "cdnv": Reals(1e-3, 30.0, log=True),
        },
        build=build_pairs,
        measured=by_pair,
        bound=from_averages,
        rounding=lambda case: 2.0 * INFIMUM * (by_pair(case) + from_averages(case)),
        attained_by=(
            {"n_classes": 2, "doublings": 4, "layout": "equal", "cdnv": 0.2},
            {"n_classes": 2, "doublings": 14, "layout": "equal", "cdnv": 5.0},
        ),
        trivial=lambda case: 1.0,
        cost=6.5,
    ),
    Claim(
        name="luthra2025-few-shot-dominated",
        statement=r"\forall\,0\le\tilde V\le V,\ V^s\ge0,\ m\ge1,\ a\ge4+2\sqrt2,\ a>4+2^{5/2}/m:"
        r"\quad \text{the bound from second moments}\ \le\ \text{Proposition 1 at } a",
        source=ours("the second-moment bound dominates Proposition 1"),
        proof=f"{FEW_SHOT}#domination",
        status="sharper",
        kind="for-all",
        domain={
            "noise": Choices("some", "none"),
            "cdnv": Reals(1e-6, 1e3, log=True),
            "share": Reals(0.0, 1.0),
            "root_share": Reals(0.0, 1.0),
            "doublings": Integers(0, 20),
            "n_classes": Integers(2, 300),
            "stretch": Reals(1e-6, 3.0, log=True),
        },
        build=build_averages,
        measured=dominated,
        bound=proposition_1,
        rounding=lambda case: 2.0 * (INFIMUM * dominated(case) + EXACT * proposition_1(case)),
        attained_by=(
            {
                "noise": "none",
                "cdnv": 1.0,
                "share": 1.0,
                "root_share": 1.0,
                "doublings": 3,
                "n_classes": 5,
                "stretch": 0.1,
            },
        ),
        trivial=lambda case: case.n_classes - 1.0,
        cost=4.5,
    ),
)
