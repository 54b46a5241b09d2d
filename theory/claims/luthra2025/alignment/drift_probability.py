"""Theorem 1 over random batches: the drift exceeds its bound with probability at most delta."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

from bounds import composition_deviation, gradient_gap, similarity_drift
from synthetic import Trials
from theory.alignment import drift_ladder
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.luthra2025.alignment._source import DRIFT, restated
from theory.claims.luthra2025.alignment._twins import class_labels, start_of

RUNS = 40  # independent runs; with 40 failures the lower limit is 0.6, above every delta
FAILURE = 1e-9  # of the one-sided interval around the share of failures


@dataclass(frozen=True, kw_only=True)
class Runs:
    """One start, and independent runs of T batches drawn without replacement from N items."""

    sigma0: Tensor  # (n, n)
    labels: Tensor  # (n,)
    batches: list[list[Tensor]]  # RUNS of T
    step_size: float
    tau: float
    delta: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same runs from a start in another precision, on another device."""
        return dataclasses.replace(
            self,
            sigma0=self.sigma0.to(dtype=dtype, device=device),
            labels=self.labels.to(device),
            batches=[[batch.to(device) for batch in run] for run in self.batches],
        )

    @cached_property
    def theorem_1(self) -> float:
        """The theorem's bound with Delta at the printed epsilon, +inf when u >= 1."""
        b, n_steps = len(self.batches[0][0]), len(self.batches[0])
        pi_max = float(self.labels.bincount().max()) / len(self.labels)
        epsilon = composition_deviation(b, n_steps, self.delta)
        gap = gradient_gap(pi_max, epsilon, self.tau)
        return similarity_drift(n_steps * self.step_size, b, self.tau, gap).item()

    def fails(self, run: list[Tensor]) -> bool:
        """Whether NSCL is undefined on some batch, or the drift ends above a finite bound."""
        if math.isinf(self.theorem_1):  # u >= 1
            return False
        if any(len(self.labels[batch].unique()) == 1 for batch in run):  # type: ignore[no-untyped-call]  # torch
            return True
        steps = [self.step_size] * len(run)
        ladder = drift_ladder(self.sigma0, run, self.labels, steps, self.tau)
        return not float(ladder.measured[-1] - ladder.rounding[-1]) <= self.theorem_1


def build(
    *,
    n_reference: int,
    n_classes: int,
    batch_size: int,
    n_steps: int,
    tau: float,
    reach: float,
    delta: float,
    classes: str,
    start: str,
    generator: torch.Generator,
) -> Runs:
    """Batches drawn uniformly from all items, a constant step, as hard a start as any."""
    n = max(n_reference, n_classes + 1, batch_size)
    labels = class_labels(n, n_classes, classes)

    def batch() -> Tensor:
        return torch.randperm(n, generator=generator)[:batch_size]

    return Runs(
        sigma0=start_of(start, labels, generator),
        labels=labels,
        batches=[[batch() for _ in range(n_steps)] for _ in range(RUNS)],
        step_size=4 * tau**2 * batch_size * reach,
        tau=tau,
        delta=delta,
    )


def failures(case: Runs) -> float:
    """Lower confidence limit of the probability to fail."""
    return Trials(sum(map(case.fails, case.batches)), RUNS).lower(FAILURE)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-similarity-drift-probability",
        statement=r"\text{(H1)--(H3), batches of } B\ge3\text{ items drawn without replacement, }"
        r"u=\pi_{\max}+\sqrt{\log(TB/\delta)/(2B)}<1:\quad P\Bigl(\|\Sigma_T^{\mathrm{CL}}-"
        r"\Sigma_T^{\mathrm{NSCL}}\|_F>e^{S/(2\tau^2B)}\frac{S}{\tau\sqrt B}\Delta\Bigr)\le\delta,"
        r"\ \Delta=2e^{2/\tau}\frac{u}{1-u}\ (\text{vacuous, }+\infty,\text{ for }u\ge1)",
        source=restated("Theorem 1"),
        proof=f"{DRIFT}#theorem-1",
        status="corrected",
        kind="probability",
        domain={
            "n_reference": Integers(6, 48),
            "n_classes": Integers(2, 6),
            "batch_size": Integers(3, 40),
            "n_steps": Integers(1, 4),
            "tau": Reals(0.05, 10.0, log=True),
            "reach": Reals(1e-4, 1.0, log=True),
            "delta": Reals(0.01, 0.5, log=True),
            "classes": Choices("balanced", "one-large"),
            "start": Choices("apart", "headroom"),
        },
        build=build,
        measured=failures,
        bound=lambda case: case.delta,
        rounding=lambda case: 0.0,
        # Matrices in [-1, 1] are never further apart than 2 N: beyond that there is no failure.
        trivial=lambda case: 1.0 if case.theorem_1 < 2.0 * len(case.labels) else 0.0,
        cost=90.0,
    ),
)
