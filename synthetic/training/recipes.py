"""How weights follow from gradients: the steps of the theory, and those of practice."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from synthetic._require import require

Rate = float | Sequence[float] | Callable[[int], float]
"""The same rate at every step, the rate of each, or a function of the step 1, 2, ..."""

MakeOptimizer = Callable[[list[nn.Parameter], float], torch.optim.Optimizer]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """An optimiser and its step sizes.

    The default is the gradient descent of the theory, w <- w - eta_t grad L_t(w); whatever else is
    asked for, `departures` says in words. `sgd`, `adam` and `practical` are recipes; another one
    is another call, or an `optimizer` of one's own.
    """

    rate: Rate
    optimizer: Literal["sgd", "adam"] | MakeOptimizer = "sgd"
    momentum: float = 0.0  # of SGD
    weight_decay: float = 0.0  # adds weight_decay * w to the gradient
    clip: float = math.inf  # a longer gradient, over all weights of a twin, is cut to this length

    def __post_init__(self) -> None:
        known = callable(self.optimizer) or self.optimizer in ("adam", "sgd")
        require(known, 'optimizer "adam", "sgd" or a function', optimizer=repr(self.optimizer))
        require(0 <= self.momentum < 1, "0 <= momentum < 1", momentum=self.momentum)
        require(
            0 <= self.weight_decay < math.inf,
            "finite weight_decay >= 0",
            weight_decay=self.weight_decay,
        )
        require(self.clip > 0, "clip > 0", clip=self.clip)
        plain = self.momentum == 0.0 or self.optimizer == "sgd"
        require(plain, 'optimizer "sgd" with momentum', optimizer=repr(self.optimizer))
        bare = self.weight_decay == 0.0 or not callable(self.optimizer)
        require(bare, "weight_decay within one's own optimizer", weight_decay=self.weight_decay)

    def step_sizes(self, steps: int) -> Tensor:
        """Rates (steps,) in float64."""
        if isinstance(self.rate, Sequence):
            require(len(self.rate) == steps, "one lr for each step", lr=len(self.rate), steps=steps)
            rates = [float(rate) for rate in self.rate]
        elif callable(self.rate):
            rates = [float(self.rate(step)) for step in range(1, steps + 1)]
        else:
            rates = [float(self.rate)] * max(steps, 1)
        for step, rate in enumerate(rates, start=1):
            require(0 <= rate < math.inf, "finite lr >= 0", lr=rate, step=step)
        return torch.tensor(rates[:steps], dtype=torch.float64)

    def build(self, parameters: list[nn.Parameter], rate: float) -> torch.optim.Optimizer:
        """The optimiser, which starts at this rate."""
        if callable(self.optimizer):
            return self.optimizer(parameters, rate)
        # Fused: a third of the time of the per-tensor loop, which a small network waits for.
        decay = self.weight_decay
        if self.optimizer == "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
        return torch.optim.SGD(
            parameters, lr=rate, momentum=self.momentum, weight_decay=decay, fused=True
        )

    def departures(self) -> tuple[str, ...]:
        """The hypotheses of the theory of shared randomness that it leaves."""
        step = "a step is not eta times the gradient of its own batch"
        left = []
        if self.optimizer == "adam":
            left.append(f"Adam: {step}, but rescaled by the gradients of earlier ones")
        if callable(self.optimizer):
            left.append(f"an optimizer of one's own: nobody says that {step.replace('not ', '')}")
        if self.momentum:
            left.append(f"momentum: {step}, but of all batches so far")
        if self.weight_decay:
            left.append(f"weight decay: {step}, but of its loss and of the squared weights")
        if self.clip < math.inf:
            left.append("gradient clipping: the twins' effective step sizes differ")
        return tuple(left)


@dataclass(frozen=True)
class Cosine:
    """Rates that rise in equal steps to `peak` at `warmup`, then fall along a half cosine.

    To 0, which the step after the last of all `steps` would have.
    """

    peak: float
    warmup: int
    steps: int

    def __call__(self, step: int) -> float:
        """The rate of step 1, 2, ..., steps."""
        require(step <= self.steps, "a run within the schedule", step=step, steps=self.steps)
        if step <= self.warmup:
            return self.peak * step / self.warmup
        done = (step - 1 - self.warmup) / (self.steps - self.warmup)
        return self.peak * (1 + math.cos(math.pi * done)) / 2


def sgd(lr: Rate) -> Recipe:
    """Stochastic gradient descent as the theory has it: no momentum, no decay, no clipping."""
    return Recipe(rate=lr)


def adam(lr: Rate, *, weight_decay: float = 0.0, clip: float = math.inf) -> Recipe:
    """Adam (Kingma and Ba 2015) with its usual moments."""
    return Recipe(rate=lr, optimizer="adam", weight_decay=weight_decay, clip=clip)


def practical(
    lr: float,
    *,
    steps: int,
    warmup: int = 0,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    clip: float = math.inf,
) -> Recipe:
    """SGD as networks are trained: momentum, and a cosine schedule to 0 after a warm-up.

    >>> recipe = practical(0.4, steps=6, warmup=2)
    >>> [round(rate, 3) for rate in recipe.step_sizes(6).tolist()]
    [0.2, 0.4, 0.4, 0.341, 0.2, 0.059]
    >>> recipe.departures()
    ('momentum: a step is not eta times the gradient of its own batch, but of all batches so far',)
    """
    require(0 <= lr < math.inf, "finite lr >= 0", lr=lr)
    require(0 <= warmup < steps, "0 <= warmup < steps", warmup=warmup, steps=steps)
    return Recipe(
        rate=Cosine(lr, warmup, steps), momentum=momentum, weight_decay=weight_decay, clip=clip
    )
