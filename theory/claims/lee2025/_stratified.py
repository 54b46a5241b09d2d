"""A small population of equal classes, and all batches of equally many items of each."""

import functools
import itertools
import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._domain import Choices, Domain, Integers
from theory.claims.lee2025._population import (
    ALPHA,
    OFF_ZERO,
    SCALE,
    Population,
    build_population,
)

# classes, items of each, items of each that a batch draws, whether the same one may come again
DESIGNS = Choices(
    (2, 1, 1, 0),
    (2, 2, 1, 0),
    (2, 2, 2, 0),
    (2, 1, 2, 1),
    (2, 2, 2, 1),
    (3, 1, 1, 0),
    (3, 2, 1, 0),
    (3, 2, 2, 0),
)
STRATIFIED: Domain = {
    "design": DESIGNS,
    "d": Integers(1, 4),
    "layout": Choices(*OFF_ZERO, "antipodal-items", "antipodal-views", "crossed"),
    "item_scale": SCALE,
    "view_scale": SCALE,
    "alpha": ALPHA,
}


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """A population of two views per item, and how batches are drawn from it."""

    population: Population
    per_class: int  # b, drawn of every class; of each of them two views, i.i.d.
    again: bool  # i.i.d. items, or without replacement
    negatives: str = "other-items"
    include_positive: bool = False

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same in another precision, on another device."""
        return replace(self, population=self.population.to(dtype=dtype, device=device))

    @property
    def labels(self) -> Tensor:
        """The classes of a batch, (c b,)."""
        classes = torch.arange(len(self.population.sizes), device=self.population.z.device)
        return classes.repeat_interleave(self.per_class)

    def batches(self) -> Tensor:
        """All equally likely batches, (batch, c b, 2, d)."""
        sizes = self.population.sizes
        at = _every_batch(len(sizes), sizes[0], self.per_class, self.again)
        at = at.to(self.population.z.device)
        return self.population.z[at[..., :1], at[..., 1:]]

    @property
    def roundoff(self) -> float:
        """Of similarities, and of a logarithm of at most all rows of a batch, over the batches."""
        items = len(self.labels)
        batches = (4 * self.population.sizes[0]) ** items
        size = 2.0 + (2.0 + math.log(2 * items)) / self.population.alpha
        eps = self.population.eps
        return 4.0 * self.population.roundoff + size * (
            accumulated_rounding(4 * items + 16, eps)
            + accumulated_rounding(int(math.log2(batches)) + 64, eps)
        )


@functools.cache
def _every_batch(n_classes: int, n: int, per_class: int, again: bool) -> Tensor:
    """Every item of every batch and the two views seen of it, (batch, c b, 3)."""
    items, views = range(n), list(itertools.product(range(2), repeat=2))
    chosen = (
        list(itertools.product(items, repeat=per_class))
        if again
        else list(itertools.combinations(items, per_class))
    )
    of_class = [
        list(zip(drawn, seen, strict=True))
        for drawn in chosen
        for seen in itertools.product(views, repeat=per_class)
    ]
    return torch.tensor(
        [
            [(y * n + i, *seen) for y, drawn in enumerate(batch) for i, seen in drawn]
            for batch in itertools.product(of_class, repeat=n_classes)
        ]
    )


def build(
    *,
    design: tuple[int, int, int, int],
    d: int,
    layout: str,
    item_scale: float,
    view_scale: float,
    alpha: float,
    repulsion: float = 1.0,
    negatives: str = "other-items",
    include_positive: bool = False,
    generator: torch.Generator,
) -> Stratified:
    """`crossed`: the two views of an item opposite, every item's on an axis of its own, if any."""
    n_classes, n, per_class, again = design
    found = build_population(
        n_classes=n_classes,
        n_max=n,
        imbalance="equal",
        k=2,
        d=d,
        layout="orthogonal" if layout == "crossed" else layout,
        class_scale=1.0,
        item_scale=item_scale,
        view_scale=view_scale,
        alpha=alpha,
        repulsion=repulsion,
        generator=generator,
    )
    if layout == "crossed":
        sign = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
        found = replace(found, z=sign * found.z)
    return Stratified(
        population=found,
        per_class=per_class,
        again=bool(again),
        negatives=negatives,
        include_positive=include_positive,
    )
