"""What the per-anchor bounds look at, from one pass over blocks of similarities."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contrastbounds.audit._views import Views

ELEMENTS = 2**22  # similarities held at a time: 32 MB in float64


@dataclass(frozen=True, kw_only=True)
class Similarities:
    """Means and maxima of every anchor's similarities, (n k,); NaN where a class has one sample."""

    same_mean: NDArray[np.float64]
    same_max: NDArray[np.float64]
    diff_mean: NDArray[np.float64]
    diff_max: NDArray[np.float64]
    n_same: NDArray[np.int64]  # other SAMPLES of the anchor's class
    n_diff: NDArray[np.int64]
    diff_range: tuple[float, float]
    """Least and largest similarity between samples of different classes."""
    same_range: tuple[float, float]
    """The same within classes, own views left out; both infinite if no class has two samples."""


def block_size(n_rows: int) -> int:
    """Anchors at a time, so that their similarities stay within `ELEMENTS`."""
    return max(1, min(1024, ELEMENTS // n_rows))


def similarities(views: Views) -> Similarities:
    """One pass, O(n k block) memory; samples' own views are neither same nor different."""
    k = views.z.shape[1]
    order = views.labels.argsort(stable=True)
    rows = views.z[order].flatten(0, 1)
    label = views.labels[order].repeat_interleave(k)
    sample = torch.arange(len(order), device=rows.device).repeat_interleave(k)
    step = block_size(len(rows))
    parts = [_block(rows, label, sample, i, step) for i in range(0, len(rows), step)]
    # Back to one entry per anchor; its order does not matter to a mean over anchors.
    found = torch.cat(parts, dim=1).numpy(force=True).astype(np.float64)
    same_sum, same_max, same_min, diff_sum, diff_max, diff_min = found
    sizes = np.asarray(views.sizes)[label.numpy(force=True)]
    n_same, n_diff = sizes - 1, len(order) - sizes
    alone = n_same == 0
    return Similarities(
        same_mean=np.where(alone, np.nan, same_sum / np.maximum(n_same, 1) / k),
        same_max=np.where(alone, np.nan, same_max),
        diff_mean=diff_sum / n_diff / k,
        diff_max=diff_max,
        n_same=n_same,
        n_diff=n_diff,
        diff_range=(float(diff_min.min()), float(diff_max.max())),
        same_range=(float(same_min.min()), float(same_max.max())),
    )


def _block(rows: Tensor, label: Tensor, sample: Tensor, start: int, step: int) -> Tensor:
    """(6, block): sum, max, min over the same class, then over the others.

    Rows are sorted by class, so only the columns between the block's first and last class need
    masks; everything outside is of another class for all of the block.
    """
    here = slice(start, start + step)
    low = int(torch.searchsorted(label, label[here][0]))
    high = int(torch.searchsorted(label, label[here][-1], right=True))
    s = rows[here] @ rows.mT
    near = s[:, low:high]
    in_class = label[here, None] == label[low:high]
    own = sample[here, None] == sample[low:high]
    same = in_class & ~own
    far = [part for part in (s[:, :low], s[:, high:]) if part.shape[1]]
    return torch.stack(
        [
            near.masked_fill(~same, 0.0).sum(dim=1),
            near.masked_fill(~same, -torch.inf).amax(dim=1),
            near.masked_fill(~same, torch.inf).amin(dim=1),
            near.masked_fill(in_class, 0.0).sum(dim=1) + sum(part.sum(dim=1) for part in far),
            _largest(near.masked_fill(in_class, -torch.inf), far),
            _least(near.masked_fill(in_class, torch.inf), far),
        ]
    )


def _largest(near: Tensor, far: list[Tensor]) -> Tensor:
    largest: Tensor = torch.stack([part.amax(dim=1) for part in (near, *far)]).amax(dim=0)
    return largest


def _least(near: Tensor, far: list[Tensor]) -> Tensor:
    least: Tensor = torch.stack([part.amin(dim=1) for part in (near, *far)]).amin(dim=0)
    return least
