"""Theorem 1's printed gap turns negative for small batches and is no O(1/C) for many classes."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from bounds import accumulated_rounding, composition_deviation, gradient_gap
from theory.alignment import similarity_descent
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Reals
from theory.claims.luthra2025.alignment._source import CALCULATORS, paper, restated

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """T steps on balanced batches, all but the first of size 0, from equal similarities."""

    n_classes: int
    batch_size: int
    n_steps: int
    delta: float
    step_size: float
    tau: float

    @property
    def share(self) -> float:
        """u = pi_max + epsilon."""
        epsilon = composition_deviation(self.batch_size, self.n_steps, self.delta)
        return 1.0 / self.n_classes + float(epsilon)


def first_step(*, generator: torch.Generator, **values: float) -> FirstStep:
    """The case is described by its numbers."""
    return FirstStep(**values)  # type: ignore[arg-type]  # the domain holds what each is


def drift(case: FirstStep) -> float:
    """D_T; the steps of size 0 move neither run."""
    items = torch.arange(case.batch_size)
    start = torch.zeros(case.batch_size, case.batch_size, dtype=torch.float64)
    labels = items % case.n_classes
    contrastive, supervised = (
        similarity_descent(start, [items], labels, [case.step_size], case.tau, loss=loss)
        for loss in ("cl", "nscl")
    )
    return float((contrastive - supervised).norm())


def printed(case: FirstStep) -> float:
    """Theorem 1 with u/(1 - u) as it stands."""
    scale = case.step_size / (case.tau * math.sqrt(case.batch_size))
    growth = math.exp(case.step_size / (2.0 * case.tau**2 * case.batch_size))
    return growth * scale * 2.0 * math.exp(2.0 / case.tau) * case.share / (1.0 - case.share)


def drift_rounding(case: FirstStep) -> float:
    """Softmaxes and a norm of B^2 entries; 1 - u magnifies the roundings of u."""
    measured = accumulated_rounding(4 * case.batch_size**2, EPS) * drift(case)
    return measured + accumulated_rounding(24, EPS) * abs(printed(case) / (1.0 - case.share))


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A constant proposed for the rate 1/C, and so many classes that it is too small."""

    constant: float
    batch_size: float
    n_steps: float
    delta: float
    tau: float

    @property
    def epsilon(self) -> float:
        """Deviation of the batches' class shares: no C in it."""
        return float(composition_deviation(self.batch_size, self.n_steps, self.delta))

    @property
    def n_classes(self) -> float:
        """C >= K/epsilon, where 2 C u/(1 - u) > 2 C epsilon >= 2 K."""
        return float(max(2, math.ceil(self.constant / self.epsilon)))


def constant(*, generator: torch.Generator, **values: float) -> Constant:
    """The case is described by its numbers."""
    return Constant(**values)


def scaled_gap(case: Constant) -> float:
    """C Delta / e^(2/tau)."""
    gap = float(gradient_gap(1.0 / case.n_classes, case.epsilon, case.tau))
    return case.n_classes * gap / math.exp(2.0 / case.tau)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-negative-gap",
        statement=r"\text{literally, for all } C,B,T,\delta,\ u=\tfrac1C+"
        r"\sqrt{\tfrac{\log(TB/\delta)}{2B}}\text{, and all balanced batches}:\quad"
        r"D_T\le e^{S/(2\tau^2B)}\frac{S}{\tau\sqrt B}\cdot2e^{2/\tau}\frac{u}{1-u}",
        source=restated("Theorem 1 without u < 1"),
        proof=f"{CALCULATORS}#the-printed-gap-turns-negative",
        status="refuted",
        kind="for-all",
        domain={
            "n_classes": Integers(2, 10),
            "batch_size": Integers(11, 32),
            "n_steps": Integers(1, 10**5),
            "delta": Reals(1e-6, 0.5, log=True),
            "step_size": Reals(1e-3, 1.0, log=True),
            "tau": Reals(0.5, 2.0, log=True),
        },
        build=first_step,
        measured=drift,
        bound=printed,
        rounding=drift_rounding,
        counterexample={
            "n_classes": 2,
            "batch_size": 16,
            "n_steps": 1000,
            "delta": 0.05,
            "step_size": 1.0,
            "tau": 1.0,
        },
        cost=0.5,
    ),
    Claim(
        name="luthra2025-alignment-one-over-c",
        statement=r"\text{literally}:\quad\forall B,T,\delta,\tau\ \exists K\ \forall C:\quad"
        r"\Delta_{1/C,\delta}(B;\tau)\le K\,e^{2/\tau}/C\qquad(\Delta=O(e^{2/\tau}/C))",
        source=paper("Theorem 1, the gap written O(e^{2/tau}/C)"),
        proof=f"{CALCULATORS}#no-rate-in-the-number-of-classes",
        status="refuted",
        kind="for-all",
        domain={
            "constant": Reals(1.0, 1e6, log=True),
            "batch_size": Reals(128.0, 1e6, log=True),
            "n_steps": Reals(1.0, 1e6, log=True),
            "delta": Reals(1e-3, 0.5, log=True),
            "tau": Reals(0.05, 10.0, log=True),
        },
        build=constant,
        measured=scaled_gap,
        bound=lambda case: case.constant,
        rounding=lambda case: accumulated_rounding(64, EPS) * scaled_gap(case),
        counterexample={
            "constant": 1000.0,
            "batch_size": 1024.0,
            "n_steps": 1e5,
            "delta": 0.05,
            "tau": 1.0,
        },
        cost=0.2,
    ),
)
