"""The item means and the class means that everything here is made of, in float64."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.linalg import vector_norm

from theory.geometry.statistics import ClassStatistics, moments
from theory.losses import _checks as checks

_BLOCK = 2**20  # pairs of a row and a class compared at a time


@dataclass(frozen=True, kw_only=True)
class Means:
    """Views, the mean of each item's views, and the mean of each class's items."""

    views: Tensor  # (n, k, d), float64
    items: Tensor  # (n, d), m_i
    classes: ClassStatistics  # of the items: means M_y, variances E_{i in y} ||m_i - M_y||^2
    residuals: Tensor  # (n, d), m_i - M_y
    dtype: torch.dtype  # the caller's
    zero: float  # a mean no longer than this has no direction: it may be all rounding

    def item_directions(self) -> Tensor:
        """m_i / ||m_i||, or ValueError naming the first item whose views cancel."""
        norms: Tensor = vector_norm(self.items, dim=1)
        bad = ~(norms.detach() > self.zero)
        if bool(bad.any()):
            at = int(bad.int().argmax())
            raise ValueError(
                f"need item means of norm > {self.zero:.3g}, got {float(norms[at]):.3g} at row {at}"
            )
        return self.items / norms[:, None]

    def class_directions(self) -> Tensor:
        """M_y / ||M_y||, or ValueError naming the first class whose items cancel."""
        norms: Tensor = vector_norm(self.classes.means, dim=1)
        bad = ~(norms.detach() > self.zero)
        if bool(bad.any()):
            at = int(bad.int().argmax())
            raise ValueError(
                f"need class means of norm > {self.zero:.3g}, "
                f"got {float(norms[at]):.3g} for label {int(self.classes.labels[at])}"
            )
        return self.classes.means / norms[:, None]


def means(z: Tensor, labels: Tensor) -> Means:
    """The means of checked views: sums in float64, the rounding of a mean taken back once."""
    checks.check_views(z, tau=1.0)
    checks.check_labels(z, labels)
    n, k, d = z.shape
    views = z.double()
    items = views.mean(dim=1)
    items = items + (views - items[:, None]).mean(dim=1)  # views that coincide: exactly their mean
    classes, residuals = moments(items, labels)
    return Means(
        views=views,
        items=items,
        classes=classes,
        residuals=residuals,
        dtype=z.dtype,
        zero=(n * k + d) * torch.finfo(z.dtype).eps,
    )


def need_two_classes(classes: ClassStatistics) -> None:
    """Raise if no class has another one beside it."""
    if len(classes.labels) < 2:
        raise ValueError(f"need at least two classes, got the one label {int(classes.labels[0])}")


def blocks(n_rows: int, n_centres: int) -> Iterator[slice]:
    """Rows, so few at a time that their matrix against all centres is small."""
    rows = max(1, _BLOCK // n_centres)
    return (slice(start, start + rows) for start in range(0, n_rows, rows))


def hardest(
    x: Tensor, own: Tensor, centres: Tensor, scores: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """The centre of highest score to each row, its own one apart; no gradient."""
    found = torch.empty_like(own)
    with torch.no_grad():
        for at in blocks(len(x), len(centres)):
            others = scores(x[at], centres).scatter_(1, own[at, None], -torch.inf)
            # Into place: small results between large blocks would keep their memory apart.
            torch.argmax(others, dim=1, out=found[at])
    return found


def to_nearest_other(x: Tensor, own: Tensor, centres: Tensor) -> Tensor:
    """Distance of each row to the nearest centre but its own."""
    nearest = hardest(x, own, centres, lambda part, all_of: pairwise(part, all_of).neg_())
    found: Tensor = vector_norm(x - centres[nearest], dim=1)
    return found


def pairwise(x: Tensor, centres: Tensor) -> Tensor:
    """Distances by differences: through inner products a small one would be all rounding."""
    return torch.cdist(x, centres, compute_mode="donot_use_mm_for_euclid_dist")
