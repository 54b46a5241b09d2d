"""Tuples of class laws on finitely many weighted points, and the one-vs-rest loss of a tuple."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.claims._domain import Choices, Domain, Integers

LAWS: Domain = {
    "n_atoms": Integers(1, 3),
    "d": Integers(1, 3),
    "layout": Choices(
        "constant",  # one point for all classes
        "random",  # points in the ball, about half of them on its sphere
        "noise",  # L v and -L v, whatever the class
        "collapsed",  # one point per class, on the sphere
        "near-constant",  # within a hundredth of one point
        "one-collapsed",  # the first class at L v, the others L v and -L v
    ),
}


@dataclass(frozen=True, kw_only=True)
class Laws:
    """Class laws with features of norm at most `norm`; the classes are equally likely."""

    atoms: Tensor  # (c, n, d)
    weights: Tensor  # (c, n), rows sum to 1
    norm: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same laws in another precision, on another device."""
        return type(self)(
            atoms=self.atoms.to(dtype=dtype, device=device),
            weights=self.weights.to(dtype=dtype, device=device),
            norm=self.norm,
        )

    @property
    def means(self) -> Tensor:
        """Class means, (c, d)."""
        return (self.weights[..., None] * self.atoms).sum(dim=1)

    @property
    def scores(self) -> Tensor:
        """z_j at each atom of each class, (c, n, c)."""
        return self.atoms @ self.means.mT

    def roundoff(self, n_laws: int) -> float:
        """Relative error of scores, of sums over a tuple of laws, and of their functions."""
        _, n, d = self.atoms.shape
        return accumulated_rounding(n + d + n_laws + 16, torch.finfo(self.atoms.dtype).eps)


def laws(
    *, n_laws: int, n_atoms: int, d: int, norm: float, layout: str, generator: torch.Generator
) -> Laws:
    """Laws laid out as `LAWS` says; `noise` and `one-collapsed` have two equally likely points."""

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    def directions(*shape: int) -> Tensor:
        drawn = torch.randn(*shape, d, generator=generator, dtype=torch.float64)
        return normalize(drawn, dim=-1)

    pole = directions(1, 1)
    weights = uniform(n_laws, n_atoms) + 1e-3
    if layout in ("noise", "one-collapsed"):
        atoms = torch.cat((pole, -pole), dim=1).repeat(n_laws, 1, 1)
        weights = torch.ones(n_laws, 2, dtype=torch.float64)
        if layout == "one-collapsed":
            atoms[0] = pole[0]
    elif layout == "constant":
        atoms = pole.expand(n_laws, n_atoms, d)
    elif layout == "collapsed":
        atoms = directions(n_laws, 1).expand(-1, n_atoms, -1)
    elif layout == "near-constant":
        near = 0.01 * directions(n_laws, n_atoms) * uniform(n_laws, n_atoms, 1)
        atoms = 0.99 * pole + near
    else:
        radius = (2.0 * uniform(n_laws, n_atoms, 1)).clamp(max=1.0)
        atoms = radius * directions(n_laws, n_atoms)
    return Laws(atoms=norm * atoms, weights=weights / weights.sum(dim=1, keepdim=True), norm=norm)


def one_vs_rest(z: Tensor) -> Tensor:
    """Theta_c for each position c, from scores (.., N): shape (.., N).

    (1 - p_l) N/(N-1) = 1 - y_l with y_l = (N p_l - 1)/(N - 1), so nothing of order N^2 cancels.
    """
    n = z.shape[-1]
    y = torch.expm1(z - torch.logsumexp(z, dim=-1, keepdim=True) + math.log(n)) / (n - 1)
    losses = -torch.log1p(-y)
    return (n - 1) * (losses.sum(dim=-1, keepdim=True) - losses)


def one_vs_rest_error(n: int, size: float, odds: float) -> float:
    """Errors of Theta in units u of the relative error of scores in [-size, size].

    ln(N p_l) is off by (3 size + 2 ln N + 1) u, which log(1 - y_l) multiplies by p_l/(1 - p_l),
    at most `odds`: 1 + odds summed over l. The N terms themselves sum to at most 3 + odds.
    """
    return (n - 1) * (3.0 * size + 2.0 * math.log(n) + 12.0) * (1.0 + odds)


def largest_odds(n: int, a: float) -> float:
    """p/(1 - p) of a softmax over n scores in [-a, a]."""
    return math.exp(2.0 * a) / (n - 1)
