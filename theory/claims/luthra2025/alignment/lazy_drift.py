"""With a constant Jacobian nothing grows exponentially: the gaps of the steps just add up."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import similarity_gradient
from theory.alignment._run import Loss
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.luthra2025.alignment._roundoff import EPS, length
from theory.claims.luthra2025.alignment._source import PARAMETERS, ours

Array = NDArray[np.float64]
ONE_STEP: Point = {
    "n_items": 5,
    "jacobian": "isometry",
    "n_steps": 1,
    "tau": 0.5,
    "share": 1.0,
    "start": "hostile",
}


@dataclass(frozen=True, kw_only=True)
class LazyTwins:
    """Descent on w, both losses, where the similarities are Sigma_0 + J w; both from w = 0."""

    sigma0: Tensor  # (n, n)
    jacobian: Tensor  # (n n, p)
    batches: Tensor  # (t, b), indices
    labels: Tensor  # (n,)
    tau: float
    steps: Tensor  # (t,)

    @property
    def norm(self) -> float:
        """lambda = ||J||_2^2."""
        return float(torch.linalg.matrix_norm(self.jacobian, 2)) ** 2

    def sigma(self, w: Tensor) -> Tensor:
        """The similarities at w."""
        return self.sigma0 + (self.jacobian @ w).reshape(self.sigma0.shape)

    def gradient(self, w: Tensor, t: int, loss: Loss) -> Tensor:
        """That of batch t in the similarities, without the positives' part (n n,)."""
        batch = self.batches[t]
        return similarity_gradient(self.sigma(w), batch, self.labels, self.tau, loss=loss).flatten()

    def run(self, loss: Loss) -> list[Tensor]:
        """w_0 .. w_T, each of shape (p,)."""
        positives = torch.zeros_like(self.sigma0)
        w = [self.jacobian.new_zeros(self.jacobian.shape[1])]
        for t, batch in enumerate(self.batches):
            pull = positives.clone()
            pull[batch, batch] = -1.0 / (self.tau * len(batch))
            whole = self.gradient(w[-1], t, loss) + pull.flatten()
            w.append(w[-1] - self.steps[t] * (self.jacobian.mT @ whole))
        return w

    @cached_property
    def runs(self) -> tuple[list[Tensor], list[Tensor]]:
        """The CL run and the NSCL run."""
        return self.run("cl"), self.run("nscl")

    @cached_property
    def distances(self) -> Array:
        """D_T and ||w_T^CL - w_T^NSCL||."""
        difference = self.runs[0][-1] - self.runs[1][-1]
        return np.array([length(self.jacobian @ difference), length(difference)])

    @cached_property
    def bounds(self) -> Array:
        """lambda sum eta_t ||gap_t|| and sum eta_t ||J' gap_t||, gaps at the NSCL states."""
        total = np.zeros(2)
        for t, w in enumerate(self.runs[1][:-1]):
            gap = self.gradient(w, t, "cl") - self.gradient(w, t, "nscl")
            own = [self.norm * length(gap), length(self.jacobian.mT @ gap)]
            total += self.steps[t].item() * np.array(own)
        return total

    @property
    def rounding(self) -> Array:
        """Of both runs, whose errors only add up as the distances do, and of the bounds.

        Weights, of norm 1 a row, err by that of a similarity over tau; J and J' multiply in p and
        n^2 terms; lambda comes from an SVD.
        """
        n, p = self.jacobian.shape
        b, size = self.batches.shape[1], max(length(w) for run in self.runs for w in run)
        scale = length(self.jacobian)
        one = accumulated_rounding(n + p + b + 32, EPS)
        similarity = (self.sigma0.abs().max().item() + scale * size) / self.tau
        gradient = one * (1.0 + 2.0 * similarity) / (self.tau * b**0.5)
        # Two runs, and the two gradients of a gap: twice each, J' at once included.
        moves = (
            4.0 * self.steps.sum().item() * scale * gradient + 2.0 * len(self.steps) * EPS * size
        )
        through = np.array([scale, 1.0])
        own = np.array([one * scale * size, 0.0])
        relative = accumulated_rounding(8 * (n + p), EPS)
        return np.asarray(through * 2.0 * moves + own + relative * self.bounds)


def _random(n: int, generator: torch.Generator) -> Tensor:
    return torch.randn(n * n, 2 * n, generator=generator, dtype=torch.float64)


def _steep(n: int, generator: torch.Generator) -> Tensor:
    """Singular values from 1 to 1e-3."""
    left: Tensor = torch.linalg.qr(_random(n, generator)).Q
    return left * torch.logspace(0, -3, left.shape[1], dtype=torch.float64)


def _line(n: int, generator: torch.Generator) -> Tensor:
    return _random(n, generator)[:, :1]


def _isometry(n: int, generator: torch.Generator) -> Tensor:
    return 3.0 * torch.eye(n * n, dtype=torch.float64)


JACOBIANS: dict[str, Callable[[int, torch.Generator], Tensor]] = {
    "random": _random,
    "steep": _steep,
    "line": _line,  # one parameter
    "isometry": _isometry,  # JJ' = 9 I: the similarities descend by themselves
}


def build(
    *,
    n_items: int,
    jacobian: str,
    n_steps: int,
    tau: float,
    share: float,
    start: str,
    generator: torch.Generator,
) -> LazyTwins:
    """Batches of all items but one, two classes in each; step sizes `share` of 2/(L lambda)."""
    labels = torch.arange(n_items) % 2
    same = labels[:, None] == labels
    if start == "hostile":
        sigma0 = torch.where(same, 1.0, -1.0).double()
    else:
        sigma0 = 2.0 * torch.rand(n_items, n_items, generator=generator, dtype=torch.float64) - 1.0
    j = JACOBIANS[jacobian](n_items, generator)
    batches = torch.stack(
        [torch.randperm(n_items, generator=generator)[: n_items - 1] for _ in range(n_steps)]
    )
    longest = 4.0 * tau * tau * (n_items - 1) / torch.linalg.matrix_norm(j, 2).square()
    steps = share * longest * torch.ones(n_steps, dtype=torch.float64)
    return LazyTwins(
        sigma0=sigma0, jacobian=j, batches=batches, labels=labels, tau=tau, steps=steps
    )


CLAIMS = (
    Claim(
        name="luthra2025-alignment-lazy-drift",
        statement=r"\forall\,\Sigma(w)=\Sigma_0+Jw,\ \lambda=\|J\|_2^2,\ \eta_t\le2/(L\lambda),\ "
        r"L=1/(2\tau^2B):\quad D_T\le\lambda\sum_t\eta_t\|\mathrm{gap}_t\|_F,\ \|w_T^{\mathrm{CL}}"
        r"-w_T^{\mathrm{NSCL}}\|\le\sum_t\eta_t\|J^\top\mathrm{gap}_t\|,\ \mathrm{gap}_t=(G_t^"
        r"{\mathrm{CL}}-G_t^{\mathrm{NSCL}})(\Sigma(w_t^{\mathrm{NSCL}}))",
        source=ours("Theorem 2 where the Jacobian is constant"),
        proof=f"{PARAMETERS}#constant-jacobian",
        status="sharper",
        kind="for-all",
        domain={
            "n_items": Integers(4, 7),
            "jacobian": Choices(*JACOBIANS),
            "n_steps": Integers(1, 12),
            "tau": Reals(0.1, 5.0, log=True),
            "share": Reals(1e-3, 1.0, log=True),
            "start": Choices("random", "hostile"),
        },
        build=build,
        measured=lambda case: case.distances,
        bound=lambda case: case.bounds,
        rounding=lambda case: case.rounding,
        attained_by=(ONE_STEP,),
        cost=6.0,
    ),
)
