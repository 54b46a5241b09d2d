"""The nearest prototype's error, and its bound by the bias against the separation."""

from dataclasses import dataclass

import torch
from torch import Tensor

from contrastbounds.audit._row import Row
from theory.geometry import ClassStatistics, class_statistics
from theory.prototypes import nearest_prototype_bound, nearest_prototype_error

ELEMENTS = 2**20  # distances between class means held at a time


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Classification of points by the nearest class mean, where a tie is an error."""

    error: float
    bound: float
    """sum_y p_y min(1, 4 B_y/Delta_y^2), B_y the mean squared distance to the class mean."""
    margin: float
    classes: ClassStatistics
    apart: Tensor  # (c,), Delta_y, distance to the nearest other class mean; rounding is 0
    nearest: Tensor  # (c,), which class that is

    @property
    def share(self) -> Tensor:
        """(c,), p_y."""
        return _share(self.classes)


def accuracy(points: Tensor, labels: Tensor, roundoff: float) -> Accuracy:
    """Of `points` (n, d) float64: item means, or single views."""
    classes = class_statistics(points, labels)
    apart, nearest = _nearest(classes.means)
    alone = points[:, None]
    return Accuracy(
        error=nearest_prototype_error(alone, labels).item(),
        bound=nearest_prototype_bound(alone, labels).item(),
        margin=_margin(classes, apart, roundoff),
        classes=classes,
        apart=apart.masked_fill(apart <= roundoff, 0.0),
        nearest=nearest,
    )


def accuracy_rows(items: Accuracy, views: Accuracy | None) -> tuple[Row, ...]:
    """A bound of 1 is vacuous; no second row for one view, which is its item's mean."""
    rows = [_row("error of item means", items)]
    if views is not None:
        rows.append(_row("error of single views", views))
    return tuple(rows)


def _row(title: str, found: Accuracy) -> Row:
    return Row(
        claim="lee2025-nearest-prototype-error",
        title=title,
        quantity=f"nearest-prototype {title}",
        relation="<=",
        measured=found.error,
        bound=found.bound,
        margin=found.margin,
        trivial=1.0,
    )


def _nearest(means: Tensor) -> tuple[Tensor, Tensor]:
    """Of every class mean, in blocks: there may be as many classes as samples."""
    step = max(1, ELEMENTS // len(means))
    found = []
    for start in range(0, len(means), step):
        part = means[start : start + step]
        each = torch.cdist(part, means, compute_mode="donot_use_mm_for_euclid_dist")
        each[torch.arange(len(part)), start + torch.arange(len(part))] = torch.inf
        found.append(each.min(dim=1))
    return torch.cat([each.values for each in found]), torch.cat([each.indices for each in found])


def _margin(classes: ClassStatistics, apart: Tensor, roundoff: float) -> float:
    """How much the bound rises when distances are off by their rounding.

    An error as computed gives Delta <= 2 ||m - M|| + 2 eta, eta the error of a distance, so that
    4 B/(Delta - 2 eta)^2 bounds the share of such errors.
    """
    eta = 2.0 * roundoff
    low = apart - 2.0 * eta
    b = classes.variances
    raised = torch.where(low > 0, 4.0 * (b + 2.0 * eta) / low.square(), torch.inf).clamp(max=1.0)
    plain = torch.where(apart > 0, 4.0 * b / apart.square(), torch.inf).clamp(max=1.0)
    return (_share(classes) * (raised - plain)).sum().item() + roundoff


def _share(classes: ClassStatistics) -> Tensor:
    counts = classes.counts.double()  # integers would divide in float32
    return counts / counts.sum()
