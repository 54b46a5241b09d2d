"""The supervised objective is least at the collapsed simplex, its own class means as prototypes."""

import dataclasses

import torch
from torch import Tensor

from bounds import balanced_supervised_minimum
from synthetic.free import minimise_free_features
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Point
from theory.claims.lee2025._population import (
    DOMAIN,
    LAYOUTS,
    REPULSION,
    Population,
    build_population,
)
from theory.claims.lee2025._source import MINIMA, ours
from theory.prototypes import supervised_objective

# `descended`: from random rows down the objective itself, which stops at an edge of the maximum
EQUAL_CLASSES: Domain = {
    **DOMAIN,
    "imbalance": Choices("equal"),
    "layout": Choices(*LAYOUTS.options, "descended"),
    "repulsion": REPULSION,
}
STEPS = 12
SIMPLEX: Point = {
    "n_classes": 4,
    "n_max": 3,
    "imbalance": "equal",
    "k": 2,
    "d": 3,
    "layout": "simplex",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "repulsion": 2.0,
}


def build(*, layout: str, repulsion: float, generator: torch.Generator, **at: object) -> Population:
    """Classes of equal size in any layout, or where a descent over their rows stops."""
    start = "random" if layout == "descended" else layout
    found = build_population(layout=start, repulsion=repulsion, generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    if layout != "descended":
        return found

    def loss(z: Tensor) -> Tensor:
        return supervised_objective(z, found.labels, repulsion)

    return dataclasses.replace(found, z=minimise_free_features(loss, found.z, max_steps=STEPS))


def objective(case: Population) -> float:
    """E sup_lambda, raw prototypes."""
    return supervised_objective(case.z, case.labels, case.repulsion).item()


def floor(case: Population) -> float:
    """-1 - lambda/(K - 1)."""
    return balanced_supervised_minimum(len(case.sizes), case.repulsion).item()


def rounding(case: Population) -> float:
    """1 + lambda inner products on the left; the floor scales with the rows' squared norm."""
    return 2.0 * (1.0 + case.repulsion) * case.roundoff


CLAIM = Claim(
    name="lee2025-supervised-minimum",
    statement=r"\forall z,\ p_y=1/K,\ K\ge2,\ \lambda\ge0:\quad \mathbb E\Bigl[-\langle z,M_Y"
    r"\rangle+\lambda\max_{y'\ne Y}\langle z,M_{y'}\rangle\Bigr]\ge-1-\frac{\lambda}{K-1},\quad"
    r" M_y=\mathbb E[z\mid y],\ \text{for } \lambda>0 \text{ with equality iff each class is one"
    r" point and the points are a regular simplex}",
    source=ours("least supervised objective with its own raw prototypes"),
    proof=f"{MINIMA}#the-supervised-objective",
    status="sharper",
    kind="optimum",
    domain=EQUAL_CLASSES,
    build=build,
    measured=objective,
    relation=">=",
    bound=floor,
    rounding=rounding,
    attained_by=(
        SIMPLEX,
        {**SIMPLEX, "n_classes": 2, "d": 1, "k": 1, "n_max": 1},
        {**SIMPLEX, "n_classes": 6, "d": 6, "repulsion": 5.0},
        {**SIMPLEX, "layout": "collapsed", "d": 1, "repulsion": 0.0},
    ),
    cost=4.0,
)
