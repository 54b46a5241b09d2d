"""Theorem 2: weights drift apart by at most (G Delta / (beta tau)) (e^(beta S) - 1)."""

import math
from dataclasses import dataclass

import torch

from bounds import accumulated_rounding, parameter_drift
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point, Reals
from theory.claims.luthra2025.alignment import _perceptrons
from theory.claims.luthra2025.alignment._perceptrons import PERCEPTRONS, Twins
from theory.claims.luthra2025.alignment._roundoff import EPS
from theory.claims.luthra2025.alignment._source import PARAMETERS, ours, paper

ONE_STEP: Point = {
    "layout": "antipodal",
    "activation": "tanh",
    "batch_size": 4,
    "d": 3,
    "width": 4,
    "n_steps": 1,
    "tau": 0.5,
    "step": 0.3,
}


def theorem_2(case: Twins) -> float:
    """The bound with G and gap along the NSCL run and beta between the runs."""
    run = case.step_sum, case.smoothness, case.jacobian_norm, case.tau, case.gap
    return float(parameter_drift(*run))


def rounding(case: Twins) -> float:
    """Of both runs, and of the bound's arguments."""
    return case.training_error + case.bound_error * theorem_2(case)


@dataclass(frozen=True, kw_only=True)
class Quadratics:
    """Descent on -beta w^2/2 - g w and on -beta w^2/2, both from 0."""

    beta: float
    g: float
    eta: float
    n_steps: int


def build_quadratics(
    *, beta: float, g: float, eta: float, n_steps: int, generator: torch.Generator
) -> Quadratics:
    """The case is its parameters."""
    return Quadratics(beta=beta, g=g, eta=eta, n_steps=n_steps)


def descended(case: Quadratics) -> float:
    """|w_T - w'_T| after T steps of each."""
    w = other = 0.0
    for _ in range(case.n_steps):
        w -= case.eta * (-case.beta * w - case.g)
        other -= case.eta * (-case.beta * other)
    return abs(w - other)


def compounded(case: Quadratics) -> float:
    """(g / beta) ((1 + beta eta)^T - 1)."""
    power = case.n_steps * math.log1p(case.beta * case.eta)
    return case.g / case.beta * math.expm1(power)


def quadratic_rounding(case: Quadratics) -> float:
    """Four roundings a step, all terms positive; the power's error p eps costs (p + 1) eps."""
    power = case.n_steps * math.log1p(case.beta * case.eta)
    relative = accumulated_rounding(4 * case.n_steps + 8, EPS) + 8.0 * EPS * (power + 1.0)
    return relative * compounded(case)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-parameter-drift",
        statement=r"\forall\text{ shared batches and steps},\ \text{batch CL losses }\beta\text{-"
        r"smooth between the runs},\ \|\nabla s_{ij}\|\le G\text{ and }2m_i\le\Delta\text{ along "
        r"the NSCL run}:\quad \|w_T^{\mathrm{CL}}-w_T^{\mathrm{NSCL}}\|\le\frac{G\,\Delta}"
        r"{\beta\tau}\bigl(e^{\beta S}-1\bigr)",
        source=paper("Theorem 2, stated up to a constant; its hypotheses partly ours"),
        proof=f"{PARAMETERS}#theorem-2",
        status="corrected",
        kind="for-all",
        domain=PERCEPTRONS,
        build=_perceptrons.build,
        measured=lambda case: case.distance,
        bound=theorem_2,
        rounding=rounding,
        attained_by=(ONE_STEP, {**ONE_STEP, "batch_size": 6, "tau": 3.0}),
        cost=36.0,
    ),
    Claim(
        name="luthra2025-alignment-parameter-drift-quadratic",
        statement=r"\forall\beta,g,\eta>0,\ T\ge0,\ w_0=0:\text{ descent on }-\tfrac\beta2w^2-gw"
        r"\text{ and on }-\tfrac\beta2w^2\text{ ends }\frac g\beta\bigl((1+\beta\eta)^T-1\bigr)"
        r"\text{ apart}",
        source=ours("Theorem 2's recursion attained"),
        proof=f"{PARAMETERS}#the-recursion-is-attained",
        status="sharper",
        kind="identity",
        domain={
            "beta": Reals(1e-12, 10.0, log=True),
            "g": Reals(1e-3, 10.0, log=True),
            "eta": Reals(1e-4, 1.0, log=True),
            "n_steps": Integers(0, 60),
        },
        build=build_quadratics,
        measured=descended,
        relation="==",
        bound=compounded,
        rounding=quadratic_rounding,
        cost=0.1,
    ),
)
