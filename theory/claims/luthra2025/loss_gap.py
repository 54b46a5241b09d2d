"""Theorem 1: DCL exceeds NSCL by at most log(1 + n_max e^(2/tau) / (N - n_max))."""

from typing import Any

import torch

from bounds import dcl_nscl_gap, dcl_nscl_gap_by_class
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point
from theory.claims.luthra2025._source import LOSS_GAP, ours, paper
from theory.claims.luthra2025._views import (
    DIM,
    IMBALANCE,
    LAYOUTS,
    SPREAD,
    TAU,
    VIEWS,
    LabelledViews,
    class_sizes,
    labelled_views,
)

DOMAIN: Domain = {
    "n_max": Integers(1, 12),
    "n_classes": Integers(2, 8),
    "imbalance": IMBALANCE,
    "k": VIEWS,
    "d": DIM,
    "tau": TAU,
    "layout": LAYOUTS,
    "spread": SPREAD,
}
TWO_POLES: Point = {
    "n_max": 7,
    "n_classes": 2,
    "imbalance": "equal",
    "k": 2,
    "d": 3,
    "tau": 0.5,
    "layout": "antipodal",
    "spread": 0.0,
}
LARGE_AND_SINGLE: Point = {**TWO_POLES, "n_max": 12, "imbalance": "one-large"}
ALL_SINGLE: Point = {**TWO_POLES, "n_max": 1, "n_classes": 5, "layout": "random"}


def build(
    *, n_max: int, n_classes: int, imbalance: str, generator: torch.Generator, **views: Any
) -> LabelledViews:
    """Views of classes of which the largest has n_max samples."""
    sizes = class_sizes(n_max, n_classes, imbalance)
    return labelled_views(sizes=sizes, generator=generator, **views)


def measured(case: LabelledViews) -> float:
    """Excess of DCL over NSCL on the same views."""
    return case.gap


def theorem_1(case: LabelledViews) -> float:
    """The theorem's right-hand side for this batch."""
    return dcl_nscl_gap(len(case.labels), max(case.sizes), case.tau).item()


def by_class(case: LabelledViews) -> float:
    """Every class with its own n_c - 1."""
    return dcl_nscl_gap_by_class(case.sizes, case.tau).item()


def rounding(case: LabelledViews) -> float:
    """Relative to the gap, and relative to the calculator's value."""
    return case.roundoff * case.gap + case.bound_roundoff * theorem_1(case)


def rounding_by_class(case: LabelledViews) -> float:
    """The same beside the sharper calculator."""
    return case.roundoff * case.gap + case.bound_roundoff * by_class(case)


CLAIMS = (
    Claim(
        name="luthra2025-dcl-nscl-gap",
        statement=r"\forall f,\ n_{\max}<N,\ \tau>0:\quad \mathcal L^{\mathrm{DCL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)\le\log\Bigl(1+\frac{n_{\max}e^{2/\tau}}{N-n_{\max}}\Bigr)",
        source=paper("Theorem 1"),
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=theorem_1,
        rounding=rounding,
    ),
    Claim(
        name="luthra2025-nscl-below-dcl",
        statement=r"\forall f,\ n_{\max}<N,\ \tau>0:\quad \mathcal L^{\mathrm{DCL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)\ge 0,\ \text{with equality iff } n_c=1\ \forall c",
        source=paper("Theorem 1, left side"),
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        relation=">=",
        bound=lambda case: 0.0,
        rounding=lambda case: case.roundoff * case.gap,
        attained_by=(ALL_SINGLE,),
    ),
    Claim(
        name="luthra2025-dcl-nscl-gap-by-class",
        statement=r"\forall f,\ n_{\max}<N,\ \tau>0:\quad \mathcal L^{\mathrm{DCL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)\le\sum_c\frac{n_c}{N}"
        r"\log\Bigl(1+\frac{(n_c-1)e^{2/\tau}}{N-n_c}\Bigr)",
        source=ours("Theorem 1 per class"),
        proof=f"{LOSS_GAP}#per-class",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=by_class,
        rounding=rounding_by_class,
        attained_by=(TWO_POLES, LARGE_AND_SINGLE),
    ),
)
