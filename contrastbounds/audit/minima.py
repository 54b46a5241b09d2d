"""How far the losses are from their least values, and what that pins down."""

from dataclasses import dataclass

from bounds import (
    dcl_minimum,
    nscl_collapse,
    nscl_excess_at_dcl_minimum,
    nscl_minimum,
    nscl_minimum_two_classes,
    nscl_simplex_deviation,
)
from contrastbounds.audit._row import Relation, Row
from contrastbounds.audit._similarities import Similarities
from contrastbounds.audit._views import Views
from contrastbounds.audit.losses import Losses


@dataclass(frozen=True, kw_only=True)
class Minima:
    """Losses above their floors, and the geometry that this forces."""

    nscl_floor: float | None
    """None where no floor is known: three or more classes of different sizes."""
    nscl_excess: float | None
    dcl_floor: float
    dcl_excess: float
    simplex_fits: bool
    """d >= C - 1: whether the NSCL floor can be reached at all in so many dimensions."""
    sample_simplex_fits: bool
    """d >= N - 1, the same for the DCL floor."""
    rows: tuple[Row, ...]


def minima(views: Views, at: Losses, found: Similarities, class_variance: float) -> Minima:
    """Compare the losses with their floors, and the collapse with what the excess allows."""
    n_total, k, d = views.z.shape
    c = views.n_classes
    floor = _nscl_floor(views)
    excess = None if floor is None else at.nscl - floor
    dcl_floor = float(dcl_minimum(n_total, k, views.tau))
    return Minima(
        nscl_floor=floor,
        nscl_excess=excess,
        dcl_floor=dcl_floor,
        dcl_excess=at.dcl - dcl_floor,
        simplex_fits=d >= c - 1,
        sample_simplex_fits=d >= n_total - 1,
        rows=(
            *_floor_rows(views, at, dcl_floor),
            *_stability_rows(views, at, found, class_variance),
            _excess_row(views, at, at.dcl - dcl_floor),
        ),
    )


def _nscl_floor(views: Views) -> float | None:
    k = views.z.shape[1]
    if views.balanced:
        return float(nscl_minimum(views.n_classes, views.sizes[0], k, views.tau))
    if views.n_classes == 2:
        return float(nscl_minimum_two_classes(views.sizes, k, views.tau))
    return None


def _floor_rows(views: Views, at: Losses, dcl_floor: float) -> tuple[Row, ...]:
    c, k = views.n_classes, views.z.shape[1]
    balanced = nscl_minimum(c, views.sizes[0], k, views.tau) if views.balanced else None
    pair = nscl_minimum_two_classes(views.sizes, k, views.tau) if c == 2 else None
    rows = [
        _row(views, "nscl-minimum", "NSCL, Theorem 2", "NSCL", at.nscl, balanced, views.imbalance),
        _row(views, "dcl-minimum", "DCL, any labels", "DCL", at.dcl, dcl_floor),
    ]
    if c == 2:
        title = "NSCL, two classes"
        rows.insert(1, _row(views, "nscl-minimum-two-classes", title, "NSCL", at.nscl, pair))
    return tuple(rows)


def _stability_rows(
    views: Views, at: Losses, found: Similarities, class_variance: float
) -> tuple[Row, ...]:
    c, k = views.n_classes, views.z.shape[1]
    n, tau = views.sizes[0], views.tau
    level = -1.0 / (c - 1)
    deviation = max(abs(s - level) for s in found.diff_range)
    variance_bound = simplex_bound = None
    error = views.roundoff + views.bound_roundoff
    if views.balanced:
        excess = at.nscl - float(nscl_minimum(c, n, k, tau))
        variance_bound = float(nscl_collapse(excess, c, tau))
        # At the upper end of the excess's rounding: this bound is steep near the minimum.
        simplex_bound = float(nscl_simplex_deviation(max(excess, 0.0) + error, c, n, k, tau))
    return (
        _row(
            views,
            "nscl-collapse",
            "class variance",
            "class variance",
            class_variance,
            variance_bound,
            views.imbalance,
            relation="<=",
            margin=(c - 1) * tau * (error + views.roundoff),
            trivial=1.0,
        ),
        _row(
            views,
            "nscl-geometry",
            "largest |s + 1/(C-1)|",
            "largest |s + 1/(C-1)|",
            deviation,
            simplex_bound,
            views.imbalance,
            relation="<=",
            margin=tau * views.roundoff,
            trivial=1.0 - level,
        ),
    )


def _excess_row(views: Views, at: Losses, dcl_excess: float) -> Row:
    """An identity at the minimiser of DCL; elsewhere a level to compare with."""
    fails = views.imbalance
    margin = 2.0 * (views.roundoff + views.bound_roundoff)
    if not fails and dcl_excess > margin:
        fails = f"needs DCL at its least: it is {dcl_excess:.3g} nats above"
    c, n, k = views.n_classes, views.sizes[0], views.z.shape[1]
    measured = at.nscl - float(nscl_minimum(c, n, k, views.tau))
    value = None if fails else nscl_excess_at_dcl_minimum(c, n, views.tau)
    title = "NSCL where DCL is least"
    return _row(
        views,
        "nscl-excess",
        title,
        "NSCL excess",
        measured,
        value,
        fails,
        relation="==",
        margin=margin,
    )


def _row(
    views: Views,
    claim: str,
    title: str,
    quantity: str,
    measured: float,
    value: object,
    hypothesis: str = "",
    *,
    relation: Relation = ">=",
    margin: float | None = None,
    trivial: float = float("inf"),
) -> Row:
    return Row(
        claim=f"luthra2025-{claim}",
        title=title,
        quantity=quantity,
        relation=relation,
        measured=measured,
        bound=None if hypothesis else float(value),  # type: ignore[arg-type]  # a number
        hypothesis=hypothesis,
        margin=views.roundoff + views.bound_roundoff if margin is None else margin,
        trivial=trivial,
    )
