"""Pairs of similarity matrices, from equal to as far apart as their hypothesis allows."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.alignment import gram_cka
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025.alignment import _roundoff
from theory.claims.luthra2025.alignment._roundoff import length

PAIRS: Domain = {
    "n": Integers(3, 12),
    "layout": Choices(
        "same",
        "orthogonal",  # K - K' orthogonal to K', neither semidefinite
        "any-direction",  # K - K' of norm rho < 1 in a random direction, not symmetric
        "psd",  # K' = K + a semidefinite difference
        "psd-disjoint",  # two semidefinite matrices orthogonal to each other: rho > 1
        "features",  # cosines of two sets of features
    ),
    "size": Reals(1e-8, 1e3, log=True),  # of the difference; tan of the angle if "orthogonal"
    "offset": Choices(0.0, 1.0, 1e6),  # a nearly constant matrix
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two similarity matrices of the same items; both Gram matrices, or rho <= 1."""

    sigma: Tensor  # (n, n)
    other: Tensor  # (n, n)

    @cached_property
    def cka(self) -> float:
        """CKA of the pair."""
        return gram_cka(self.sigma, self.other).item()

    @cached_property
    def rho(self) -> float:
        """||K - K'||_F / ||K||_F of the centred matrices."""
        return length(centred(self.sigma - self.other)) / length(centred(self.sigma))

    @property
    def cka_error(self) -> float:
        """Two unit vectors each off by twice a relative centring error, and their product."""
        n = len(self.sigma)
        off = sum(_roundoff.centring(x) / length(centred(x)) for x in (self.sigma, self.other))
        return 2.0 * off + accumulated_rounding(2 * n * n + 16, _roundoff.EPS)

    @property
    def rho_error(self) -> float:
        """The difference and K centred, and their norms."""
        n, size = len(self.sigma), length(centred(self.sigma))
        share = _roundoff.centring(self.sigma) / size
        norms = accumulated_rounding(n * n + 8, _roundoff.EPS)
        numerator = _roundoff.centring(self.sigma - self.other) / size
        return (numerator + self.rho * share) / (1.0 - share) + norms * self.rho


def centred(x: Tensor) -> Tensor:
    """HXH with H = I - 11'/n."""
    rows = x - x.mean(dim=0, keepdim=True)
    return rows - rows.mean(dim=1, keepdim=True)


def build(*, n: int, layout: str, size: float, offset: float, generator: torch.Generator) -> Pair:
    """Pairs laid out as `PAIRS` says, each with `offset` times its norm added to every entry."""
    a, b = _matrices(n, layout, size, generator)
    return Pair(sigma=a + offset * length(centred(a)), other=b + offset * length(centred(b)))


def floor_width(floor: Callable[[ArrayLike], Any], distance: float, error: float) -> float:
    """What a falling floor can change over the distance's rounding interval, and its own eps."""
    upper, lower = floor(max(distance - error, 0.0)), floor(distance + error)
    return float(upper - lower) + accumulated_rounding(8, _roundoff.EPS) * abs(float(lower))


def at_angle(a: Tensor, e: Tensor, tangent: float) -> Tensor:
    """The vector b at that angle from unit a, towards unit e, with a - b orthogonal to b."""
    cos = 1.0 / math.hypot(1.0, tangent)
    return cos * (cos * a + cos * tangent * e)


def unit(x: Tensor) -> Tensor:
    """`x` at Frobenius norm 1."""
    return x / length(x)


def orthogonal_to(a: Tensor, e: Tensor) -> Tensor:
    """`e` without its part along unit `a`, at norm 1; twice, to be orthogonal to rounding."""
    for _ in range(2):
        e = unit(e - (e * a).sum() * a)
    return e


def _matrices(
    n: int, layout: str, size: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    if layout == "same":
        k = draw(n, n)
        return k, k.clone()
    if layout == "orthogonal":
        a, e = (unit(centred(x + x.mT)) for x in (draw(n, n), draw(n, n)))
        return a, at_angle(a, orthogonal_to(a, e), size)
    if layout == "any-direction":
        a, e = unit(centred(draw(n, n))), unit(centred(draw(n, n)))
        return a, a - size / math.hypot(1.0, size) * e
    if layout == "psd":
        x, y = draw(n, n), draw(n, 1)
        k, difference = x @ x.mT, y @ y.mT
        return k, k + size * length(centred(k)) / length(centred(difference)) * difference
    if layout == "psd-disjoint":
        u, v = draw(n), draw(n)
        u = unit(u - u.mean())
        v = orthogonal_to(u, v - v.mean())
        return u[:, None] * u, size * v[:, None] * v
    x = draw(n, 4)
    y = x + size * draw(n, 4)
    x, y = normalize(x, dim=1), normalize(y, dim=1)
    return x @ x.mT, y @ y.mT
