"""A small step of training is not, to first order, a step of the similarity descent."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from theory.alignment import similarity_gradient
from theory.claims._claim import Claim
from theory.claims._domain import Point, Reals
from theory.claims.luthra2025.alignment._roundoff import EPS
from theory.claims.luthra2025.alignment._source import PARAMETERS, restated

RIGHT_ANGLE: Point = {"degrees": 90.0, "tau": 1.0, "step": 1e-4}


@dataclass(frozen=True, kw_only=True)
class TwoVectors:
    """Two free vectors of norm 1, each the other's only negative; positives do not move."""

    z: Tensor  # (2, 2)
    tau: float
    eta: float


def build(*, degrees: float, tau: float, step: float, generator: torch.Generator) -> TwoVectors:
    """Vectors at that angle; eta = step tau."""
    theta = math.radians(degrees)
    z = torch.tensor([[1.0, 0.0], [math.cos(theta), math.sin(theta)]], dtype=torch.float64)
    return TwoVectors(z=z, tau=tau, eta=step * tau)


def moved(case: TwoVectors) -> float:
    """By how much one step on the batch loss, s / tau and a constant, changes the similarity s."""
    z = case.z.clone().requires_grad_()
    s = cosine_similarity(z[0], z[1], dim=0)
    (gradient,) = torch.autograd.grad(s / case.tau, z)
    after = (z - case.eta * gradient).detach()
    change: Tensor = cosine_similarity(after[0], after[1], dim=0) - s.detach()
    return float(change)


def surrogate(case: TwoVectors) -> float:
    """By how much a step of the symmetrised descent on similarities changes it."""
    labels, batch = torch.tensor([0, 1]), torch.tensor([0, 1])
    sigma = (case.z @ case.z.mT).clamp(-1.0, 1.0)
    gradient = similarity_gradient(sigma, batch, labels, case.tau, loss="cl", symmetrised=True)
    return -case.eta * gradient[0, 1].item()


def rounding(case: TwoVectors) -> float:
    """What the step's length allows, and some 20 roundings of s against the change of it.

    With a = eta / tau the ratio is 4 sin^2 (1 + a cos)/(1 + a^2 sin^2) exactly: it differs from its
    limit by at most 4 sin^2 (a |cos| + a^2 sin^2).
    """
    a, (cos, sin) = case.eta / case.tau, case.z[1].tolist()
    finite = 4.0 * sin * sin * (a * abs(cos) + a * a * sin * sin)
    return float(finite + 20.0 * EPS / abs(surrogate(case)))


CLAIMS = (
    Claim(
        name="luthra2025-alignment-surrogate-first-order",
        statement=r"\text{(literal, first order)}\quad \text{one step of descent on the weights "
        r"moves the similarities by }-\eta\,G(\Sigma)\,(1+o(1))\text{ as }\eta\to0",
        source=restated("Appendix D, read to first order"),
        proof=f"{PARAMETERS}#surrogate-and-training",
        status="refuted",
        kind="identity",
        domain={
            "degrees": Reals(1.0, 179.0),
            "tau": Reals(0.1, 10.0, log=True),
            "step": Reals(1e-6, 1e-3, log=True),
        },
        build=build,
        measured=lambda case: moved(case) / surrogate(case),
        relation="==",
        bound=lambda case: 1.0,
        rounding=rounding,
        counterexample=RIGHT_ANGLE,
        cost=0.5,
    ),
)
