"""Files too large for all pairs: a sample is audited, and what can be said of all rows is.

Losses, risks and few-shot errors compare every row with every other. Beyond `MOST` rows they are
those of a sample, drawn class by class, for which every theorem is checked as for any data set. Of
all rows, in constant memory: class moments and CDNV, exactly; and the losses from random anchors,
each against every row, with an interval that covers at the stated confidence whatever the rows.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contrastbounds.audit._views import Progress
from contrastbounds.embeddings import Embeddings
from theory.geometry import Blocks, streamed_geometry

MOST = 100_000  # rows of which all pairs are looked at
SAMPLE = 16_384  # rows of the sample of a larger file
ANCHORS = 1024
CONFIDENCE = 0.95
PARTS = 8  # of the pass over all rows, each told as it begins
STAGES = PARTS + 1
MAX_CLASSES = 2000  # as for the tables of pairs of a sample
_ENTRIES = 2**21  # similarities held at a time: 16 MB


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over all anchors, from a sample of them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What is known of all samples where a sample of them was audited."""

    n: int
    n_sampled: int
    class_variance: float
    cdnv: float | None
    directional_cdnv: float | None
    undefined: str
    """Why there is no CDNV; empty if there is."""
    dcl: Estimate
    nscl: Estimate
    n_anchors: int
    confidence: float
    """Of each loss's interval (empirical Bernstein), which assumes nothing about the rows."""


def is_large(given: Embeddings) -> bool:
    """Whether there are too many rows for all pairs."""
    return given.n * given.k > MOST


def sampled(given: Embeddings, seed: int) -> Embeddings:
    """A share of every class, at least one sample of each; the samples in the file's order."""
    sizes = np.asarray(given.class_sizes)
    kept = np.maximum(1, sizes * (SAMPLE // given.k) // given.n)
    order = np.argsort(given.labels, kind="stable")
    ends = np.cumsum(sizes)
    rng = np.random.default_rng(seed)
    at = np.sort(
        np.concatenate(
            [
                order[end - size + rng.choice(size, size=keep, replace=False)]
                for end, size, keep in zip(ends, sizes, kept, strict=True)
            ]
        )
    )
    return replace(given, z=np.asarray(given.z[at]), labels=given.labels[at])


def whole(given: Embeddings, *, n_sampled: int, tau: float, seed: int, progress: Progress) -> Whole:
    """Two passes over the rows for the classes and one for the losses, normalised in blocks."""
    progress("classes of all samples")
    rows = given.z.reshape(-1, given.d)
    labels = torch.from_numpy(np.repeat(given.labels, given.k))
    found = streamed_geometry(rows, labels, unit=True)
    plain, along, undefined = None, None, ""
    if len(given.class_names) > MAX_CLASSES:
        undefined = f"pairs of classes are tabled up to {MAX_CLASSES} classes"
    else:
        try:
            plain = float(found.cdnv.nanmean())
            along = float(found.directional_cdnv.nanmean())
        except ValueError:
            undefined = "two class means coincide"
    dcl, nscl = _losses(given, rows, tau=tau, seed=seed, progress=progress)
    return Whole(
        n=given.n,
        n_sampled=n_sampled,
        class_variance=float(found.statistics.variances.mean()),
        cdnv=plain,
        directional_cdnv=along,
        undefined=undefined,
        dcl=_estimate(dcl, span=_span(given.k, tau)),
        nscl=_estimate(nscl, span=_span(given.k, tau)),
        n_anchors=len(dcl),
        confidence=CONFIDENCE,
    )


def _losses(
    given: Embeddings, rows: NDArray[np.floating], *, tau: float, seed: int, progress: Progress
) -> tuple[Tensor, Tensor]:
    """DCL and NSCL (a,) of independent random samples, means over their views, against all rows."""
    k = given.k
    count = max(1, ANCHORS // k)
    # Independent draws, so that the interval's theorem applies as it stands.
    chosen = np.random.default_rng((seed, 1)).integers(given.n, size=count)
    anchors = Blocks(features=np.array(given.z[chosen]).reshape(-1, given.d), unit=True, scale=1.0)
    unit = torch.cat([part for _, part in anchors.walk(count * k)])
    label = torch.from_numpy(given.labels[chosen]).repeat_interleave(k)
    sample = torch.from_numpy(chosen).repeat_interleave(k)
    others, same = torch.zeros(2, len(unit), dtype=torch.float64)
    blocks = Blocks(features=rows, unit=True, scale=1.0)
    step = max(k, _ENTRIES // len(unit) // k * k)
    told = 0
    for start, part in blocks.walk(step):
        if start * PARTS >= told * len(rows):
            told += 1
            progress("losses of all samples")
        # Over e^(1/tau), the largest term there can be.
        terms = (unit @ part.mT).sub_(1.0).div_(tau).exp_()
        samples = torch.arange(start, start + len(part)) // k
        terms[sample[:, None] == samples] = 0.0  # own views are in neither denominator
        classes = torch.from_numpy(given.labels[samples.numpy()])
        in_class = label[:, None] == classes
        same += (terms * in_class).sum(dim=1)
        others += terms.masked_fill_(in_class, 0.0).sum(dim=1)
    views = unit.unflatten(0, (count, k))  # type: ignore[no-untyped-call]  # torch's own
    positive = views.sum(dim=1).square().sum(dim=1) / k**2  # mean over pairs of own views
    nscl, dcl = (
        (1.0 / tau + each.log()).reshape(count, k).mean(dim=1) - positive / tau
        for each in (others, others + same)
    )
    return dcl, nscl


def _span(k: int, tau: float) -> float:
    """Range of an anchor's loss: 2/tau of its log-sum, and with views beside it 1/tau more.

    The mean similarity of a sample's k views, each with itself included, is |sum of views|^2/k^2,
    from 0 to 1; it is 1 for one view.
    """
    return (2.0 if k == 1 else 3.0) / tau


def _estimate(losses: Tensor, span: float) -> Estimate:
    """Two-sided empirical Bernstein (Maurer and Pontil 2009, Theorem 4) at `CONFIDENCE`."""
    n, mean = len(losses), float(losses.mean())
    log = math.log(4.0 / (1.0 - CONFIDENCE))
    width = math.sqrt(2.0 * float(losses.var()) * log / n) + 7.0 * span * log / (3.0 * (n - 1))
    return Estimate(value=mean, low=mean - width, high=mean + width)
