"""Every bound of the loss gap for the class sizes and similarities at hand."""

import math

import numpy as np

from bounds import (
    cl_nscl_gap_etf,
    dcl_nscl_gap,
    dcl_nscl_gap_anchor,
    dcl_nscl_gap_balanced,
    dcl_nscl_gap_by_class,
    dcl_nscl_gap_chord,
    dcl_nscl_gap_constant,
    dcl_nscl_gap_etf,
    dcl_nscl_gap_linear,
)
from contrastbounds.audit._row import Relation, Row
from contrastbounds.audit._similarities import Similarities
from contrastbounds.audit._views import Views


def nscl_span(views: Views) -> float:
    """C/((C-1) tau), from equal rows down to the simplex; without balance at most 2/tau."""
    c = views.n_classes
    return (c / (c - 1) if views.balanced else 2.0) / views.tau


def gap_rows(
    views: Views, found: Similarities, *, gap: float, coupled_gap: float
) -> tuple[Row, ...]:
    """From the loosest bound of the gap to the sharpest, then its floors and the coupled gap."""
    return (
        *_ladder(views, gap),
        *_anchor_rows(views, found, gap),
        _equal_rows(views, found, gap),
        *_coupled_rows(views, coupled_gap),
    )


def _ladder(views: Views, gap: float) -> tuple[Row, ...]:
    tau, c = views.tau, views.n_classes
    n_total, n_max = sum(views.sizes), max(views.sizes)
    any_sizes = (
        ("linear", "Theorem 1, linear form", dcl_nscl_gap_linear(n_total, n_max, tau)),
        ("", "Theorem 1", dcl_nscl_gap(n_total, n_max, tau)),
        ("by-class", "per class", dcl_nscl_gap_by_class(views.sizes, tau)),
    )
    balanced = (
        ("balanced", "Theorem 1, balanced", dcl_nscl_gap_balanced(c, tau)),
        ("chord", "chord", dcl_nscl_gap_chord(c, n_total / c, tau)),
        ("etf", "exact supremum", dcl_nscl_gap_etf(c, n_total / c, tau)),
    )
    return (
        *(_row(views, form, title, gap, float(value)) for form, title, value in any_sizes),
        *(
            _row(views, form, title, gap, float(value), hypothesis=views.imbalance)
            for form, title, value in balanced
        ),
        _row(views, "", "Theorem 1, left side", gap, 0.0, relation=">=", claim="nscl-below-dcl"),
    )


def _anchor_rows(views: Views, found: Similarities, gap: float) -> tuple[Row, ...]:
    """The mean over anchors of both sides; they see the same rounded similarities as the gap."""
    sides = dcl_nscl_gap_anchor(
        found.same_mean,
        found.same_max,
        found.diff_mean,
        found.diff_max,
        found.n_same,
        found.n_diff,
        views.tau,
    )
    lower, upper = float(np.mean(sides.lower)), float(np.mean(sides.upper))
    margin = 2.0 * views.roundoff * max(gap, upper)
    return (
        _row(views, "anchor", "per anchor, upper", gap, upper, margin=margin),
        _row(views, "anchor", "per anchor, lower", gap, lower, relation=">=", margin=margin),
    )


def _equal_rows(views: Views, found: Similarities, gap: float) -> Row:
    """The level of a random initialisation: an identity where all similarities are equal."""
    low = min(found.diff_range[0], found.same_range[0])
    high = max(found.diff_range[1], found.same_range[1])
    rounding = views.z.shape[2] * views.roundoff
    fails = views.imbalance
    if not fails and high - low > rounding:
        fails = f"needs equal similarities: they span {low:.3g}...{high:.3g}"
    value = float(dcl_nscl_gap_constant(views.n_classes, sum(views.sizes) / views.n_classes))
    return _row(
        views,
        "constant",
        "equal similarities",
        gap,
        value,
        relation="==",
        hypothesis=fails,
        # Similarities that differ by the rounding allowed above move the gap by as much / tau.
        margin=views.roundoff * gap + rounding / views.tau,
    )


def _coupled_rows(views: Views, coupled_gap: float) -> tuple[Row, ...]:
    n_total, k, _ = views.z.shape
    c, tau = views.n_classes, views.tau
    fails = views.imbalance
    if not fails and n_total // c * k < 2:
        fails = "needs two embeddings in each class: one sample in one view"
    etf = math.inf if fails else float(cl_nscl_gap_etf(c, n_total / c, k, tau))
    forms = (
        (
            "cl-nscl-gap",
            "Theorem 1 for CL",
            float(dcl_nscl_gap(n_total, max(views.sizes), tau)),
            "",
        ),
        ("cl-nscl-gap-etf", "exact supremum for CL", etf, fails),
    )
    return tuple(
        _row(
            views,
            "",
            title,
            coupled_gap,
            value,
            claim=claim,
            quantity="CL - NSCL",
            hypothesis=hypothesis,
            # Two losses subtracted, each with its absolute error.
            margin=2.0 * views.roundoff + views.bound_roundoff * value,
        )
        for claim, title, value, hypothesis in forms
    )


def _row(
    views: Views,
    form: str,
    title: str,
    measured: float,
    value: float,
    *,
    claim: str = "",
    quantity: str = "DCL - NSCL",
    relation: Relation = "<=",
    hypothesis: str = "",
    margin: float | None = None,
) -> Row:
    if margin is None:
        finite = value if math.isfinite(value) else 0.0
        margin = views.roundoff * measured + views.bound_roundoff * finite
    return Row(
        claim=f"luthra2025-{claim or '-'.join(filter(None, ('dcl-nscl-gap', form)))}",
        title=title,
        quantity=quantity,
        relation=relation,
        measured=measured,
        bound=None if hypothesis else value,
        hypothesis=hypothesis,
        margin=margin,
        trivial=nscl_span(views) if relation == "<=" else math.inf,
    )
