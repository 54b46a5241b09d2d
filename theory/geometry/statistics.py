"""Counts, means and variances of the classes of a labelled feature set."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from theory.geometry import _checks as checks
from theory.geometry._blocks import Blocks, Features, index_classes


@dataclass(frozen=True, kw_only=True)
class ClassStatistics:
    """First and second moments of c classes, ascending by label."""

    labels: Tensor  # (c,), the distinct labels
    counts: Tensor  # (c,), int64
    means: Tensor  # (c, d), mu_c
    variances: Tensor  # (c,), tr Sigma_c, population: divided by n_c
    class_of: Tensor  # (n,), the row of each sample's class in the fields above

    def scaled(self, factor: float) -> "ClassStatistics":
        """Those of the features times `factor`."""
        means, variances = self.means * factor, self.variances * factor * factor
        return replace(self, means=means, variances=variances)


def class_statistics(features: Tensor, labels: Tensor) -> ClassStatistics:
    r"""Count, mean and total variance of every class.

    Formula
        mu_c = (1/n_c) sum_{y_i = c} x_i
        v_c  = (1/n_c) sum_{y_i = c} ||x_i - mu_c||^2 = tr Sigma_c

    Symbols
        features  (n, d) float32 or float64; views (n, k, d) are passed as
                  z.flatten(0, 1) with labels.repeat_interleave(k)
        labels    (n,) integers, any values (negative, with holes, int32 or int64)

    Returns
        `ClassStatistics`, classes ascending by label, in the dtype of `features`; sums are
        taken in float64, in one pass over blocks of rows. Differentiable in `features`, for
        which the residuals are kept.

    Range
        v_c >= 0 in squared units of the features; 0 for a class of one sample.

    Errors
        ValueError for features that are not a finite (n, d) tensor (naming the first bad row)
        and labels that are not (n,) integers. One class is allowed.

    Source
        Galanti, Gyorgy & Hutter (2022), arXiv:2112.15121; Luthra, Yang & Galanti (2025),
        arXiv:2506.04411.

    >>> two = class_statistics(torch.tensor([[-2.0], [0], [1]]), torch.tensor([7, 7, -1]))
    >>> two.labels.tolist(), two.means.tolist(), two.variances.tolist()
    ([-1, 7], [[1.0], [-1.0]], [0.0, 1.0])
    """
    checks.check_tensor(features, "features")
    if features.requires_grad and torch.is_grad_enabled():
        stats, _ = moments(features, labels)
    else:
        blocks, stats = streamed_statistics(features, labels)
        stats = stats.scaled(1.0 / blocks.scale)
    return ClassStatistics(
        labels=stats.labels,
        counts=stats.counts,
        means=stats.means.to(features.dtype),
        variances=stats.variances.to(features.dtype),
        class_of=stats.class_of,
    )


def moments(features: Tensor, labels: Tensor) -> tuple[ClassStatistics, Tensor]:
    """The statistics in float64, and the (n, d) residuals x - mu that they came from."""
    checks.check_matrix(features, "features", "(n, d)")
    checks.check_labels(features, labels)
    found, class_of, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    wide = features.double()
    means = _mean_by_class(wide, class_of, counts)
    # The mean of the residuals is what the running sums rounded away: equal samples then have
    # variance 0 and classes with equal means have equal means, however large.
    means = means + _mean_by_class(wide - means[class_of], class_of, counts)
    residuals = wide - means[class_of]
    variances = _mean_by_class(residuals.square().sum(dim=1, keepdim=True), class_of, counts)
    return (
        ClassStatistics(
            labels=found,
            counts=counts,
            means=means,
            variances=variances.squeeze(dim=1),
            class_of=class_of,
        ),
        residuals,
    )


def _mean_by_class(x: Tensor, class_of: Tensor, counts: Tensor) -> Tensor:
    zeros = x.new_zeros(len(counts), x.shape[1])
    return zeros.index_add(0, class_of, x) / counts[:, None]


def rescaled(features: Tensor) -> Tensor:
    """`features` in float64 over a power of two: no square overflows, and nothing is rounded."""
    largest = float(features.detach().abs().max())
    exponent = math.frexp(largest)[1] if math.isfinite(largest) else 0
    return features.double() * 2.0 ** -max(exponent, -1000)


def streamed_statistics(
    features: Features, labels: Tensor, *, unit: bool = False, block: int | None = None
) -> tuple[Blocks, ClassStatistics]:
    """The blocks, and their classes' moments in float64, over the blocks' power of two."""
    if block is not None and block < 1:
        raise ValueError(f"need block >= 1, got {block}")
    blocks = Blocks.of(features, unit=unit)
    n, d = blocks.shape
    checks.check_labels_of(n, labels, blocks.device)
    found, class_of, counts = index_classes(labels)
    first = torch.full((len(found), d), torch.nan, dtype=torch.float64, device=blocks.device)
    sums, squares = torch.zeros_like(first), torch.zeros_like(first[:, 0])
    seen = torch.zeros(len(found), dtype=torch.bool, device=blocks.device)
    to_see, rows = len(found), block or blocks.rows()
    room = torch.empty(min(rows, n), d, dtype=torch.float64, device=blocks.device)
    for start, part in blocks.walk(rows):
        own, x = class_of[start : start + len(part)], room[: len(part)]
        if to_see:
            to_see -= _first_rows(part, own, first, seen)
        # Into place: fresh memory for every block would cost more than the sums.
        torch.sub(part, torch.index_select(first, 0, own, out=x), out=x)
        sums.scatter_add_(0, own[:, None].expand_as(x), x)
        square = x.square_().sum(dim=1)
        if not bool(square.sum().isfinite()):
            blocks.refuse(start, part)
        squares.scatter_add_(0, own, square)
    shift = sums / counts[:, None]
    variances = squares / counts - shift.square().sum(dim=1)
    return blocks, ClassStatistics(
        labels=found,
        counts=counts,
        means=first + shift,
        variances=variances.clamp(min=0.0),
        class_of=class_of,
    )


def _first_rows(part: Tensor, own: Tensor, first: Tensor, seen: Tensor) -> int:
    """Note the first row of every class that this block is the first to hold; how many."""
    new = (~seen[own]).nonzero()[:, 0]
    if not len(new):
        return 0
    order = own[new].argsort(stable=True)
    classes = own[new][order]
    begins = torch.cat([torch.ones_like(classes[:1], dtype=torch.bool), classes.diff() > 0])
    fresh = classes[begins]
    first[fresh] = part[new[order[begins]]].double()
    seen[fresh] = True
    return len(fresh)
