"""The catalogue: what a contrastive loss may be made of, and its two parts at a temperature.

The ordered pairs (anchor, other row) of a batch fall into six kinds. A form says which kinds are
positives, which stand in the logarithm, and where the averages are; its value is

    a * align + b * repel + c,      align = -(mean of s over positives),
                                    repel = mean of log sum_below e^{s/tau}.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kinds = tuple[int, ...]

SELF, OWN, MATE_SAME, MATE_CROSS, OTHER_SAME, OTHER_CROSS = range(6)
LOGS = ("outside", "inside", "pair", "batch")
MATES, OTHERS = (MATE_SAME, MATE_CROSS), (OTHER_SAME, OTHER_CROSS)


def kinds_of_pairs(labels: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """(n k, n k) kinds of the pairs of rows, k views of each sample standing together."""
    sample = np.repeat(np.arange(len(labels)), k)
    view = np.tile(np.arange(k), len(labels))
    same_sample, same_view = _equal(sample), _equal(view)
    mate = _equal(np.repeat(labels, k))
    kinds = np.where(mate, MATE_CROSS, OTHER_CROSS) - same_view
    kinds[same_sample] = np.where(same_view, SELF, OWN)[same_sample]
    return kinds.astype(np.int64)


@dataclass(frozen=True)
class Form:
    """One way to build a loss.

    log      "outside": mean over positives of -s/tau, one log-sum for each anchor;
             "inside": -log of the mean over positives of e^{s/tau};
             "pair": each positive has its own log-sum, itself and the non-positives below;
             "batch": one log-sum over all anchors and their terms.
    weights  "anchors" weigh equally, or all "pairs" (anchor, positive) do.
    anchors  "all" rows, or those of the "first" view.
    """

    positives: Kinds
    below: Kinds
    log: str = "outside"
    weights: str = "anchors"
    anchors: str = "all"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Both parts and their derivatives by log tau, (t, m): temperatures by batches."""

    align: Array
    repel: Array
    d_align: Array
    d_repel: Array


def forms(*, labelled: bool) -> tuple[Form, ...]:
    """The catalogue, simplest first; without labels every other sample is another class."""
    positives: tuple[Kinds, ...] = ((OWN,), (SELF, OWN))
    if labelled:
        positives += ((OWN, *MATES), MATES, (OWN, MATE_CROSS), (SELF, OWN, *MATES))
    kinds = range(6) if labelled else (SELF, OWN, *OTHERS)
    below = [c for size in range(1, 7) for c in combinations(kinds, size) if c != (SELF,)]
    below = [c for c in below if set(c) & {*MATES, *OTHERS}]
    if not labelled:
        below = [_with_mates(c) for c in below]
    return tuple(
        Form(p, b, log, weights, anchors)
        for log in LOGS
        for anchors in ("all", "first")
        for weights in ("anchors", "pairs")
        for p in positives
        for b in below
        if (weights == "anchors" or set(p) & set(MATES))
        and (log != "inside" or len(p) > 1 or p == (OWN,))
        and (log != "pair" or (SELF not in p and set(p) < set(b)))
    )


def _with_mates(below: Kinds) -> Kinds:
    """An unlabelled loss takes no notice of classes: mates are where the others are."""
    mates = [kind - 2 for kind in below if kind in OTHERS]
    return tuple(sorted({*below, *mates}))


def _equal(of_row: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(of_row[:, None] == of_row)


class Batches:
    """Similarities (m, r, r) of batches of one shape, softened at temperatures (t,)."""

    def __init__(self, s: Array, kinds: NDArray[np.int64], n_views: int, tau: Array) -> None:
        self._s, self._tau = s, tau[:, None, None]
        self._kinds, self._n_views = kinds, n_views
        self._at = np.stack([kinds == kind for kind in range(6)], axis=-1).astype(float)
        # e^{(s - 1)/tau} is at most 1, and above 1e-174 for tau >= 0.005.
        self._e = np.exp((s - 1.0) / tau[:, None, None, None])
        self._sum = np.einsum("tmij,ijc->tmic", self._e, self._at)
        self._moment = np.einsum("tmij,ijc->tmic", self._e * s, self._at)
        self._plain = np.einsum("mij,ijc->mic", s, self._at)

    def parts(self, form: Form) -> Parts:
        """Both parts of `form` at every temperature."""
        align, d_align = self.align(form)
        repel, d_repel = self.repel(form)
        return Parts(align=align, repel=repel, d_align=d_align, d_repel=d_repel)

    def align(self, form: Form) -> tuple[Array, Array]:
        """The attracting part, a similarity, and its derivative by log tau."""
        weight, tau = self.weights(form), self._tau[..., 0]
        of, count = list(form.positives), self.count(form.positives)
        if form.log != "inside":
            align = -(self._plain[..., of].sum(axis=-1) / count) @ weight
            shape = (len(tau), len(self._s))
            return np.broadcast_to(align, shape), np.zeros(shape)
        total, moment = self._sum[..., of].sum(axis=-1), self._moment[..., of].sum(axis=-1)
        align = -(1.0 + self._tau * np.log(total / count)) @ weight
        return align, align + (moment / total) @ weight

    def repel(self, form: Form) -> tuple[Array, Array]:
        """The repelling part in nats, and its derivative by log tau."""
        weight, tau = self.weights(form), self._tau[..., 0]
        below = [kind for kind in form.below if form.log != "pair" or kind not in form.positives]
        total, moment = self._sum[..., below].sum(axis=-1), self._moment[..., below].sum(axis=-1)
        if form.log == "batch":
            chosen = (weight > 0).astype(float)
            total, moment = total @ chosen, moment @ chosen
            return 1.0 / tau + np.log(total), -moment / total / tau
        if form.log == "pair":
            anchor, other = np.nonzero(np.isin(self._kinds, form.positives))
            e, s = self._e[..., anchor, other], self._s[..., anchor, other]
            total, moment = total[..., anchor] + e, moment[..., anchor] + e * s
            weight = (weight / self.count(form.positives))[anchor]
        return 1.0 / tau + np.log(total) @ weight, -(moment / total) @ weight / tau

    def weights(self, form: Form) -> Array:
        """The share of every row in the mean, (r,)."""
        raw = self.raw_weights(form)
        return np.asarray(raw / raw.sum())

    def raw_weights(self, form: Form) -> Array:
        """How many terms of a sum every row gives, (r,)."""
        rows = np.arange(len(self._kinds))
        raw = np.ones(len(rows)) if form.anchors == "all" else (rows % self._n_views == 0) * 1.0
        return raw * self.count(form.positives) if form.weights == "pairs" else raw

    def count(self, kinds: Kinds) -> Array:
        """How many rows of these kinds every anchor has, (r,)."""
        return np.asarray(self._at[..., list(kinds)].sum(axis=(1, 2)))
