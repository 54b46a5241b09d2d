"""Theorem 1 without clipping: the masses grow past kappa, the exponential makes up for it."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding, same_class_mass
from theory.alignment import negative_weights, similarity_descent
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025.alignment._source import DRIFT, ours, restated
from theory.claims.luthra2025.alignment._twins import Twins, start_of
from theory.claims.luthra2025.alignment.drift import drift, rounding_beside, rung


def build(
    *,
    n_others: int,
    n_lowering: int,
    n_paired: int,
    tau: float,
    reach: float,
    start: str,
    schedule: str,
    generator: torch.Generator,
) -> Twins:
    """A pair and singletons: one of the pair lowers its negatives alone, then meets the other.

    Paired batches have n_s/n_d = 1/n_others, the others 0.
    """
    b, n = n_others + 2, n_others + 3
    labels = torch.arange(n).sub(1).clamp(min=0)
    alone, paired = (
        torch.cat([torch.zeros(1, dtype=torch.int64), torch.arange(2, n)]),
        torch.arange(b),
    )
    batches = [alone] * n_lowering + [paired] * n_paired
    if schedule == "mixed":
        order = torch.randperm(len(batches), generator=generator)
        batches = [batches[int(t)] for t in order]
    share = torch.rand(len(batches), generator=generator, dtype=torch.float64).mul(2).clamp(max=1)
    steps = 4 * tau**2 * b * reach * share.clamp(min=0.01)
    return Twins(
        sigma0=start_of(start, labels, generator),
        labels=labels,
        batches=batches,
        step_sizes=steps.tolist(),
        tau=tau,
        clip=False,
    )


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """Row 0 of a long unclipped NSCL run, as an anchor of the batch 0, 1, 2, 3."""

    sigma: Tensor  # (6, 6)
    tau: float
    n_lowering: int

    @property
    def weights(self) -> tuple[Tensor, Tensor]:
        """p and q of anchor 0."""
        batch = torch.arange(4)
        p = negative_weights(self.sigma, batch, LOWERED_LABELS, self.tau, loss="cl")
        q = negative_weights(self.sigma, batch, LOWERED_LABELS, self.tau, loss="nscl")
        return p[0], q[0]


LOWERED_LABELS = torch.tensor([0, 0, 1, 1, 1, 1])


def build_lowered(
    *, n_lowering: int, tau: float, eta: float, generator: torch.Generator
) -> Lowered:
    """Item 0 meets only items of the other class, without a clip; no chance in it."""
    sigma0 = torch.full((6, 6), -1.0, dtype=torch.float64)
    sigma0[0, 1] = 1.0
    batches, steps = [torch.tensor([0, 2, 3])] * n_lowering, [eta] * n_lowering
    sigma = similarity_descent(sigma0, batches, LOWERED_LABELS, steps, tau, loss="nscl", clip=False)
    return Lowered(sigma=sigma, tau=tau, n_lowering=n_lowering)


def reweighting(case: Lowered) -> float:
    """||p - q||_2 of anchor 0."""
    p, q = case.weights
    return float((p - q).norm())


def lowered_rounding(case: Lowered) -> float:
    """Each step rounds an entry a few times at its magnitude; a softmax is 1-Lipschitz over tau."""
    size, eps = float(case.sigma.abs().max()), torch.finfo(torch.float64).eps
    entries = 8.0 * size * accumulated_rounding(4 * case.n_lowering + 8, eps)
    return entries / case.tau + 64.0 * eps


DOMAIN: Domain = {
    "n_others": Integers(1, 8),
    "n_lowering": Integers(0, 25),
    "n_paired": Integers(1, 10),
    "tau": Reals(0.05, 10.0, log=True),
    "reach": Reals(1e-3, 1.0, log=True),
    "start": Choices("apart", "headroom", "uniform"),
    "schedule": Choices("low-first", "mixed"),
}

CLAIMS = (
    Claim(
        name="luthra2025-alignment-similarity-drift-unclipped",
        statement=r"\text{no clip; }\Sigma_0\in[-1,1]^{N\times N},\text{ (H1), (H4), row-wise "
        r"gradient, }\eta_t\le4\tau^2B,\ L=1/(2\tau^2B):\quad\|\Sigma_T^{\mathrm{CL}}-"
        r"\Sigma_T^{\mathrm{NSCL}}\|_F\le\frac{\Delta_r}{\tau\sqrt B}\frac{e^{LS}-1}{L}\le e^{LS}"
        r"\frac{S}{\tau\sqrt B}\Delta_r",
        source=restated("Theorem 1, without clipping"),
        proof=f"{DRIFT}#no-clipping",
        status="corrected",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=drift,
        bound=rung("gronwall"),
        rounding=rounding_beside(rung("gronwall")),
        cost=16.0,
    ),
    Claim(
        name="luthra2025-alignment-mass-unclipped",
        statement=r"\text{(literal) along descent without a clip from }[-1,1]^{N\times N}:\quad"
        r"\|p-q\|_2\le\sqrt2\,\kappa(n_s,n_d,\tau)\text{ for every anchor}",
        source=ours("Lemma 2 read without clipping"),
        proof=f"{DRIFT}#no-clipping",
        status="refuted",
        kind="for-all",
        domain={
            "n_lowering": Integers(0, 4000),
            "tau": Reals(0.5, 4.0, log=True),
            "eta": Reals(0.01, 0.1, log=True),
        },
        build=build_lowered,
        measured=reweighting,
        bound=lambda case: math.sqrt(2.0) * same_class_mass(1, 2, case.tau).item(),
        rounding=lowered_rounding,
        counterexample={"n_lowering": 4000, "tau": 2.0, "eta": 0.05},
        cost=150.0,
    ),
)
