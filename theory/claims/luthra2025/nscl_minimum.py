"""Theorem 2: NSCL is least at the collapsed simplex; without balance it is not."""

from dataclasses import dataclass
from typing import Any, Self

import torch

from bounds import nscl_minimum, nscl_minimum_two_classes
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers
from theory.claims.luthra2025 import loss_gap_balanced
from theory.claims.luthra2025._source import MINIMA, ours, paper
from theory.claims.luthra2025._views import (
    DIM,
    LAYOUTS,
    SPREAD,
    TAU,
    VIEWS,
    LabelledViews,
    labelled_views,
)


def nscl(case: LabelledViews) -> float:
    """The supervised loss."""
    return losses.nscl(case.z, case.labels, case.tau).item()


def rounding(case: LabelledViews) -> float:
    """One loss and one calculator, each with its absolute error."""
    return case.roundoff + case.bound_roundoff


def floor(case: LabelledViews) -> float:
    """Theorem 2's value, a floor in every dimension."""
    n, k, _ = case.z.shape
    return nscl_minimum(len(case.sizes), n // len(case.sizes), k, case.tau).item()


def floor_two_classes(case: LabelledViews) -> float:
    """Two classes of any sizes."""
    return nscl_minimum_two_classes(case.sizes, case.z.shape[1], case.tau).item()


def build_two_classes(
    *, n_first: int, n_second: int, generator: torch.Generator, **views: Any
) -> LabelledViews:
    """Two classes of any sizes."""
    return labelled_views(sizes=(n_first, n_second), generator=generator, **views)


@dataclass(frozen=True, kw_only=True)
class Rivals:
    """The collapsed simplex, and another configuration of the same classes."""

    simplex: LabelledViews
    other: LabelledViews

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """Both in another precision, on another device."""
        return type(self)(
            simplex=self.simplex.to(dtype=dtype, device=device),
            other=self.other.to(dtype=dtype, device=device),
        )


def build_unbalanced(
    *, sizes: tuple[int, ...], tau: float, layout: str, generator: torch.Generator
) -> Rivals:
    """`merged` puts every class but the largest (the last) at one pole, that one at the other."""

    def at(layout: str) -> LabelledViews:
        return labelled_views(
            sizes=sizes,
            k=1,
            d=len(sizes) - 1,
            tau=tau,
            layout=layout,
            spread=0.0,
            generator=generator,
        )

    other = at("equal" if layout == "merged" else layout)
    if layout == "merged":
        other.z[other.labels == len(sizes) - 1] *= -1.0
    return Rivals(simplex=at("simplex"), other=other)


CLAIMS = (
    Claim(
        name="luthra2025-nscl-minimum",
        statement=r"\forall f,\ n_c=n,\ C\ge2,\ \tau>0:\quad \mathcal L^{\mathrm{NSCL}}(f)\ge"
        r"\log(nK(C-1))-\frac{C}{(C-1)\tau},\ \text{with equality iff views and classes collapse"
        r" and the class means are a regular simplex}",
        source=paper("Theorem 2 (value: this project)"),
        proof=f"{MINIMA}#nscl",
        status="published",
        kind="optimum",
        domain=loss_gap_balanced.DOMAIN,
        build=loss_gap_balanced.build,
        measured=nscl,
        relation=">=",
        bound=floor,
        rounding=rounding,
        attained_by=(loss_gap_balanced.SIMPLEX, loss_gap_balanced.TWO_CLASSES),
    ),
    Claim(
        name="luthra2025-nscl-minimum-two-classes",
        statement=r"\forall f,\ C=2,\ \text{any sizes}:\quad \mathcal L^{\mathrm{NSCL}}(f)\ge"
        r"\sum_c\frac{n_c}{N}\log(K(N-n_c))-\frac2\tau,\ \text{attained at antipodal classes}",
        source=ours("Theorem 2 for two unbalanced classes"),
        proof=f"{MINIMA}#nscl",
        status="sharper",
        kind="optimum",
        domain={
            "n_first": Integers(1, 12),
            "n_second": Integers(1, 12),
            "k": VIEWS,
            "d": DIM,
            "tau": TAU,
            "layout": LAYOUTS,
            "spread": SPREAD,
        },
        build=build_two_classes,
        measured=nscl,
        relation=">=",
        bound=floor_two_classes,
        rounding=rounding,
        attained_by=(
            {
                "n_first": 1,
                "n_second": 9,
                "k": 2,
                "d": 1,
                "tau": 0.2,
                "layout": "antipodal",
                "spread": 0.0,
            },
        ),
    ),
    Claim(
        name="luthra2025-nscl-etf-unbalanced",
        statement=r"\text{(literal, without balance)}\ \forall f,\ C\ge3,\ \text{any sizes}:\quad "
        r"\mathcal L^{\mathrm{NSCL}}(\text{collapsed simplex})\le\mathcal L^{\mathrm{NSCL}}(f)",
        source=paper("Theorem 2 read without its balance"),
        proof=f"{MINIMA}#refuted-the-simplex-without-balance",
        status="refuted",
        kind="optimum",
        domain={
            "sizes": Choices((1, 1, 8), (1, 5, 5), (2, 3, 4), (1, 1, 1, 20)),
            "tau": TAU,
            "layout": Choices("merged", "random", "collapsed"),
        },
        build=build_unbalanced,
        measured=lambda case: nscl(case.simplex),
        bound=lambda case: nscl(case.other),
        rounding=lambda case: 2.0 * case.simplex.roundoff,
        counterexample={"sizes": (1, 1, 8), "tau": 1.0, "layout": "merged"},
    ),
)
