"""Class moments and the matrices of CDNV, from blocks of rows and in constant memory.

The first pass sums x - s over each class, s the class's first row: equal rows have variance 0, and
a large common mean cancels before anything is squared. With r = x - mu of a second pass,

    n_i D_ij^4 Vt_ij = sum_r (r . (mu_i - mu_j))^2 = (mu_i - mu_j)' S_i (mu_i - mu_j),

taken in the first form, 2 n_i C d operations, or in the second, 2 (n_i + C) d^2, whichever
is less: a scatter matrix S_i of fewer than d rows is not worth its entries.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from theory.geometry import _checks as checks
from theory.geometry._blocks import Blocks, Features
from theory.geometry.statistics import ClassStatistics, streamed_statistics

_SCATTER = 2**25  # entries of scatter matrices held at a time: 256 MB
_SORTED = 2**23  # entries of a block that is sorted by class
_PROJECTED = 256  # rows of a block of products with all means, at least
_CLOSE = 0.1  # of |a|^2 + |b|^2: below, |a - b|^2 is taken from differences


@dataclass(frozen=True, kw_only=True, repr=False)
class StreamedGeometry:
    """Moments of classes and the (c, c) matrices of their pairs, all in float64.

    Rows belong to the class whose variance is used; there is no pair on the diagonal: NaN.
    """

    blocks: Blocks
    scaled: ClassStatistics  # of the blocks' rows
    block: int | None = None

    @cached_property
    def statistics(self) -> ClassStatistics:
        """Of the rows as they were given, or of unit rows."""
        return self.scaled.scaled(1.0 / self.blocks.scale)

    @cached_property
    def cdnv(self) -> Tensor:
        """V_ij."""
        return (self.scaled.variances[:, None] / self._squared).fill_diagonal_(torch.nan)

    @cached_property
    def directional_cdnv(self) -> Tensor:
        """Vt_ij, at the cost of another pass."""
        sums = _directional_sums(self.blocks, self.scaled, block=self.block)
        sums /= self.scaled.counts[:, None]
        return (sums / self._squared.square()).fill_diagonal_(torch.nan)

    @cached_property
    def _squared(self) -> Tensor:
        return _squared_distances(self.scaled)


def streamed_geometry(
    features: Features, labels: Tensor, *, unit: bool = False, block: int | None = None
) -> StreamedGeometry:
    r"""Class moments, CDNV and directional CDNV without holding more than blocks of rows.

    Formula
        as `class_statistics`, `cdnv` and `directional_cdnv`, in float64

    Symbols
        features  (n, d) float32 or float64: a tensor, an array, or a memory-mapped one, whose
                  pages are let go of once read if it was opened read-only
        labels    (n,) integer tensor, in any order
        unit      whether rows are divided by their norms, block by block; no row may be 0
        block     rows of a block; None: as many as stay in a cache

    Memory
        a block, C^2, and 2^25 scatter entries at a time: more classes take more passes.

    Errors
        ValueError as `cdnv`.

    >>> x, y = torch.tensor([[-2.0, 1], [0, -1], [0, 0], [2, 0]]), torch.tensor([0, 0, 1, 1])
    >>> found = streamed_geometry(x, y, block=1)
    >>> found.cdnv[0, 1].item(), found.directional_cdnv[0, 1].item()
    (0.5, 0.25)
    """
    blocks, scaled = streamed_statistics(features, labels, unit=unit, block=block)
    return StreamedGeometry(blocks=blocks, scaled=scaled, block=block)


def _squared_distances(stats: ClassStatistics) -> Tensor:
    """D_ij^2, with 1 on the diagonal; ValueError for coincident means."""
    means = stats.means
    c, d = means.shape
    checks.check_classes(c)
    centred = means - means.mean(dim=0)
    square = centred.square().sum(dim=1)
    size = square[:, None] + square
    squared = torch.addmm(size, centred, centred.mT, alpha=-2.0)
    # A product loses digits of a distance that is small against the means.
    close = ~(squared > _CLOSE * size).fill_diagonal_(True)
    i, j = close.nonzero(as_tuple=True)
    if len(i) * 4 > c * c:
        squared = torch.cdist(means, means, compute_mode="donot_use_mm_for_euclid_dist").square_()
    else:
        step = max(1, _SORTED // d)
        for at in range(0, len(i), step):
            a, b = i[at : at + step], j[at : at + step]
            squared[a, b] = (means[a] - means[b]).square().sum(dim=1)
    largest = float(means.norm(dim=1).max())
    # Each mean is off by an ulp or two: a smaller distance than that is none.
    least = 4 * torch.finfo(torch.float64).eps * largest
    checks.check_distinct(squared, stats.labels, least**2)
    return squared.fill_diagonal_(1.0)


def _directional_sums(
    blocks: Blocks, stats: ClassStatistics, *, block: int | None = None
) -> Tensor:
    """n_i D_ij^4 Vt_ij, (c, c)."""
    c, d = stats.means.shape
    few = stats.counts * c < (stats.counts + c) * d
    sums = torch.zeros(c, c, dtype=torch.float64, device=stats.means.device)
    if bool(few.any()):
        _add_projections(sums, blocks, stats, few, block)
    many = (~few).nonzero()[:, 0]
    for group in torch.split(many, max(1, _SCATTER // d**2)):
        _add_scatters(sums, blocks, stats, group, block)
    return sums


def _add_projections(
    sums: Tensor, blocks: Blocks, stats: ClassStatistics, few: Tensor, block: int | None
) -> None:
    c, d = stats.means.shape
    centred = stats.means - stats.means.mean(dim=0)
    everything = bool(few.all())
    rows = block or max(_PROJECTED, blocks.rows(width=c))
    room, wide = centred.new_empty(min(rows, blocks.shape[0]), d), centred.new_empty(0)
    for start, part in blocks.walk(rows):
        own = stats.class_of[start : start + len(part)]
        if not everything:
            kept = few[own]
            part, own = part[kept], own[kept]
        # Into place, as for the moments.
        x = torch.index_select(stats.means, 0, own, out=room[: len(own)])
        wide = torch.mm(torch.sub(part, x, out=x), centred.mT, out=wide.resize_(len(own), c))
        wide.sub_(wide.gather(1, own[:, None])).square_()
        sums.scatter_add_(0, own[:, None].expand_as(wide), wide)


def _add_scatters(
    sums: Tensor, blocks: Blocks, stats: ClassStatistics, group: Tensor, block: int | None
) -> None:
    """Scatter matrices of the classes of `group`, then their quadratic forms."""
    c, d = stats.means.shape
    place = torch.full((c,), -1, device=sums.device)
    place[group] = torch.arange(len(group), device=sums.device)
    scatter = torch.zeros(len(group), d, d, dtype=torch.float64, device=sums.device)
    for start, part in blocks.walk(block or blocks.rows(_SORTED)):
        own = stats.class_of[start : start + len(part)]
        at = place[own]
        order = at.argsort(stable=True)
        order = order[int((at < 0).sum()) :]  # those of other groups come first
        counts = torch.bincount(at[order], minlength=len(group)).tolist()
        for where, rows in enumerate(torch.split(order, counts)):
            if len(rows):
                residuals = part[rows] - stats.means[group[where]]
                scatter[where].addmm_(residuals.mT, residuals)
    steps, product = torch.empty_like(stats.means), torch.empty_like(stats.means)
    for i, each in zip(group.tolist(), scatter, strict=True):
        torch.sub(stats.means, stats.means[i], out=steps)
        torch.mm(steps, each, out=product)
        sums[i] = product.mul_(steps).sum(dim=1).clamp_(min=0.0)
