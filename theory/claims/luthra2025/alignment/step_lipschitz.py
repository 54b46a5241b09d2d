"""Lemmas 3 and 5: the gradient is 1/(2 tau^2 B)-Lipschitz; steps to 4 tau^2 B do not expand."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

import torch
from torch import Tensor

from theory.alignment import similarity_descent, similarity_gradient
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.luthra2025.alignment._source import STEP, ours, restated
from theory.claims.luthra2025.alignment._states import BATCHES, State, random_state

PAIRS = Choices(
    "close",  # two competing negatives per row, moved apart: p = (1/2, 1/2) along (1, -1)
    "far",  # both uniform in [-1, 1]
    "opposite",  # a vertex of the cube and its opposite
    "outside",  # different in rows outside the batch alone, which do not move
    "shift",  # different by a constant along each row, which moves no softmax
)
DOMAIN: Domain = {
    **BATCHES,
    "spare": Integers(1, 2),
    "pair": PAIRS,
    "loss": Choices("cl", "nscl"),
    "distance": Reals(0.01, 1.0, log=True),  # of close points, against tau
}
STEPS: Domain = {
    **DOMAIN,
    "step": Choices("clipped", "free", "symmetrised"),
    "pace": Reals(0.01, 4.0, log=True),  # step size against 2/L = 4 tau^2 B
}


@dataclass(frozen=True, kw_only=True)
class Pair(State):
    """Two matrices of similarities, and the step that both take."""

    other: Tensor  # (n, n)
    loss: Literal["cl", "nscl"]
    step: str = "free"
    pace: float = 1.0

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same pair in another precision, on another device."""
        moved = super().to(dtype=dtype, device=device)
        return dataclasses.replace(moved, other=self.other.to(device, dtype))

    @property
    def lipschitz(self) -> float:
        """L = 1/(2 tau^2 B)."""
        return 1.0 / (2.0 * self.tau**2 * len(self.batch))

    @property
    def eta(self) -> float:
        """The step size."""
        return self.pace * 2.0 / self.lipschitz

    @property
    def distance(self) -> float:
        """||Sigma - Sigma'||_F."""
        return float(torch.linalg.vector_norm(self.sigma - self.other))


def build(
    *,
    pair: str,
    loss: Literal["cl", "nscl"],
    distance: float,
    step: str = "free",
    pace: float = 1.0,
    generator: torch.Generator,
    **batch: Any,
) -> Pair:
    """Two states laid out as `PAIRS` says; symmetric ones if the step asks for them."""
    state = random_state(generator=generator, **batch)
    uniform = torch.rand(state.sigma.shape, generator=generator, dtype=torch.float64)
    sigma, other = state.sigma, 2.0 * uniform - 1.0
    if pair == "close":
        sigma, other = competing(state, loss, min(distance * state.tau, 0.5))
    elif pair == "opposite":
        sigma, other = sigma.sign(), -sigma.sign()
    elif pair == "outside":
        inside = torch.isin(torch.arange(len(sigma)), state.batch)
        both = inside[:, None] & inside  # of symmetric matrices the columns are outside too
        other = torch.where(both, sigma, other)
    elif pair == "shift":
        sigma, other = sigma / 2.0 + 0.5, sigma / 2.0 - 0.5
    if step == "symmetrised":
        sigma, other = (sigma + sigma.mT) / 2.0, (other + other.mT) / 2.0
    return Pair(**{**vars(state), "sigma": sigma}, other=other, loss=loss, step=step, pace=pace)


def competing(state: State, loss: str, apart: float) -> tuple[Tensor, Tensor]:
    """-1 but for two negatives in each row, at 1/2 +- apart, exchanged in the other matrix."""
    n = len(state.labels)
    sigma = -torch.ones(n, n, dtype=torch.float64)
    other = sigma.clone()
    for i in state.batch.tolist():
        allowed = [
            j
            for j in state.batch.tolist()
            if j != i and (loss == "cl" or state.labels[j] != state.labels[i])
        ]
        here = torch.tensor(allowed[:2])
        signs = torch.tensor([1.0, -1.0], dtype=torch.float64)[: len(here)]
        sigma[i, here], other[i, here] = 0.5 + apart * signs, 0.5 - apart * signs
    return sigma, other


def gradients_apart(case: Pair) -> float:
    """||G(Sigma) - G(Sigma')||_F."""
    g, h = (
        similarity_gradient(s, case.batch, case.labels, case.tau, loss=case.loss)
        for s in (case.sigma, case.other)
    )
    return float(torch.linalg.vector_norm(g - h))


def steps_apart(case: Pair) -> float:
    """The distance after one step from each."""
    after, other = (
        similarity_descent(
            s,
            [case.batch],
            case.labels,
            [case.eta],
            case.tau,
            loss=case.loss,
            clip=case.step == "clipped",
            symmetrised=case.step == "symmetrised",
        )
        for s in (case.sigma, case.other)
    )
    return float(torch.linalg.vector_norm(after - other))


def expansion(case: Pair) -> float:
    """max(1, eta L - 1) times the distance before."""
    return max(1.0, case.eta * case.lipschitz - 1.0) * case.distance


def rounding(case: Pair) -> float:
    """Of two gradients, and of the distance."""
    return case.roundoff * (2.0 * case.row_scale + case.lipschitz * case.distance)


def rounding_of_steps(case: Pair) -> float:
    """Of two gradients times eta, of what is subtracted from them, and of the distance."""
    moved = 2.0 * (len(case.sigma) + case.eta * case.row_scale)
    return case.roundoff * (moved + expansion(case))


OUTSIDE: Point = {
    "n_max": 2,
    "n_classes": 3,
    "imbalance": "equal",
    "spare": 2,
    "tau": 0.5,
    "pair": "outside",
    "loss": "cl",
    "distance": 1.0,
    "step": "free",
    "pace": 1.0,
}
CLAIMS = (
    Claim(
        name="luthra2025-alignment-gradient-lipschitz",
        statement=r"\forall\Sigma,\Sigma',\ B\text{ distinct indices},\ \tau>0:\quad"
        r"\|G(\Sigma)-G(\Sigma')\|_F\le\frac1{2\tau^2B}\|\Sigma-\Sigma'\|_F,\quad"
        r"G\in\{G^{\mathrm{CL}},G^{\mathrm{NSCL}}\}",
        source=restated("Lipschitz constant of a step, with distinct indices added"),
        proof=f"{STEP}#lemma-3-lipschitz-gradient",
        status="corrected",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=gradients_apart,
        bound=lambda case: case.lipschitz * case.distance,
        rounding=rounding,
        cost=1.0,
    ),
    Claim(
        name="luthra2025-alignment-nonexpansive-step",
        statement=r"\forall\Sigma,\Sigma',\ \eta\ge0,\ L=\tfrac1{2\tau^2B}:\quad"
        r"\|(\Sigma-\eta G(\Sigma))-(\Sigma'-\eta G(\Sigma'))\|_F\le\max(1,\eta L-1)"
        r"\|\Sigma-\Sigma'\|_F,\quad\text{clipped to }[-1,1]\text{ too, and for }(G+G')/2",
        source=ours("a step of size at most 4 tau^2 B does not expand"),
        proof=f"{STEP}#lemma-5-non-expansive-step",
        status="sharper",
        kind="for-all",
        domain=STEPS,
        build=build,
        measured=steps_apart,
        bound=expansion,
        rounding=rounding_of_steps,
        attained_by=(OUTSIDE, {**OUTSIDE, "loss": "nscl"}, {**OUTSIDE, "step": "clipped"}),
        cost=1.4,
    ),
)
