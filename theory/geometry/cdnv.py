"""Class-distance-normalised variance: how wide classes are against how far apart they lie.

Class i has mean mu_i, population covariance Sigma_i, v_i = tr Sigma_i; D_ij = ||mu_i - mu_j||, and
u_ij = (mu_i - mu_j)/D_ij is a unit vector. Features are (n, d); views (n, k, d) are passed as
z.flatten(0, 1) with labels.repeat_interleave(k).
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from theory.geometry import _checks as checks
from theory.geometry.statistics import ClassStatistics, moments, rescaled
from theory.geometry.streaming import streamed_geometry

_ROWS = 4096  # samples projected at a time, so that a large class needs no n_i x c matrix


def cdnv(features: Tensor, labels: Tensor, average: str | None = "pairs") -> Tensor:
    r"""Class-distance-normalised variance V, ordered.

    Formula
        V_ij = tr Sigma_i / D_ij^2        [no unit];    V_f = mean of V_ij over i != j

    Symbols
        features  (n, d) float32 or float64
        labels    (n,) integers, any values, at least two different
        average   "pairs": the mean over the C(C-1) ordered pairs, a scalar; None: the (c, c)
                  matrix, row = class whose variance is used, classes ascending by label,
                  NaN on the diagonal (no pair)

    Range
        V_ij >= 0, and 0 for a class of one sample; unchanged by shift, rotation and scale. V_f
        equals the mean over unordered pairs of (v_i + v_j)/(2 D_ij^2). Differentiable.

    Errors
        ValueError for fewer than two classes, coincident class means (within the rounding of a
        float64 mean; the two labels are named), lengths that differ, another word, and features
        that are not finite (naming the first row).

    Source
        Galanti, Gyorgy & Hutter (2022), arXiv:2112.15121; ordered as in Luthra, Yang & Galanti
        (2025), arXiv:2506.04411.

    >>> x, y = torch.tensor([[-2.0], [0], [0], [2]]), torch.tensor([0, 0, 1, 1])
    >>> cdnv(x, y).item()
    0.25
    """
    _check_average(average)
    if _streams(features):
        return _finish(streamed_geometry(features, labels).cdnv, average, features.dtype)
    stats, _ = moments(rescaled_features(features), labels)
    return _finish(_cdnv_matrix(stats), average, features.dtype)


def root_cdnv(features: Tensor, labels: Tensor, average: str | None = "pairs") -> Tensor:
    r"""Square root of the ordered CDNV, pair by pair.

    Formula
        sqrt(V_ij) = sqrt(tr Sigma_i) / D_ij        [no unit];    V^s_f = mean over i != j

    Symbols, Errors
        as `cdnv`.

    Range
        0 to sqrt(cdnv(features, labels)) for the mean. Differentiable where every V_ij > 0.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411, Proposition 1.

    >>> x, y = torch.tensor([[-2.0], [0], [0], [2]]), torch.tensor([0, 0, 1, 1])
    >>> root_cdnv(x, y).item()
    0.5
    """
    _check_average(average)
    if _streams(features):
        return _finish(streamed_geometry(features, labels).cdnv.sqrt(), average, features.dtype)
    stats, _ = moments(rescaled_features(features), labels)
    return _finish(_cdnv_matrix(stats).sqrt(), average, features.dtype)


def directional_cdnv(features: Tensor, labels: Tensor, average: str | None = "pairs") -> Tensor:
    r"""CDNV along the line between the two class means.

    Formula
        Vt_ij = u_ij' Sigma_i u_ij / D_ij^2        [no unit];    Vt_f = mean over i != j

    Symbols, Errors
        as `cdnv`.

    Range
        0 <= Vt_ij <= V_ij, equal for d = 1; V_ij/d for an isotropic Sigma_i. Unchanged by
        shift, rotation and scale. Differentiable.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411. With D_ij^2 under u_ij, as sometimes
        printed, the value would change with scale; here u_ij is a unit vector.

    >>> x, y = torch.tensor([[-2.0, 1], [0, -1], [0, 0], [2, 0]]), torch.tensor([0, 0, 1, 1])
    >>> directional_cdnv(x, y).item(), cdnv(x, y).item()
    (0.25, 0.375)
    """
    _check_average(average)
    if _streams(features):
        matrix = streamed_geometry(features, labels).directional_cdnv
        return _finish(matrix, average, features.dtype)
    stats, residuals = moments(rescaled_features(features), labels)
    return _finish(_directional_matrix(stats, residuals), average, features.dtype)


def rescaled_features(features: Tensor, name: str = "features", shape: str = "(n, d)") -> Tensor:
    """Check before rescaling, so that the message speaks of the caller's values."""
    checks.check_matrix(features, name, shape)
    return rescaled(features)


def _streams(features: Tensor) -> bool:
    """Whether no gradient is asked for, so that blocks of rows need not be kept."""
    checks.check_tensor(features, "features")
    return not (features.requires_grad and torch.is_grad_enabled())


def _check_average(average: str | None) -> None:
    if average not in ("pairs", None):
        raise ValueError(f"need average 'pairs' or None, got {average!r}")


def _distances(stats: ClassStatistics) -> Tensor:
    """D_ij, with 1 on the diagonal, where there is no pair."""
    checks.check_classes(len(stats.labels))
    # Differences of means, not |a|^2 + |b|^2 - 2ab: close means would cancel.
    distances = torch.cdist(stats.means, stats.means, compute_mode="donot_use_mm_for_euclid_dist")
    # Each mean is off by an ulp or two: a smaller distance than that is none.
    largest = float(stats.means.detach().norm(dim=1).max())
    checks.check_distinct(distances, stats.labels, 4 * torch.finfo(torch.float64).eps * largest)
    return distances.masked_fill(_diagonal(distances), 1)


def _cdnv_matrix(stats: ClassStatistics) -> Tensor:
    return stats.variances[:, None] / _distances(stats).square()


def _directional_matrix(stats: ClassStatistics, residuals: Tensor) -> Tensor:
    """Row i is the variance over class i of <x - mu_i, u_ij>/D_ij, all j in one product."""
    distances = _distances(stats)
    by_class = torch.split(residuals[stats.class_of.argsort(stable=True)], stats.counts.tolist())
    rows = [
        torch.stack([(part @ axes.mT).square().sum(dim=0) for part in torch.split(own, _ROWS)])
        for own, axes in zip(by_class, _axes(stats.means, distances), strict=True)
    ]
    return torch.stack([parts.sum(dim=0) for parts in rows]) / stats.counts[:, None]


def _axes(means: Tensor, distances: Tensor) -> Iterator[Tensor]:
    """For each class i in turn, the (c, d) vectors (mu_i - mu_j)/D_ij^2."""
    for mean, distance in zip(means, distances, strict=True):
        yield (mean - means) / distance.square()[:, None]


def _finish(matrix: Tensor, average: str | None, dtype: torch.dtype) -> Tensor:
    itself = _diagonal(matrix)
    if average is None:
        return matrix.masked_fill(itself, torch.nan).to(dtype)
    return matrix[~itself].mean().to(dtype)


def _diagonal(matrix: Tensor) -> Tensor:
    return torch.eye(len(matrix), dtype=torch.bool, device=matrix.device)
