"""One anchor's row of similarities, from typical to extreme: the cases of Lemmas 1 and 2."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import negative_weights
from theory.claims._domain import Choices, Domain, Integers, Reals

PROMISE = 1e-12  # relative, of the calculators
ROWS = Choices(
    "vertices",  # every similarity 1 or -1
    "extreme",  # 1 to the own class, -1 to the others: the largest mass
    "reversed",  # the smallest
    "spike",  # 1 to one item of each kind, -1 to the rest
    "equal",  # all 0
    "random",  # uniform in [-1, 1]
)
DOMAIN: Domain = {
    "n_same": Integers(0, 6),
    "n_different": Integers(1, 8),
    "tau": Reals(1e-3, 10.0, log=True),
    "row": ROWS,
}


@dataclass(frozen=True, kw_only=True)
class AnchorRow:
    """The similarities of one anchor to its negatives, its own class first."""

    similarities: Tensor  # (n_same + n_different,)
    n_same: int
    tau: float
    reach: float  # largest possible size of a similarity

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same row in another precision, on another device."""
        return dataclasses.replace(self, similarities=self.similarities.to(device, dtype))

    @property
    def n_different(self) -> int:
        """Negatives of other classes."""
        return len(self.similarities) - self.n_same

    @cached_property
    def p(self) -> Tensor:
        """CL's softmax, over all negatives."""
        return self._weights("cl")

    @cached_property
    def q(self) -> Tensor:
        """NSCL's, over those of other classes, 0 on the own."""
        return self._weights("nscl")

    def _weights(self, loss: Literal["cl", "nscl"]) -> Tensor:
        n = len(self.similarities)
        sigma = self.similarities.new_zeros(n + 1, n + 1)  # the anchor is item 0
        sigma[0, 1:] = self.similarities
        items = torch.arange(n + 1, device=sigma.device)
        labels = (items > self.n_same).long()
        return negative_weights(sigma, items, labels, self.tau, loss=loss)[0, 1:]

    @property
    def mass(self) -> float:
        """m = p(same)."""
        return float(self.p[: self.n_same].sum())

    @property
    def eps(self) -> float:
        """Of the row's dtype."""
        return torch.finfo(self.similarities.dtype).eps

    @property
    def roundoff(self) -> float:
        """Relative error of a weight and of sums of weights, and what underflow loses.

        Dividing by tau and subtracting the largest score make an absolute error of at most
        2 eps reach/tau in an exponent, those of the sum included twice that.
        """
        n = len(self.similarities)
        info = torch.finfo(self.similarities.dtype)
        exponents = math.expm1(4.0 * info.eps * self.reach / self.tau)
        return exponents + accumulated_rounding(2 * n + 16, info.eps) + n * info.tiny


def build(
    *,
    n_same: int,
    n_different: int,
    tau: float,
    row: str,
    reach: float = 1.0,
    generator: torch.Generator,
) -> AnchorRow:
    """A row laid out as `ROWS` says, times `reach`."""
    n = n_same + n_different
    uniform = 2.0 * torch.rand(n, generator=generator, dtype=torch.float64) - 1.0
    own = torch.arange(n) < n_same
    if row == "vertices":
        s = uniform.sign()
    elif row in ("extreme", "reversed"):
        s = torch.where(own, 1.0, -1.0).double() * (1.0 if row == "extreme" else -1.0)
    elif row == "spike":
        s = -torch.ones_like(uniform)
        s[[0, n_same]] = 1.0
    else:
        s = uniform if row == "random" else torch.zeros_like(uniform)
    return AnchorRow(similarities=reach * s, n_same=n_same, tau=tau, reach=reach)
