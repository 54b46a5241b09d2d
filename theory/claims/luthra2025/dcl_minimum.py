"""DCL is least where the N samples form a simplex; how far that is from the NSCL minimum."""

from typing import Any

import torch

from bounds import dcl_minimum, nscl_excess_at_dcl_minimum, nscl_minimum
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point
from theory.claims.luthra2025._source import MINIMA, ours
from theory.claims.luthra2025._views import (
    LAYOUTS,
    SPREAD,
    TAU,
    VIEWS,
    LabelledViews,
    labelled_views,
)
from theory.claims.luthra2025.nscl_minimum import nscl, rounding

SAMPLE_SIMPLEX: Point = {
    "n_total": 9,
    "k": 2,
    "d": 8,
    "tau": 0.3,
    "layout": "simplex",
    "spread": 0.0,
}


def build(*, n_total: int, generator: torch.Generator, **views: Any) -> LabelledViews:
    """Every sample a class of its own: DCL knows no others."""
    return labelled_views(sizes=(1,) * n_total, generator=generator, **views)


def dcl(case: LabelledViews) -> float:
    """The self-supervised loss."""
    return losses.dcl(case.z, case.tau).item()


def floor(case: LabelledViews) -> float:
    """A floor in every dimension."""
    n, k, _ = case.z.shape
    return dcl_minimum(n, k, case.tau).item()


def build_excess(
    *, n: int, n_classes: int, k: int, tau: float, generator: torch.Generator
) -> LabelledViews:
    """The N-simplex, labelled in balanced classes."""
    n_total = n * n_classes
    simplex = build(
        n_total=n_total,
        k=k,
        d=n_total - 1,
        tau=tau,
        layout="simplex",
        spread=0.0,
        generator=generator,
    )
    labels = torch.arange(n_classes).repeat_interleave(n)
    return LabelledViews(z=simplex.z, labels=labels, tau=tau)


def excess(case: LabelledViews) -> float:
    """NSCL at the DCL minimiser above the NSCL minimum."""
    n, k, _ = case.z.shape
    n_classes = len(case.sizes)
    return nscl(case) - nscl_minimum(n_classes, n // n_classes, k, case.tau).item()


def excess_formula(case: LabelledViews) -> float:
    """(N - C) / ((C - 1)(N - 1) tau)."""
    return nscl_excess_at_dcl_minimum(len(case.sizes), case.sizes[0], case.tau).item()


CLAIMS = (
    Claim(
        name="luthra2025-dcl-minimum",
        statement=r"\forall f,\ N\ge2,\ \tau>0:\quad \mathcal L^{\mathrm{DCL}}(f)\ge"
        r"\log(K(N-1))-\frac{N}{(N-1)\tau},\ \text{with equality iff views coincide and the"
        r" samples form a regular simplex}",
        source=ours("the DCL minimum"),
        proof=f"{MINIMA}#dcl",
        status="sharper",
        kind="optimum",
        domain={
            "n_total": Integers(2, 17),
            "k": VIEWS,
            "d": Integers(1, 16),
            "tau": TAU,
            "layout": LAYOUTS,
            "spread": SPREAD,
        },
        build=build,
        measured=dcl,
        relation=">=",
        bound=floor,
        rounding=rounding,
        attained_by=(SAMPLE_SIMPLEX, {**SAMPLE_SIMPLEX, "n_total": 2, "d": 1}),
    ),
    Claim(
        name="luthra2025-nscl-excess",
        statement=r"n_c=n,\ f\in\arg\min\mathcal L^{\mathrm{DCL}},\ d\ge N-1:\quad"
        r"\mathcal L^{\mathrm{NSCL}}(f)-\min\mathcal L^{\mathrm{NSCL}}="
        r"\frac{N-C}{(C-1)(N-1)\tau}",
        source=ours("NSCL at the DCL minimiser"),
        proof=f"{MINIMA}#excess",
        status="sharper",
        kind="identity",
        domain={"n": Integers(1, 8), "n_classes": Integers(2, 6), "k": VIEWS, "tau": TAU},
        build=build_excess,
        measured=excess,
        relation="==",
        bound=excess_formula,
        rounding=lambda case: rounding(case) + case.bound_roundoff,
    ),
)
