"""Theorem 1 for balanced classes: the printed form, the chord, the exact supremum."""

from typing import Any

import torch

from bounds import (
    dcl_nscl_gap_balanced,
    dcl_nscl_gap_chord,
    dcl_nscl_gap_constant,
    dcl_nscl_gap_etf,
)
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point
from theory.claims.luthra2025._source import LOSS_GAP, SUPREMUM, ours, paper
from theory.claims.luthra2025._views import (
    DIM,
    LAYOUTS,
    SPREAD,
    TAU,
    VIEWS,
    LabelledViews,
    labelled_views,
)

DOMAIN: Domain = {
    "n": Integers(1, 12),
    "n_classes": Integers(2, 8),
    "k": VIEWS,
    "d": DIM,
    "tau": TAU,
    "layout": LAYOUTS,
    "spread": SPREAD,
}
SIMPLEX: Point = {
    "n": 5,
    "n_classes": 6,
    "k": 2,
    "d": 5,
    "tau": 0.5,
    "layout": "simplex",
    "spread": 0.0,
}
TWO_CLASSES: Point = {**SIMPLEX, "n_classes": 2, "d": 1}
EQUAL_ROWS: Point = {**SIMPLEX, "layout": "equal"}


def build(*, n: int, n_classes: int, generator: torch.Generator, **views: Any) -> LabelledViews:
    """Views of classes of n samples each."""
    return labelled_views(sizes=(n,) * n_classes, generator=generator, **views)


def measured(case: LabelledViews) -> float:
    """Excess of DCL over NSCL on the same views."""
    return case.gap


def balanced(case: LabelledViews) -> float:
    """The printed right-hand side."""
    return dcl_nscl_gap_balanced(len(case.sizes), case.tau).item()


def chord(case: LabelledViews) -> float:
    """The chord of phi(x) = log(1 + alpha e^(x/tau)) over [0, 2]."""
    return dcl_nscl_gap_chord(len(case.sizes), case.sizes[0], case.tau).item()


def etf(case: LabelledViews) -> float:
    """The value at the collapsed simplex."""
    return dcl_nscl_gap_etf(len(case.sizes), case.sizes[0], case.tau).item()


def constant(case: LabelledViews) -> float:
    """The value when all similarities are equal."""
    return dcl_nscl_gap_constant(len(case.sizes), case.sizes[0]).item()


def rounding(case: LabelledViews) -> float:
    """Relative to the gap, and relative to the largest of the calculators."""
    return case.roundoff * case.gap + case.bound_roundoff * balanced(case)


CLAIMS = (
    Claim(
        name="luthra2025-dcl-nscl-gap-balanced",
        statement=r"\forall f,\ n_c=N/C,\ \tau>0:\quad \mathcal L^{\mathrm{DCL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)\le\log\Bigl(1+\frac{e^{2/\tau}}{C-1}\Bigr)",
        source=paper("Theorem 1, balanced"),
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=balanced,
        rounding=rounding,
    ),
    Claim(
        name="luthra2025-dcl-nscl-gap-chord",
        statement=r"\forall f,\ n_c=n,\ \alpha=\tfrac{n-1}{n(C-1)},\ \lambda=\tfrac{C}{2(C-1)}:"
        r"\quad \mathcal L^{\mathrm{DCL}}(f)-\mathcal L^{\mathrm{NSCL}}(f)\le"
        r"(1-\lambda)\log(1+\alpha)+\lambda\log(1+\alpha e^{2/\tau})",
        source=ours("chord bound"),
        proof=f"{LOSS_GAP}#chord",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=chord,
        rounding=rounding,
        attained_by=(TWO_CLASSES,),
    ),
    Claim(
        name="luthra2025-dcl-nscl-gap-etf",
        statement=r"\forall f,\ n_c=n,\ \alpha=\tfrac{n-1}{n(C-1)}:\quad"
        r"\mathcal L^{\mathrm{DCL}}(f)-\mathcal L^{\mathrm{NSCL}}(f)\le"
        r"\log\bigl(1+\alpha e^{C/((C-1)\tau)}\bigr),\ \text{for } n\ge2 \text{ with equality iff}"
        r"\text{ each class is a vertex of a regular simplex}",
        source=ours("the loss-gap supremum"),
        proof=f"{SUPREMUM}#1-statement",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=etf,
        rounding=rounding,
        attained_by=(SIMPLEX, TWO_CLASSES, {**SIMPLEX, "n": 1, "d": 2, "layout": "random"}),
    ),
    Claim(
        name="luthra2025-dcl-nscl-gap-constant",
        statement=r"n_c=n,\ \text{all similarities equal}:\quad \mathcal L^{\mathrm{DCL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)=\log\Bigl(1+\frac{n-1}{n(C-1)}\Bigr)",
        source=ours("random-initialisation level"),
        proof=f"{LOSS_GAP}#constant-similarities",
        status="sharper",
        kind="identity",
        domain={**DOMAIN, "layout": Choices("equal")},
        build=build,
        measured=measured,
        relation="==",
        bound=constant,
        rounding=rounding,
        attained_by=(EQUAL_ROWS,),
    ),
)
