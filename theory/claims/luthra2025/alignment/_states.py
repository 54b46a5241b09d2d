"""A matrix of similarities and a batch of distinct items: the cases of Lemmas 3 to 5."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import similarity_gradient
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025._views import IMBALANCE, class_sizes

TAU = Reals(0.05, 10.0, log=True)
STATES = Choices(
    "extreme",  # 1 within a class, -1 between classes: the largest masses
    "vertices",  # every similarity 1 or -1
    "reversed",  # -1 within a class, 1 between classes
    "spike",  # -1, but 1 to the next item: softmaxes on one point
    "equal",  # all 0
    "random",  # uniform in [-1, 1]
)
BATCHES: Domain = {
    "n_max": Integers(1, 5),
    "n_classes": Integers(2, 5),
    "imbalance": IMBALANCE,
    "spare": Integers(0, 2),
    "tau": TAU,
}


@dataclass(frozen=True, kw_only=True)
class State:
    """Similarities, not symmetric, and the batch that the next step sees."""

    sigma: Tensor  # (n, n)
    labels: Tensor  # (n,)
    batch: Tensor  # (b,) distinct indices, of two classes at least
    tau: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same state in another precision, on another device."""
        return dataclasses.replace(
            self,
            sigma=self.sigma.to(device, dtype),
            labels=self.labels.to(device),
            batch=self.batch.to(device),
        )

    @property
    def counts(self) -> list[int]:
        """Items of each anchor's class in the batch, itself included."""
        classes = self.labels[self.batch]
        found: list[int] = (classes[:, None] == classes).sum(dim=1).tolist()
        return found

    @property
    def row_scale(self) -> float:
        """1/(tau sqrt(B)): the gradient's norm if every softmax sits on one point."""
        return 1.0 / (self.tau * math.sqrt(len(self.batch)))

    @property
    def roundoff(self) -> float:
        """Relative error of a softmax of similarities in [-1, 1], and of a norm of the matrix."""
        eps = torch.finfo(self.sigma.dtype).eps
        n_ops = self.sigma.numel() + 2 * len(self.batch) + 16
        return math.expm1(4.0 * eps / self.tau) + accumulated_rounding(n_ops, eps)


def gradient_gap(sigma: Tensor, batch: Tensor, labels: Tensor, tau: float) -> Tensor:
    """||G^CL - G^NSCL||_F, differentiable: what an adversary climbs."""
    cl = similarity_gradient(sigma, batch, labels, tau, loss="cl")
    nscl = similarity_gradient(sigma, batch, labels, tau, loss="nscl")
    gap: Tensor = torch.linalg.vector_norm(cl - nscl)
    return gap


def build(*, layout: str, generator: torch.Generator, **batch: Any) -> State:
    """Similarities laid out as `STATES` says, and a batch in which all classes occur."""
    state = random_state(generator=generator, **batch)
    return dataclasses.replace(state, sigma=laid_out(state, layout))


def random_state(
    *,
    n_max: int,
    n_classes: int,
    imbalance: str,
    spare: int,
    tau: float,
    generator: torch.Generator,
) -> State:
    """Uniform similarities; `spare` items are outside the batch."""
    sizes: Sequence[int] = class_sizes(n_max, n_classes, imbalance)
    inside = torch.repeat_interleave(torch.arange(n_classes), torch.tensor(sizes))
    labels = torch.cat([inside, torch.arange(spare) % n_classes])
    n = len(labels)
    uniform = torch.rand(n, n, generator=generator, dtype=torch.float64)
    return State(
        sigma=2.0 * uniform - 1.0,
        labels=labels,
        batch=torch.randperm(len(inside), generator=generator),
        tau=tau,
    )


def laid_out(state: State, layout: str) -> Tensor:
    """The similarities of a layout; `state` has the random ones."""
    n = len(state.labels)
    ones = torch.ones(n, n, dtype=torch.float64)
    same = state.labels[:, None] == state.labels
    following = torch.arange(n) == (torch.arange(n)[:, None] + 1) % n
    return {
        "extreme": torch.where(same, ones, -ones),
        "vertices": state.sigma.sign(),
        "reversed": torch.where(same, -ones, ones),
        "spike": torch.where(following, ones, -ones),
        "equal": 0.0 * ones,
        "random": state.sigma,
    }[layout]
