"""Repeated indices: the gaps of an index that a batch holds mu times add as vectors."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import negative_weights
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Reals
from theory.claims.luthra2025.alignment._source import STEP, ours
from theory.claims.luthra2025.alignment._states import TAU


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Items 0, 1, 2 of classes 0, 0, 1 in a batch that holds item 0 mu times."""

    sigma: Tensor  # (3, 3)
    multiplicity: int
    tau: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same batch in another precision, on another device."""
        return dataclasses.replace(self, sigma=self.sigma.to(device, dtype))

    @property
    def gaps(self) -> Tensor:
        """(p - q)/(tau B) of item 0 at each of its places, (mu, 3)."""
        items = torch.arange(3, device=self.sigma.device)
        labels = items // 2
        p = negative_weights(self.sigma, items, labels, self.tau, loss="cl")
        q = negative_weights(self.sigma, items, labels, self.tau, loss="nscl")
        size = self.multiplicity + 2
        return (p - q)[:1].expand(self.multiplicity, 3) / (self.tau * size)


def build(*, multiplicity: int, tau: float, spread: float, generator: torch.Generator) -> Repeated:
    """Similarities uniform within +-spread."""
    uniform = torch.rand(3, 3, generator=generator, dtype=torch.float64)
    sigma = spread * (2.0 * uniform - 1.0)
    return Repeated(sigma=sigma, multiplicity=multiplicity, tau=tau)


def row_gap(case: Repeated) -> float:
    """Norm of row 0 of G^CL - G^NSCL, to which every place of item 0 contributes."""
    return float(case.gaps.sum(dim=0).norm())


def sum_of_squares(case: Repeated) -> float:
    """What it would be if the places had rows of their own."""
    return float(case.gaps.norm())


def rounding(case: Repeated) -> float:
    """Both sides sum the same numbers."""
    eps = torch.finfo(case.sigma.dtype).eps
    return accumulated_rounding(6 * case.multiplicity + 8, eps) * row_gap(case)


CLAIM = Claim(
    name="luthra2025-alignment-duplicates",
    statement=r"\text{literally, for batches whose indices } i_1,\dots,i_B\text{ may repeat}:\quad"
    r"\|\mathrm{row}_i(G^{\mathrm{CL}}-G^{\mathrm{NSCL}})\|_2^2="
    r"\frac1{\tau^2B^2}\sum_{b:\,i_b=i}\|p_b-q_b\|_2^2\quad\forall i",
    source=ours("squares of the rows' gaps, without distinct indices"),
    proof=f"{STEP}#repeated-indices",
    status="refuted",
    kind="identity",
    domain={"multiplicity": Integers(2, 16), "tau": TAU, "spread": Reals(0.0, 1.0)},
    build=build,
    measured=row_gap,
    relation="==",
    bound=sum_of_squares,
    rounding=rounding,
    counterexample={"multiplicity": 4, "tau": 1.0, "spread": 0.0},
    cost=0.3,
)
