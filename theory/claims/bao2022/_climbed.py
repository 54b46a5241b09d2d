"""The cases of the claims that hold within a ball: at its edge, and where an adversary ends."""

from collections.abc import Callable
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
NO_NEGATIVES: Domain = {name: h for name, h in BALL.items() if name != "n_negatives"}
MOST_CHEAP = 160  # points of a case without an integral


def climbed(
    objective: Objective,
    most: int,
    *,
    n_classes: int,
    n_per_class: int,
    d: int,
    norm: float,
    layout: str,
    generator: torch.Generator,
    n_negatives: float = 1.0,
) -> RiskModel:
    """Equally likely classes within a ball, laid out as `BALL` says; `climbed` has few points."""
    if layout != "climbed":
        return model(
            n_classes=n_classes,
            n_per_class=n_per_class,
            d=d,
            n_negatives=n_negatives,
            norm=norm,
            layout=layout,
            generator=generator,
        )
    k = round(n_negatives)
    n_per_class = min(n_per_class, max(1, most // n_classes))
    classes = torch.arange(n_classes).repeat_interleave(n_per_class)
    starts = random_starts((STARTS, len(classes), d), norm, generator=generator)
    end = ascend(lambda x: objective(x, classes, k), starts, norm, steps=STEPS)
    return RiskModel(
        features=end.best, classes=classes, prior=n_classes, n_negatives=k, radius=norm
    )


def climbing(objective: Objective, most: int = MOST_ASCENDED) -> Callable[..., RiskModel]:
    """`build` of a claim about `objective`, climbed with up to `most` points."""

    def build(**params: Any) -> RiskModel:
        return climbed(objective, most, **params)

    return build


def overshoot(case: RiskModel) -> float:
    """How far rounding to the dtype has carried a score out of the ball the theorem speaks of."""
    return case.norm**2 - case.radius**2
