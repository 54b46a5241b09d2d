"""The cases of this paper's claims: classes of items, each item with equiprobable views."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025._views import IMBALANCE, class_points, class_sizes

OFF_ZERO = (  # the layouts whose class and item means have a direction, for d >= 2
    "random",  # rows of classes, items and views at their three scales
    "orthogonal",  # items at the axes in turn, views coincide
    "poles",  # collapsed: first class at a pole, all others at the opposite one
    "simplex",  # collapsed: one vertex per class
    "equal",  # all rows the same
    "collapsed",  # one random point per class
    "still",  # every item's views coincide
    "duplicates",  # every class holds the same items
    "opposed",  # alternating signs, so that means are as short as the views' scale
)
LAYOUTS = Choices(*OFF_ZERO, "antipodal-items", "antipodal-views")  # means that are exactly 0
SCALE = Choices(0.05, 0.3, 1.0, 3.0)
ALPHA = Reals(0.1, 50.0, log=True)
REPULSION = Reals(0.0, 5.0)

DOMAIN: Domain = {
    "n_classes": Integers(2, 6),
    "n_max": Integers(1, 5),
    "imbalance": IMBALANCE,
    "k": Integers(1, 4),
    "d": Integers(1, 6),
    "layout": LAYOUTS,
    "class_scale": SCALE,
    "item_scale": SCALE,
    "view_scale": SCALE,
}
COSINE_DOMAIN: Domain = {**DOMAIN, "d": Integers(2, 6), "layout": Choices(*OFF_ZERO)}


@dataclass(frozen=True, kw_only=True)
class Population:
    """A finite population: every expectation is a sum over items and views."""

    z: Tensor  # (n, k, d), unit rows
    labels: Tensor  # (n,), int64, classes 0 .. c-1, all of them present
    alpha: float = 1.0
    repulsion: float = 1.0

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same population in another precision, on another device."""
        return type(self)(
            z=self.z.to(device=device, dtype=dtype),
            labels=self.labels.to(device),
            alpha=self.alpha,
            repulsion=self.repulsion,
        )

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Items per class, n_y."""
        return tuple(self.labels.bincount().tolist())

    @cached_property
    def rows(self) -> Tensor:
        """All views in order of items, (n k, d)."""
        return self.z.flatten(0, 1)

    @cached_property
    def row_labels(self) -> Tensor:
        """The class of every row, (n k,)."""
        return self.labels.repeat_interleave(self.z.shape[1])

    @cached_property
    def item_means(self) -> Tensor:
        """m_i, (n, d)."""
        return self.z.mean(dim=1)

    @cached_property
    def class_means(self) -> Tensor:
        """M_y, (c, d)."""
        return torch.stack(
            [self.item_means[self.labels == y].mean(dim=0) for y in range(len(self.sizes))]
        )

    @cached_property
    def own_means(self) -> Tensor:
        """M of every item's own class, (n, d)."""
        return self.class_means[self.labels]

    @property
    def eps(self) -> float:
        """Of the rows' precision."""
        return torch.finfo(self.z.dtype).eps

    @property
    def roundoff(self) -> float:
        """Error of an inner product of rows or of means, averaged over anchors: of size 1.

        A mean of means errs by (n + k + 2) u, there are two in a product of d terms, and up to
        n k of those are averaged; a row's squared norm is 1 within (d + 4) u.
        """
        n, k, d = self.z.shape
        return accumulated_rounding(n * k + 2 * (n + k) + 2 * d + 16, self.eps)

    @property
    def log_roundoff(self) -> float:
        """Error of (1/alpha) log of a sum over rows of e^(alpha s), s of size 1.

        s passes its own error on; the exponential, the sum of n k terms and the logarithm err
        relative to alpha + log(n k) + 1, before the division.
        """
        terms = len(self.rows)
        size = 1.0 + (1.0 + math.log(terms)) / self.alpha
        return self.roundoff + size * accumulated_rounding(terms + 8, self.eps)


def build_population(
    *,
    n_classes: int,
    n_max: int,
    imbalance: str,
    k: int,
    d: int,
    layout: str,
    class_scale: float,
    item_scale: float,
    view_scale: float,
    alpha: float = 1.0,
    repulsion: float = 1.0,
    generator: torch.Generator,
) -> Population:
    """Classes of at most n_max items with k views in d dimensions, laid out as `LAYOUTS` says."""
    sizes = class_sizes(n_max, n_classes, imbalance)
    labels = torch.repeat_interleave(torch.arange(n_classes), torch.tensor(sizes))
    within = torch.cat([torch.arange(size) for size in sizes])

    def gaussian(*shape: int) -> Tensor:
        return torch.randn(*shape, d, generator=generator, dtype=torch.float64)

    of_class, of_item, of_view = (
        gaussian(n_classes),
        gaussian(len(labels)),
        gaussian(len(labels), k),
    )
    if layout in ("poles", "simplex", "equal"):
        of_class = class_points(
            n_classes, d, "antipodal" if layout == "poles" else layout, generator
        )
    view_sign = 1.0 - 2.0 * (torch.arange(k) % 2).double()[:, None]  # (k, 1)
    item_sign = 1.0 - 2.0 * (within % 2).double()[:, None, None]  # (n, 1, 1)
    if layout == "random":
        z = class_scale * of_class[labels, None] + item_scale * of_item[:, None]
        z = z + view_scale * of_view
    elif layout == "still":
        z = class_scale * of_class[labels, None] + item_scale * of_item[:, None]
    elif layout == "duplicates":
        z = item_scale * of_item[within, None] + view_scale * of_view[within]
    elif layout == "orthogonal":
        z = torch.eye(d, dtype=torch.float64)[torch.arange(len(labels)) % d, None]
    elif layout == "opposed":
        direction = normalize(of_class, dim=-1)[labels, None]
        z = view_sign * item_sign * direction + view_scale * of_view
    elif layout == "antipodal-items":
        z = item_sign * of_class[labels, None]
    elif layout == "antipodal-views":
        z = view_sign * of_item[:, None]
    else:
        z = of_class[labels, None]
    return Population(
        z=normalize(z, dim=-1).expand(-1, k, -1).contiguous(),
        labels=labels,
        alpha=alpha,
        repulsion=repulsion,
    )
