"""The cases of the claims that hold within a ball: at its edge, and where an adversary ends."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from theory.claims._domain import Choices, Domain
from theory.claims.bao2022._ascent import ascend, random_starts
from theory.claims.bao2022._layouts import LAYOUTS
from theory.claims.bao2022._models import MOST_ASCENDED, UNIFORM, RiskModel, model

Objective = Callable[[Tensor, Tensor, int], Tensor]  # features (s, n, d), classes, K to (s,)

STARTS, STEPS = 3, 8  # of the search that builds one case

# `climbed`: the best of an ascent on the very side that the claim bounds.
_OTHERS = (option for option in LAYOUTS.options if option not in ("ascended", "descended"))
BALL: Domain = {**UNIFORM, "layout": Choices(*_OTHERS, "climbed")}


def climbed(
    objective: Objective,
    *,
    n_classes: int,
    n_per_class: int,
    d: int,
    n_negatives: float,
    norm: float,
    layout: str,
    generator: torch.Generator,
) -> RiskModel:
    """Equally likely classes within a ball, laid out as `BALL` says."""
    climbs = layout == "climbed" and norm > 0
    if climbs:
        n_per_class = min(n_per_class, max(1, MOST_ASCENDED // n_classes))
    start = model(
        n_classes=n_classes,
        n_per_class=n_per_class,
        d=d,
        n_negatives=n_negatives,
        norm=norm,
        layout="random" if layout == "climbed" else layout,
        generator=generator,
    )
    if not climbs:
        return start
    n = len(start.classes)
    end = ascend(
        lambda x: objective(x, start.classes, start.n_negatives),
        random_starts((STARTS, n, d), norm, generator=generator),
        norm,
        steps=STEPS,
    )
    return replace(start, features=end.best)


def climbing(objective: Objective) -> Callable[..., RiskModel]:
    """`build` of a claim about `objective`."""

    def build(**params: Any) -> RiskModel:
        return climbed(objective, **params)

    return build


def overshoot(case: RiskModel) -> float:
    """How far rounding to the dtype has carried a score out of the ball the theorem speaks of."""
    return case.norm**2 - case.radius**2
