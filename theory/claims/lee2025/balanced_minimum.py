"""The balanced contrastive loss is least where views coincide and the items form a simplex."""

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from bounds import balanced_contrastive_minimum, same_view_contrastive_minimum
from synthetic.free import minimise_free_features
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point
from theory.claims.lee2025._population import (
    ALPHA,
    LAYOUTS,
    REPULSION,
    SCALE,
    Population,
    build_population,
)
from theory.claims.lee2025._source import MINIMA, ours
from theory.claims.lee2025._two_views import roundoff

# Every item a class of its own. `descended`: from random rows down the loss itself.
DOMAIN: Domain = {
    "n_items": Integers(2, 8),
    "d": Integers(1, 8),
    "layout": Choices(*LAYOUTS.options, "descended"),
    "item_scale": SCALE,
    "view_scale": SCALE,
    "alpha": ALPHA,
    "repulsion": REPULSION,
}
STEPS = 12
SIMPLEX: Point = {
    "n_items": 4,
    "d": 3,
    "layout": "simplex",
    "item_scale": 1.0,
    "view_scale": 1.0,
    "alpha": 10.0,
    "repulsion": 1.0,
}
AT_SIMPLEX: tuple[Point, ...] = (
    SIMPLEX,
    {**SIMPLEX, "n_items": 2, "d": 1, "alpha": 0.1, "repulsion": 5.0},
    {**SIMPLEX, "n_items": 8, "d": 8, "alpha": 50.0, "repulsion": 0.5},
    {**SIMPLEX, "layout": "still", "d": 2, "repulsion": 0.0},
)


def loss(z: Tensor, case: Population, negatives: str) -> Tensor:
    """The balanced loss of rows z in the place of the case's."""
    return losses.balanced(z, case.alpha, case.repulsion, negatives=negatives)


def building(negatives: str) -> Callable[..., Population]:
    """`build` of the claim with these negatives."""

    def build(*, n_items: int, layout: str, generator: torch.Generator, **at: Any) -> Population:
        """Two views of items in any layout, or where a descent over all rows ends."""
        found = build_population(
            n_classes=n_items,
            n_max=1,
            imbalance="equal",
            k=2,
            class_scale=1.0,
            layout="random" if layout == "descended" else layout,
            generator=generator,
            **at,
        )
        if layout != "descended":
            return found
        z = minimise_free_features(lambda z: loss(z, found, negatives), found.z, max_steps=STEPS)
        return dataclasses.replace(found, z=z)

    return build


def measuring(negatives: str) -> Callable[[Population], float]:
    """`measured` of the claim with these negatives."""
    return lambda case: loss(case.z, case, negatives).item()


def floor(case: Population) -> float:
    """Both views of every other item."""
    return balanced_contrastive_minimum(len(case.z), case.repulsion, case.alpha).item()


def floor_same_view(case: Population) -> float:
    """The same view of every other item."""
    return same_view_contrastive_minimum(len(case.z), case.repulsion, case.alpha).item()


def rounding(case: Population) -> float:
    """The loss; a floor that scales with the rows' squared norm, and its few roundings."""
    return 2.0 * roundoff(case, case.alpha, case.repulsion)


CLAIMS = (
    Claim(
        name="lee2025-balanced-minimum",
        statement=r"\forall z,\ N\ge2 \text{ items},\ \alpha>0,\ \lambda\ge0:\quad \frac1{2N}\sum_a"
        r"\Bigl[-s_a^++\frac\lambda\alpha\log\sum_{k\le2N-2}e^{\alpha s_{a,k}}\Bigr]\ge-1-\frac"
        r"{\lambda}{N-1}+\frac\lambda\alpha\log(2N-2),\ \text{for } \lambda>0 \text{ with equality"
        r" iff views coincide and items are a regular simplex}",
        source=ours("least balanced loss, both views of the other items, positive excluded"),
        proof=f"{MINIMA}#the-balanced-contrastive-loss",
        status="sharper",
        kind="optimum",
        domain=DOMAIN,
        build=building("other-items"),
        measured=measuring("other-items"),
        relation=">=",
        bound=floor,
        rounding=rounding,
        attained_by=AT_SIMPLEX,
        cost=1.5,
    ),
    Claim(
        name="lee2025-balanced-minimum-same-view",
        statement=r"\forall z,\ N\ge2 \text{ items},\ \alpha>0,\ \lambda\ge0:\quad \frac1{2N}\sum_a"
        r"\Bigl[-s_a^++\frac\lambda\alpha\log\sum_{k\le N-1}e^{\alpha s_{a,k}}\Bigr]\ge-1-\frac"
        r"{\lambda}{N-1}+\frac\lambda\alpha\log(N-1),\ s_{a,k} \text{ in the anchor's view;}\ "
        r"\text{with equality for } \lambda>0 \text{ iff views coincide and items are a regular"
        r" simplex}",
        source=ours("least balanced loss, the same view of the other items"),
        proof=f"{MINIMA}#the-balanced-contrastive-loss",
        status="sharper",
        kind="optimum",
        domain=DOMAIN,
        build=building("same-view"),
        measured=measuring("same-view"),
        relation=">=",
        bound=floor_same_view,
        rounding=rounding,
        attained_by=AT_SIMPLEX,
        cost=1.5,
    ),
)
