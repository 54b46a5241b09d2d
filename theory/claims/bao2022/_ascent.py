"""Adversarial ascent: free features in a ball, moved uphill on an exact risk."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Objective = Callable[[Tensor], Tensor]  # models (s, n, d) to their values (s,)

_SHORTEST = 1e-12  # steps below this share of the radius move nothing


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """Where every start of a search ended, and what it reached there."""

    features: Tensor  # (s, n, d), rows of norm at most the radius
    values: Tensor  # (s,)

    @property
    def best(self) -> Tensor:
        """The features of the highest value, (n, d)."""
        return self.features[int(self.values.argmax())]

    @property
    def highest(self) -> float:
        """The highest value of all starts."""
        return float(self.values.max())


def ascend(objective: Objective, starts: Tensor, radius: float, *, steps: int) -> Ascent:
    """Move each of the models `starts` (s, n, d) uphill within rows of norm at most `radius`.

    Gradient steps, retracted to the ball, whose length is kept per model: it grows after a step
    that went up and shrinks after one that did not, which is taken back. So values never fall, a
    start on a plateau stays there, and the objective is evaluated `steps` + 1 times. It has to be
    differentiable and to treat the models of a batch separately.
    """
    x = retract(starts.detach(), radius)
    value, slope = _slope(objective, x)
    length = torch.full_like(value, 0.5 * radius)
    for _ in range(steps):
        trial = retract(x + length[:, None, None] * slope, radius)
        there, slope_there = _slope(objective, trial)
        up = there > value
        x, slope = (torch.where(up[:, None, None], *v) for v in ((trial, x), (slope_there, slope)))
        value = torch.where(up, there, value)
        length = torch.where(up, 1.5 * length, 0.4 * length)
        if float(length.max()) <= _SHORTEST * radius:
            break
    return Ascent(features=x, values=value)


def retract(x: Tensor, radius: float) -> Tensor:
    """The nearest rows of norm at most `radius`."""
    size: Tensor = x.norm(dim=-1, keepdim=True).clamp(min=max(radius, torch.finfo(x.dtype).tiny))
    return x * (radius / size)


def random_starts(
    shape: tuple[int, int, int], radius: float, *, generator: torch.Generator
) -> Tensor:
    """Models (s, n, d) by turns: in the whole ball, near its sphere, near one point of it."""
    kind = torch.arange(shape[0]) % 3
    directions = torch.randn(shape, generator=generator, dtype=torch.float64)
    directions /= directions.norm(dim=-1, keepdim=True)
    inward = torch.rand(shape[:2], generator=generator, dtype=torch.float64)[..., None]
    depth = torch.tensor([1.0, 0.1, 0.5], dtype=torch.float64)[kind, None, None]
    near_one = (kind == 2)[:, None, None]
    towards = torch.where(near_one, directions[:, :1], directions)
    spread = torch.where(near_one, 0.4 * inward * directions, 0.0)
    return retract(radius * ((1.0 - depth * inward) * towards + spread), radius)


def _slope(objective: Objective, x: Tensor) -> tuple[Tensor, Tensor]:
    """Values, and the gradient of each scaled so that its longest row is 1."""
    with torch.enable_grad():
        leaf = x.detach().clone().requires_grad_(True)
        value = objective(leaf)
        (gradient,) = torch.autograd.grad(value.sum(), leaf)
    longest = gradient.norm(dim=-1).amax(dim=-1)[:, None, None]
    return value.detach(), gradient / longest.clamp(min=torch.finfo(x.dtype).tiny)
