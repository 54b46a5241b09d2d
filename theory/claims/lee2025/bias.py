"""View variance and squared bias add up to 1 - R^2; what drawing the views adds to the bias."""

import itertools
from dataclasses import dataclass
from typing import Self

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point
from theory.claims.lee2025._population import (
    DOMAIN,
    SCALE,
    Population,
    build_population,
)
from theory.claims.lee2025._source import BIAS, ours
from theory.prototypes import prototype_bias

ALONE: Point = {
    "sizes": (1, 1),
    "n_views": 2,
    "draws": 2,
    "d": 2,
    "layout": "random",
    "item_scale": 1.0,
    "view_scale": 1.0,
}


def spread_and_remainder(case: Population) -> ArrayLike:
    """E ||z - M_y||^2 and 1 - R_y^2, class by class."""
    apart = (case.z - case.own_means[:, None]).square().sum(dim=2).mean(dim=1)
    lengths = case.class_means.square().sum(dim=1)
    return torch.stack([_by_class(apart, case), 1.0 - lengths]).numpy(force=True)


def remainder_and_parts(case: Population) -> ArrayLike:
    """1 - R_y^2 and (1 - E r^2) + B2sq_y, class by class."""
    lengths = case.class_means.square().sum(dim=1)
    views = 1.0 - case.item_means.square().sum(dim=1)
    bias = (case.item_means - case.own_means).square().sum(dim=1)
    parts = _by_class(views, case) + _by_class(bias, case)
    return torch.stack([1.0 - lengths, parts]).numpy(force=True)


def _by_class(x: Tensor, case: Population) -> Tensor:
    return torch.stack([x[case.labels == y].mean() for y in range(len(case.sizes))])


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Items with equiprobable views, of which `draws` are drawn, independently, for each item."""

    population: Population
    draws: int

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same in another precision, on another device."""
        return type(self)(
            population=self.population.to(dtype=dtype, device=device), draws=self.draws
        )


def build_drawing(
    *,
    sizes: tuple[int, ...],
    n_views: int,
    draws: int,
    d: int,
    layout: str,
    item_scale: float,
    view_scale: float,
    generator: torch.Generator,
) -> Drawing:
    """A population small enough for all its draws to be listed."""
    large = build_population(
        n_classes=max(2, len(sizes)),
        n_max=max(sizes),
        imbalance="equal",
        k=n_views,
        d=d,
        layout=layout,
        class_scale=1.0,
        item_scale=item_scale,
        view_scale=view_scale,
        generator=generator,
    )
    kept = torch.cat([y * max(sizes) + torch.arange(size) for y, size in enumerate(sizes)])
    return Drawing(population=Population(z=large.z[kept], labels=large.labels[kept]), draws=draws)


def every_draw(case: Drawing) -> tuple[Tensor, Tensor]:
    """All equally likely draws, the classes of each kept apart: views and labels.

    They all have the same number of items, so that a mean over the items of all the draws is the
    mean over draws of the means over items.
    """
    z, labels = case.population.z, case.population.labels
    n, n_views, _ = z.shape
    of_item = list(itertools.product(range(n_views), repeat=case.draws))
    picks = torch.tensor(list(itertools.product(of_item, repeat=n)), device=z.device)
    views = z[torch.arange(n, device=z.device)[None, :, None], picks]  # (draw, n, draws, d)
    number = torch.arange(len(picks), device=z.device)[:, None]
    return views.flatten(0, 1), (number * (int(labels.max()) + 1) + labels).flatten()


def expected(case: Drawing) -> ArrayLike:
    """Mean over all draws of the debiased and of the plug-in squared bias."""
    bias = prototype_bias(*every_draw(case))
    return [bias.debiased_squared.item(), bias.squared.item()]


def true_and_inflated(case: Drawing) -> ArrayLike:
    """The population's squared bias, and what the plug-in adds: v_i (1 - 1/n_y)/k per item."""
    at = case.population
    squared = (at.item_means - at.own_means).square().sum(dim=1).mean()
    sizes = torch.tensor(at.sizes, device=at.z.device)[at.labels].to(at.z.dtype)
    variances = 1.0 - at.item_means.square().sum(dim=1)
    inflation = ((1.0 - 1.0 / sizes) * variances / case.draws).mean()
    return [squared.item(), (squared + inflation).item()]


def rounding(case: Population) -> float:
    """Squared lengths of at most 2 on either side, averaged."""
    return 6.0 * case.roundoff


def rounding_over_draws(case: Drawing) -> float:
    """The population's own, and in float64 a mean over the items of all draws."""
    n, n_views, _ = case.population.z.shape
    items = n * n_views ** (n * case.draws)
    return 6.0 * case.population.roundoff + 4.0 * accumulated_rounding(items + 64, 2.0**-52)


CLAIMS = (
    Claim(
        name="lee2025-variance-split",
        statement=r"\forall\|z_{i,t}\|=1,\ \forall y:\quad \mathbb E_{i\in y,t}\|z_{i,t}-M_y\|^2="
        r"1-\|M_y\|^2=(1-\mathbb E_{i\in y}\|m_i\|^2)+\mathbb E_{i\in y}\|m_i-M_y\|^2",
        source=ours("view variance and squared bias"),
        proof=f"{BIAS}#the-variance-split",
        status="sharper",
        kind="identity",
        domain=DOMAIN,
        build=build_population,
        measured=spread_and_remainder,
        relation="==",
        bound=remainder_and_parts,
        rounding=rounding,
    ),
    Claim(
        name="lee2025-debiased-bias",
        statement=r"\forall \text{ populations, } k\ge2 \text{ i.i.d. views of every item}:\quad "
        r"\mathbb E\bigl[\hat B-\tfrac1N\sum_i(1-\tfrac1{n_{y_i}})\tfrac{1-\|\hat m_i\|^2}{k-1}"
        r"\bigr]=\mathbb E\|M_Y-m_X\|^2=\mathbb E[\hat B]-\tfrac1N\sum_i(1-\tfrac1{n_{y_i}})"
        r"\tfrac{1-\|m_i\|^2}{k},\quad \hat B=\tfrac1N\sum_i\|\hat m_i-\hat M_{y_i}\|^2",
        source=ours("the squared bias from drawn views, without its own bias"),
        proof=f"{BIAS}#the-bias-of-the-bias",
        status="sharper",
        kind="identity",
        domain={
            "sizes": Choices((1, 1), (2,), (1, 2), (3,), (1, 1, 1)),
            "n_views": Integers(1, 3),
            "draws": Integers(2, 3),
            "d": Integers(1, 4),
            "layout": Choices("random", "opposed", "still", "antipodal-items", "antipodal-views"),
            "item_scale": SCALE,
            "view_scale": SCALE,
        },
        build=build_drawing,
        measured=expected,
        relation="==",
        bound=true_and_inflated,
        rounding=rounding_over_draws,
        attained_by=(
            ALONE,
            {**ALONE, "sizes": (1, 2), "n_views": 3},
            {**ALONE, "sizes": (2,), "layout": "antipodal-views"},
        ),
        cost=10.0,
    ),
)
