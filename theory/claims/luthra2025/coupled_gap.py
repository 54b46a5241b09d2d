"""Theorem 1 for the coupled loss CL, whose denominator keeps the sample's own views."""

from dataclasses import dataclass, fields
from typing import Any, Self

import torch

from bounds import cl_nscl_gap_etf, dcl_nscl_gap
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers
from theory.claims.luthra2025 import loss_gap, loss_gap_balanced
from theory.claims.luthra2025._source import LOSS_GAP, SUPREMUM, ours
from theory.claims.luthra2025._views import LabelledViews

OWN_VIEWS = Choices("all", "others")


@dataclass(frozen=True, kw_only=True)
class Coupled(LabelledViews):
    """Views, and which of an anchor's own views stand in the denominator of CL."""

    own_views: str

    @classmethod
    def of(cls, views: LabelledViews, own_views: str) -> Self:
        """The same views, coupled."""
        shared = {f.name: getattr(views, f.name) for f in fields(views)}
        return cls(**shared, own_views=own_views)

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same views in another precision, on another device."""
        return type(self).of(
            LabelledViews(z=self.z, labels=self.labels, tau=self.tau).to(
                dtype=dtype, device=device
            ),
            self.own_views,
        )


def build(*, own_views: str, generator: torch.Generator, **params: Any) -> Coupled:
    """The cases of Theorem 1."""
    return Coupled.of(loss_gap.build(generator=generator, **params), own_views)


def build_balanced(*, own_views: str, generator: torch.Generator, **params: Any) -> Coupled:
    """Its balanced cases."""
    return Coupled.of(loss_gap_balanced.build(generator=generator, **params), own_views)


def measured(case: Coupled) -> float:
    """Excess of CL over NSCL."""
    cl = losses.cl(case.z, case.tau, own_views=case.own_views)
    return (cl - losses.nscl(case.z, case.labels, case.tau)).item()


def theorem_1(case: Coupled) -> float:
    """The constant of Theorem 1: here n_max, not n_max - 1, is right."""
    return dcl_nscl_gap(len(case.labels), max(case.sizes), case.tau).item()


def etf(case: Coupled) -> float:
    """The value at the collapsed simplex."""
    return cl_nscl_gap_etf(
        len(case.sizes), case.sizes[0], case.z.shape[1], case.tau, own_views=case.own_views
    ).item()


def rounding(case: Coupled) -> float:
    """Two losses and a calculator, each with its absolute error."""
    return 2.0 * case.roundoff + case.bound_roundoff * theorem_1(case)


CLAIMS = (
    Claim(
        name="luthra2025-cl-nscl-gap",
        statement=r"\forall f,\ n_{\max}<N,\ \text{own views all or others}:\quad"
        r"\mathcal L^{\mathrm{CL}}(f)-\mathcal L^{\mathrm{NSCL}}(f)\le"
        r"\log\Bigl(1+\frac{n_{\max}e^{2/\tau}}{N-n_{\max}}\Bigr)",
        source=ours("Theorem 1 for the coupled loss"),
        proof=f"{LOSS_GAP}#coupled-loss",
        status="sharper",
        kind="for-all",
        domain={**loss_gap.DOMAIN, "own_views": OWN_VIEWS},
        build=build,
        measured=measured,
        bound=theorem_1,
        rounding=rounding,
        attained_by=({**loss_gap.TWO_POLES, "own_views": "all"},),
    ),
    Claim(
        name="luthra2025-cl-nscl-gap-etf",
        statement=r"\forall f,\ n_c=n,\ nK\ge2:\quad \mathcal L^{\mathrm{CL}}(f)-"
        r"\mathcal L^{\mathrm{NSCL}}(f)\le\log\Bigl(1+\frac{a}{C-1}e^{C/((C-1)\tau)}\Bigr),"
        r"\quad a=1\text{ (all)},\ \tfrac{nK-1}{nK}\text{ (others)}",
        source=ours("the loss-gap supremum, coupled"),
        proof=f"{SUPREMUM}#1-statement",
        status="sharper",
        kind="for-all",
        domain={
            **loss_gap_balanced.DOMAIN,
            "n": Integers(2, 12),
            "own_views": OWN_VIEWS,
        },
        build=build_balanced,
        measured=measured,
        bound=etf,
        rounding=rounding,
        attained_by=(
            {**loss_gap_balanced.SIMPLEX, "own_views": "all"},
            {**loss_gap_balanced.SIMPLEX, "own_views": "others"},
        ),
    ),
)
