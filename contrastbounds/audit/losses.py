"""The losses of the whole data set, and their gap beside every bound of it."""

from dataclasses import dataclass

from contrastbounds.audit._row import Row
from contrastbounds.audit._similarities import Similarities
from contrastbounds.audit._views import Views
from contrastbounds.audit.gap_bounds import gap_rows, nscl_span
from theory.losses import contrastive_losses


@dataclass(frozen=True, kw_only=True)
class Losses:
    """Full-data losses in nats: every sample against all others, not a mean over batches."""

    cl: float
    dcl: float
    nscl: float
    supcon: float | None
    gap: float
    """dcl - nscl, computed without the cancellation."""
    span: float
    """How far NSCL is from its least value with all rows equal: a larger bound is vacuous."""
    rows: tuple[Row, ...]


def losses(views: Views, found: Similarities) -> Losses:
    """Stream the losses over tiles and compare the gap with every bound of it."""
    at = contrastive_losses(views.z, views.labels, views.tau)
    cl, nscl, gap = float(at.cl), float(at.nscl), float(at.gap)
    return Losses(
        cl=cl,
        dcl=float(at.dcl),
        nscl=nscl,
        supcon=None if at.supcon is None else float(at.supcon),
        gap=gap,
        span=nscl_span(views),
        rows=gap_rows(views, found, gap=gap, coupled_gap=cl - nscl),
    )
