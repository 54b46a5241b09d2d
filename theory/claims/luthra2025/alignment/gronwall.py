"""Closed Gronwall: the recursion of Theorem 1 summed exactly is below its printed bound."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from bounds import accumulated_rounding, log_similarity_drift, log_similarity_drift_gronwall
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Reals
from theory.claims.luthra2025.alignment._source import CALCULATORS, ours


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Step sizes eta_t and what they are taken with."""

    step_sizes: tuple[float, ...]
    batch_size: float
    tau: float
    gap: float

    @property
    def run(self) -> tuple[float, float, float, float]:
        """The arguments of the calculators."""
        return math.fsum(self.step_sizes), self.batch_size, self.tau, self.gap


def build(
    *,
    n_steps: int,
    step_sum: float,
    batch_size: float,
    tau: float,
    gap: float,
    generator: torch.Generator,
) -> Schedule:
    """Step sizes in random proportions."""
    shares = torch.rand(n_steps, generator=generator, dtype=torch.float64) + 1e-3
    steps = tuple((step_sum * shares / shares.sum()).tolist())
    return Schedule(step_sizes=steps, batch_size=batch_size, tau=tau, gap=gap)


def log_recursion(case: Schedule) -> float:
    """log of (g/L)(prod_t (1 + L eta_t) - 1), what D <- (1 + L eta) D + eta g arrives at."""
    smoothness = 1.0 / (2.0 * case.tau**2 * case.batch_size)
    exponent = math.fsum(math.log1p(smoothness * eta) for eta in case.step_sizes)
    below = math.log(-math.expm1(-exponent)) + exponent
    scale = math.log(case.gap) - math.log(case.tau) - 0.5 * math.log(case.batch_size)
    return scale - math.log(smoothness) + below


def measured(case: Schedule) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Logarithms of the recursion's value and of its closed form."""
    return np.array([log_recursion(case), float(log_similarity_drift_gronwall(*case.run))])


def bound(case: Schedule) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Logarithms of the closed form and of Theorem 1."""
    closed, printed = log_similarity_drift_gronwall(*case.run), log_similarity_drift(*case.run)
    return np.array([float(closed), float(printed)])


def rounding(case: Schedule) -> float:
    """Sums of a few logarithms; the recursion's exponent adds one rounding per step."""
    total, size, tau, gap = case.run
    # log L enters once as it is and once through the exponent's logarithm.
    exponent = total / (2.0 * tau**2 * size)
    terms = exponent + 4.0 + sum(abs(math.log(x)) for x in (total, size, size, tau, tau, tau, gap))
    return 2.0 * accumulated_rounding(len(case.step_sizes) + 24, np.finfo(np.float64).eps) * terms


CLAIM = Claim(
    name="luthra2025-alignment-gronwall",
    statement=r"\forall \eta_t\ge0,\ S=\textstyle\sum_t\eta_t,\ L=\frac1{2\tau^2B},\ "
    r"g=\frac{\Delta}{\tau\sqrt B}:\quad \frac gL\Bigl(\prod_t(1+L\eta_t)-1\Bigr)\le"
    r"\frac gL(e^{LS}-1)\le gSe^{LS},\ \text{with equality as } LS\to0",
    source=ours("Theorem 1's recursion in closed form"),
    proof=f"{CALCULATORS}#closed-gronwall",
    status="sharper",
    kind="for-all",
    domain={
        "n_steps": Integers(1, 25),
        "step_sum": Reals(1e-9, 1e6, log=True),
        "batch_size": Reals(1.0, 1e6, log=True),
        "tau": Reals(1e-3, 1e3, log=True),
        "gap": Reals(1e-9, 1e9, log=True),
    },
    build=build,
    measured=measured,
    bound=bound,
    rounding=rounding,
    attained_by=(
        {"n_steps": 1, "step_sum": 1e-30, "batch_size": 8.0, "tau": 1.0, "gap": 1.0},
        {"n_steps": 25, "step_sum": 1e-200, "batch_size": 1.0, "tau": 0.1, "gap": 1e-3},
    ),
    cost=0.2,
)
