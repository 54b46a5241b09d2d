"""The cases of the drift claims: both runs of the similarity dynamics from a hard start."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from theory.alignment import DriftLadder, batch_composition, drift_ladder
from theory.claims._domain import Choices, Domain, Integers, Reals

Array = NDArray[np.float64]

RUN: Domain = {
    "n_reference": Integers(4, 14),
    "n_classes": Integers(2, 5),
    "batch_size": Integers(3, 12),
    "n_steps": Integers(1, 25),
    "tau": Reals(0.05, 10.0, log=True),
    "reach": Reals(1e-3, 1.0, log=True),  # largest step over 4 tau^2 B
    "classes": Choices(
        "one-large",  # all others hold one item
        "balanced",
    ),
    "start": Choices(
        "apart",  # +1 within a class, -1 between: kappa is attained at the start
        "headroom",  # +1 within, a random way above -1 between: the clip bites later
        "extreme",  # random signs
        "uniform",
    ),
    "visits": Choices(
        "random",  # a batch of its own for every step
        "one-batch",  # always the same, other rows are never visited
        "crowded",  # the first three items are in every batch
    ),
    "symmetrised": Choices(False, True),
}
STEPS: Domain = {
    "steps": Choices(
        "short",  # so short that Delta_r S/(tau sqrt(B)) is at most N: no bound is vacuous
        "long",
    )
}
ROWS: Domain = {**RUN, "symmetrised": Choices(False)}


@dataclass(frozen=True, kw_only=True)
class Twins:
    """A start, batches and step sizes: all that the two runs share."""

    sigma0: Tensor  # (n, n)
    labels: Tensor  # (n,)
    batches: list[Tensor]
    step_sizes: list[float]
    tau: float
    clip: bool = True
    symmetrised: bool = False

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same runs from a start in another precision, on another device."""
        return dataclasses.replace(
            self,
            sigma0=self.sigma0.to(dtype=dtype, device=device),
            labels=self.labels.to(device),
            batches=[batch.to(device) for batch in self.batches],
        )

    @cached_property
    def ladder(self) -> DriftLadder:
        """The drift and its bounds after every step."""
        return drift_ladder(
            self.sigma0,
            self.batches,
            self.labels,
            self.step_sizes,
            self.tau,
            clip=self.clip,
            symmetrised=self.symmetrised,
        )

    @property
    def drift(self) -> float:
        """D_T."""
        return float(self.ladder.measured[-1])

    @property
    def apart_at_most(self) -> float:
        """2 N, the largest distance of two matrices in [-1, 1]."""
        return 2.0 * len(self.labels)


def twins(
    *,
    n_reference: int,
    n_classes: int,
    batch_size: int,
    n_steps: int,
    tau: float,
    reach: float,
    classes: str,
    start: str,
    visits: str,
    symmetrised: bool = False,
    steps: str = "long",
    clip: bool = True,
    generator: torch.Generator,
) -> Twins:
    """Runs laid out as `RUN` and `STEPS` say; sizes too large for each other are cut to fit."""
    n = max(n_reference, n_classes + 1)
    b = min(batch_size, n)
    labels = class_labels(n, n_classes, classes)
    sigma0 = start_of(start, labels, generator)
    share = torch.rand(n_steps, generator=generator, dtype=torch.float64).mul(2).clamp(max=1)
    share[0] = 1.0
    step_sizes = 4 * tau**2 * b * reach * share
    batches = draw_batches(labels, b, n_steps, visits, generator)
    if steps == "short":
        ratio = max(float((same / other).max()) for same, other in compositions(batches, labels))
        total = n * min(reach, 1.0) * tau * b**0.5 * math.exp(-2 / tau) / (2 * ratio)
        step_sizes *= min(1.0, total / float(step_sizes.sum()))
    return Twins(
        sigma0=(sigma0 + sigma0.mT) / 2 if symmetrised else sigma0,
        labels=labels,
        batches=batches,
        step_sizes=step_sizes.tolist(),
        tau=tau,
        clip=clip,
        symmetrised=symmetrised,
    )


def compositions(batches: list[Tensor], labels: Tensor) -> list[tuple[Array, Array]]:
    """n_s and n_d of every anchor of every batch."""
    return [batch_composition(batch, labels) for batch in batches]


def class_labels(n: int, n_classes: int, classes: str) -> Tensor:
    """Labels (n,), n > n_classes, that begin with 0, 0, 1."""
    if classes == "balanced":
        return torch.cat([torch.zeros(1, dtype=torch.int64), torch.arange(n - 1) % n_classes])
    labels = torch.zeros(n, dtype=torch.int64)
    labels[2] = 1
    labels[n - n_classes + 2 :] = torch.arange(2, n_classes)
    return labels


def start_of(start: str, labels: Tensor, generator: torch.Generator) -> Tensor:
    """Similarities (n, n) in [-1, 1] as `RUN` says, not symmetric."""
    u = torch.rand(len(labels), len(labels), generator=generator, dtype=torch.float64)
    if start == "uniform":
        return 2 * u - 1
    if start == "extreme":
        return 1 - 2 * (u < 0.5).double()
    between = -torch.ones_like(u) if start == "apart" else u * u[0, 0] - 1
    return torch.where(labels[:, None] == labels[None, :], 1.0, between)


def draw_batches(
    labels: Tensor, b: int, n_steps: int, visits: str, generator: torch.Generator
) -> list[Tensor]:
    """Batches of b >= 3 distinct items of two classes or more, as `RUN` says.

    The first holds the first three items, of which two are of a class: some anchor has n_s >= 1.
    """

    def order(items: Tensor) -> Tensor:
        return items[torch.randperm(len(items), generator=generator)]

    everything = torch.arange(len(labels))
    drawn: list[Tensor] = []
    for t in range(n_steps):
        of_zero, of_others = everything[labels == 0], everything[labels != 0]
        kept = torch.cat([order(of_zero)[:1], order(of_others)[:1]])
        if visits == "crowded" or t == 0:
            kept = everything[:3]
        if visits == "one-batch" and drawn:
            drawn.append(drawn[0])
        else:
            rest = order(everything[~torch.isin(everything, kept)])
            drawn.append(torch.cat([kept, rest[: b - len(kept)]]))
    return drawn
