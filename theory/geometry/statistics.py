"""Counts, means and variances of the classes of a labelled feature set."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from theory.geometry import _checks as checks


@dataclass(frozen=True, kw_only=True)
class ClassStatistics:
    """First and second moments of c classes, ascending by label."""

    labels: Tensor  # (c,), the distinct labels
    counts: Tensor  # (c,), int64
    means: Tensor  # (c, d), mu_c
    variances: Tensor  # (c,), tr Sigma_c, population: divided by n_c
    class_of: Tensor  # (n,), the row of each sample's class in the fields above


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
        taken in float64, the means first and then the residuals. Differentiable in `features`.

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
    stats, _ = moments(features, labels)
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
