"""Theorem 1 anchor by anchor: two-sided bounds on log(1 + Same/Diff) from means and maxima."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds import dcl_nscl_gap_anchor
from bounds.loss_gap import AnchorGap
from theory.claims._claim import Claim, Interval
from theory.claims.luthra2025 import loss_gap
from theory.claims.luthra2025._source import LOSS_GAP, ours
from theory.claims.luthra2025._views import LabelledViews
from theory.losses import anchor_gap


@dataclass(frozen=True, kw_only=True)
class Similarities:
    """What the bound looks at: means and maxima of every anchor's similarities, (n k,)."""

    same_mean: NDArray[np.float64]
    same_max: NDArray[np.float64]
    diff_mean: NDArray[np.float64]
    diff_max: NDArray[np.float64]
    n_same: NDArray[np.int64]  # other SAMPLES of the anchor's class
    n_diff: NDArray[np.int64]


def similarities(case: LabelledViews) -> Similarities:
    """Statistics of the Gram matrix; the samples' own views are neither same nor different."""
    n, k, d = case.z.shape
    rows = case.z.reshape(n * k, d)
    gram = (rows @ rows.mT).numpy(force=True).astype(np.float64)
    labels = case.labels.repeat_interleave(k).numpy(force=True)
    sample = np.arange(n).repeat(k)
    diff = labels[:, None] != labels
    same = ~diff & (sample[:, None] != sample)
    return Similarities(
        same_mean=_mean(gram, same),
        same_max=_max(gram, same),
        diff_mean=_mean(gram, diff),
        diff_max=_max(gram, diff),
        n_same=same.sum(axis=1) // k,
        n_diff=diff.sum(axis=1) // k,
    )


def _mean(gram: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = mask.sum(axis=1)
    return np.where(count > 0, (gram * mask).sum(axis=1) / np.maximum(count, 1), np.nan)


def _max(gram: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    top = np.where(mask, gram, -np.inf).max(axis=1)
    return np.where(np.isinf(top), np.nan, top)


def sides(case: LabelledViews) -> AnchorGap:
    """Both sides for every anchor."""
    s = similarities(case)
    return dcl_nscl_gap_anchor(
        s.same_mean, s.same_max, s.diff_mean, s.diff_max, s.n_same, s.n_diff, case.tau
    )


def measured(case: LabelledViews) -> NDArray[np.float64]:
    """log(1 + Same/Diff) of every anchor."""
    gap: NDArray[Any] = anchor_gap(case.z, case.labels, case.tau).flatten().numpy(force=True)
    return gap.astype(np.float64)


def bound(case: LabelledViews) -> Interval:
    """The interval that Jensen's inequality and the maxima give."""
    both = sides(case)
    return Interval(lower=both.lower, upper=both.upper)


def rounding(case: LabelledViews) -> NDArray[np.float64]:
    """Both sides see the same rounded similarities: relative to the larger of the two."""
    return 2.0 * case.roundoff * np.maximum(measured(case), sides(case).upper)


CLAIMS = (
    Claim(
        name="luthra2025-dcl-nscl-gap-anchor",
        statement=r"\forall f,\ \text{every anchor},\ r=\frac{n_c-1}{N-n_c}:\quad"
        r"\log\bigl(1+re^{(\overline{s}_{\mathrm{same}}-\max s_{\mathrm{diff}})/\tau}\bigr)"
        r"\le\log\Bigl(1+\frac{\mathrm{Same}}{\mathrm{Diff}}\Bigr)\le"
        r"\log\bigl(1+re^{(\max s_{\mathrm{same}}-\overline{s}_{\mathrm{diff}})/\tau}\bigr)",
        source=ours("Theorem 1 per anchor"),
        proof=f"{LOSS_GAP}#per-anchor",
        status="sharper",
        kind="for-all",
        domain=loss_gap.DOMAIN,
        build=loss_gap.build,
        measured=measured,
        relation="in",
        bound=bound,
        rounding=rounding,
        attained_by=({**loss_gap.TWO_POLES, "layout": "equal", "n_classes": 4},),
    ),
)
