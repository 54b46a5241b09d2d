"""Theorem 1's bound falls in tau, classes and batch size, and rises in steps and confidence."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from bounds import (
    accumulated_rounding,
    composition_deviation,
    log_gradient_gap,
    log_similarity_drift,
)
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Reals
from theory.claims.luthra2025.alignment._source import CALCULATORS, restated


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the bound of Theorem 1 depends on, for equal classes."""

    n_classes: float
    batch_size: float
    n_steps: float
    delta: float
    step_sum: float
    tau: float

    @property
    def epsilon(self) -> float:
        """Deviation of the batches' class shares."""
        return float(composition_deviation(self.batch_size, self.n_steps, self.delta))

    @property
    def log_gap(self) -> float:
        """log Delta."""
        return float(log_gradient_gap(1.0 / self.n_classes, self.epsilon, self.tau))

    @property
    def log_bound(self) -> float:
        """log of Theorem 1."""
        scale = float(log_similarity_drift(self.step_sum, self.batch_size, self.tau, 1.0))
        return scale + self.log_gap

    @property
    def rounding(self) -> float:
        """Sums of logarithms; 1 - u magnifies the few roundings of u."""
        share = 1.0 / self.n_classes + self.epsilon
        exponent = self.step_sum / (2.0 * self.tau**2 * self.batch_size)
        logs = (self.step_sum, self.tau, self.batch_size, share, 1.0 - share, 2.0)
        terms = exponent + 2.0 / self.tau + sum(abs(math.log(x)) for x in logs)
        eps = float(np.finfo(np.float64).eps)
        return accumulated_rounding(24, eps) * (terms + 1.0 / (1.0 - share))


@dataclass(frozen=True, kw_only=True)
class Move:
    """Two settings, of which the theorem's bound is the smaller at the first."""

    smaller: Setting
    larger: Setting
    gap_apart: bool
    """Compare without the gap, as where the steps grow with the batch."""


FALLS, RISES = ("tau", "n_classes", "batch_size"), ("step_sum", "n_steps", "confidence", "scaled")


def build(*, direction: str, factor: float, generator: torch.Generator, **base: float) -> Move:
    """The base setting, and it with one quantity multiplied; `scaled`: S in proportion to B."""
    start = Setting(**base)
    values = dict(base)
    if direction == "confidence":
        values["delta"] /= factor
    elif direction == "scaled":
        values["batch_size"] *= factor
        values["step_sum"] *= factor
    else:
        values[direction] *= factor
    end = Setting(**values)
    smaller, larger = (end, start) if direction in FALLS else (start, end)
    return Move(smaller=smaller, larger=larger, gap_apart=direction == "scaled")


def value(setting: Setting, *, gap_apart: bool) -> float:
    """log of Theorem 1, or of what multiplies its gap."""
    return setting.log_bound - (setting.log_gap if gap_apart else 0.0)


CLAIM = Claim(
    name="luthra2025-alignment-theorem1-monotone",
    statement=r"\pi_c=1/C,\ u=1/C+\epsilon<1:\quad \log\Bigl[e^{S/(2\tau^2B)}"
    r"\frac{S}{\tau\sqrt B}\Delta\Bigr]\ \text{falls in } \tau \text{ and in } C,\text{ in } B"
    r"\text{ at fixed } S \text{ where } TB/\delta\ge e,\text{ and rises in } S,\ T,\ 1/\delta;"
    r"\ \text{with } S\propto B,\ \text{the factor of } \Delta \text{ rises in } B",
    source=restated("reading of Theorem 1"),
    proof=f"{CALCULATORS}#monotonicity-of-theorem-1",
    status="corrected",
    kind="for-all",
    domain={
        "direction": Choices(*FALLS, *RISES),
        "factor": Reals(1.001, 10.0, log=True),
        "n_classes": Reals(2.0, 1e4, log=True),
        "batch_size": Reals(256.0, 1e6, log=True),
        "n_steps": Reals(1.0, 1e6, log=True),
        "delta": Reals(1e-6, 0.99, log=True),
        "step_sum": Reals(1e-3, 1e6, log=True),
        "tau": Reals(1e-2, 1e2, log=True),
    },
    build=build,
    measured=lambda case: value(case.smaller, gap_apart=case.gap_apart),
    bound=lambda case: value(case.larger, gap_apart=case.gap_apart),
    rounding=lambda case: 2.0 * (case.smaller.rounding + case.larger.rounding),
    cost=0.2,
)
