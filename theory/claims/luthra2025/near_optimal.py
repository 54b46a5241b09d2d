"""Minimising DCL nearly minimises NSCL: within the loss gap, over the same class of encoders."""

from dataclasses import dataclass
from typing import Any, Self

import torch

from bounds import dcl_nscl_gap, dcl_nscl_gap_by_class
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers
from theory.claims.luthra2025 import loss_gap
from theory.claims.luthra2025._source import LOSS_GAP, ours, paper
from theory.claims.luthra2025._views import LabelledViews
from theory.claims.luthra2025.loss_gap_anchor import sides


@dataclass(frozen=True, kw_only=True)
class Twins:
    """The minimisers of DCL and of NSCL within one finite class of encoders, found exactly."""

    dcl_optimal: LabelledViews
    nscl_optimal: LabelledViews

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same twins in another precision, on another device."""
        return type(self)(
            dcl_optimal=self.dcl_optimal.to(dtype=dtype, device=device),
            nscl_optimal=self.nscl_optimal.to(dtype=dtype, device=device),
        )


def build(*, n_encoders: int, generator: torch.Generator, **params: Any) -> Twins:
    """Draw a class of encoders (their embeddings) and search it twice."""
    family = [loss_gap.build(generator=generator, **params) for _ in range(n_encoders)]
    return Twins(
        dcl_optimal=min(family, key=lambda f: losses.dcl(f.z, f.tau).item()),
        nscl_optimal=min(family, key=nscl),
    )


def nscl(case: LabelledViews) -> float:
    """The supervised loss of one encoder."""
    return losses.nscl(case.z, case.labels, case.tau).item()


def measured(case: Twins) -> float:
    """How far the DCL minimiser stays above the NSCL minimum."""
    return nscl(case.dcl_optimal) - nscl(case.nscl_optimal)


def theorem_1(case: Twins) -> float:
    """Theorem 1 at the batch's class sizes."""
    sizes = case.nscl_optimal.sizes
    return dcl_nscl_gap(sum(sizes), max(sizes), case.nscl_optimal.tau).item()


def sharpest(case: Twins) -> float:
    """Per class, or per anchor at the NSCL minimiser, whichever is smaller."""
    f = case.nscl_optimal
    return min(dcl_nscl_gap_by_class(f.sizes, f.tau).item(), float(sides(f).upper.mean()))


def rounding(case: Twins) -> float:
    """Two losses; each minimiser may be off by one loss's error; and the bound."""
    f = case.nscl_optimal
    return 4.0 * f.roundoff * (1.0 + theorem_1(case))


DOMAIN: Domain = {**loss_gap.DOMAIN, "n_max": Integers(1, 6), "n_encoders": Integers(1, 8)}

CLAIMS = (
    Claim(
        name="luthra2025-nscl-near-optimal",
        statement=r"f_D\in\arg\min_{\mathcal F}\mathcal L^{\mathrm{DCL}},\ "
        r"f_N\in\arg\min_{\mathcal F}\mathcal L^{\mathrm{NSCL}}:\quad "
        r"\mathcal L^{\mathrm{NSCL}}(f_D)-\mathcal L^{\mathrm{NSCL}}(f_N)\le"
        r"\log\Bigl(1+\frac{n_{\max}e^{2/\tau}}{N-n_{\max}}\Bigr)\quad\forall\mathcal F",
        source=paper("remark on minimising DCL"),
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=theorem_1,
        rounding=rounding,
        cost=6.0,
    ),
    Claim(
        name="luthra2025-nscl-near-optimal-sharp",
        statement=r"\mathcal L^{\mathrm{NSCL}}(f_D)-\mathcal L^{\mathrm{NSCL}}(f_N)\le"
        r"\min(\text{per-class bound},\ \text{mean per-anchor bound at } f_N)"
        r"\quad\forall\mathcal F",
        source=ours("minimising one nearly minimises the other"),
        proof=f"{LOSS_GAP}#minimising-one-nearly-minimises-the-other",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=sharpest,
        rounding=rounding,
        attained_by=({**loss_gap.ALL_SINGLE, "n_encoders": 3},),
        cost=8.0,
    ),
)
