"""What is done to a tile of scores s/tau: two arithmetics for one sum, chosen by the scores' size.

Both add up terms of one kind at a time and never take one sum from another: at small tau the
difference would have no digit left. Totals are float64 whatever the tiles are.
"""

from typing import Protocol

import torch
from torch import Tensor

# e^{+-limit}, its sums over any batch and their inverses are normal numbers, with room to spare.
LIMIT = {torch.float32: 40.0, torch.float64: 300.0}


class Kernel(Protocol):
    """Sums of e^{s/tau} over the rows and columns of tiles, and what their gradients weigh."""

    nothing: float
    """An empty total, and the term of a pair that is left out."""

    def terms(self, s: Tensor) -> Tensor:
        """The terms of a tile of scores, which it overwrites."""
        ...

    def add(self, total: Tensor, terms: Tensor, dim: int) -> None:
        """Add terms along `dim` to a total."""
        ...

    def merge(self, totals: Tensor) -> Tensor:
        """One total of several, stacked along dimension 0."""
        ...

    def log(self, total: Tensor) -> Tensor:
        """The log-sums L."""
        ...

    def anchors(self, grad: Tensor, log: Tensor, dtype: torch.dtype) -> Tensor:
        """What `weights` is told of the anchors, (..., anchors) of `dtype` in each entry."""
        ...

    def weights(self, s: Tensor, work: Tensor, row: Tensor, column: Tensor) -> Tensor:
        """g_i e^{s_ij - L_i} + g_j e^{s_ij - L_j}, overwriting `s` and `work`, as large as it."""
        ...


class Bounded:
    """No score beyond `LIMIT`: exponentials as they are, no maximum to subtract, one for both."""

    nothing = 0.0

    def terms(self, s: Tensor) -> Tensor:
        """Exponentials."""
        return s.exp_()

    def add(self, total: Tensor, terms: Tensor, dim: int) -> None:
        """A sum."""
        total += terms.sum(dim)

    def merge(self, totals: Tensor) -> Tensor:
        """Their sum."""
        return totals.sum(0)

    def log(self, total: Tensor) -> Tensor:
        """Its logarithm."""
        return total.log()

    def anchors(self, grad: Tensor, log: Tensor, dtype: torch.dtype) -> Tensor:
        """g e^-L alone, as e^s has no anchor in it."""
        return (grad * (-log).exp()).to(dtype)[None]

    def weights(self, s: Tensor, work: Tensor, row: Tensor, column: Tensor) -> Tensor:
        """One exponential: e^s (u_i + u_j) with u = g e^-L."""
        return s.exp_().mul_(torch.add(row[0, :, None], column[0], out=work))


class Safe:
    """Scores of any size: log-sum-exps, each with its own maximum."""

    nothing = -torch.inf

    def terms(self, s: Tensor) -> Tensor:
        """The scores themselves."""
        return s

    def add(self, total: Tensor, terms: Tensor, dim: int) -> None:
        """A log-sum-exp of two."""
        torch.logaddexp(total, terms.logsumexp(dim).double(), out=total)

    def merge(self, totals: Tensor) -> Tensor:
        """Their log-sum-exp."""
        return totals.logsumexp(0)

    def log(self, total: Tensor) -> Tensor:
        """Itself."""
        return total

    def anchors(self, grad: Tensor, log: Tensor, dtype: torch.dtype) -> Tensor:
        """Both g and L."""
        return torch.stack([grad, log]).to(dtype)

    def weights(self, s: Tensor, work: Tensor, row: Tensor, column: Tensor) -> Tensor:
        """An exponential for either anchor, none of them above 1."""
        by_row = torch.sub(s, row[1, :, None], out=work).exp_().mul_(row[0, :, None])
        return s.sub_(column[1]).exp_().mul_(column[0]).add_(by_row)


def kernel_for(z: Tensor, tau: float) -> Kernel:
    """The cheaper arithmetic, wherever Cauchy-Schwarz says that no score is beyond its limit."""
    largest = float(torch.linalg.vector_norm(z, dim=-1).max()) ** 2 / tau
    return Bounded() if largest <= LIMIT[z.dtype] else Safe()
