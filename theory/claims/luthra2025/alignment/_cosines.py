"""Features whose cosines are prescribed: tables a, b of dissimilarities for the RSA floors."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.alignment import rsa
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025.alignment import _roundoff
from theory.claims.luthra2025.alignment._pairs import at_angle, orthogonal_to, unit
from theory.claims.luthra2025.alignment._roundoff import length

COSINES: Domain = {
    "n": Integers(3, 10),
    "layout": Choices(
        "same",
        "orthogonal",  # b - a orthogonal to b, both centred
        "shifted",  # the same and a constant added to b: r is above its centred value
        "any-direction",  # b - a of norm r < 1 in a random direction
    ),
    "size": Reals(
        1e-8, 100.0, log=True
    ),  # tan of the angle if "orthogonal", r / sqrt(1 - r^2) else
    "spread": Reals(1e-2, 0.9, log=True),  # of the cosines about `level`
    "level": Choices(0.0, 0.9, 0.99),
}


@dataclass(frozen=True, kw_only=True)
class Cosines:
    """Two sets of features of the same items."""

    x: Tensor  # (n, d)
    y: Tensor  # (n, d)

    @cached_property
    def tables(self) -> tuple[Tensor, Tensor]:
        """The M = n (n - 1) / 2 dissimilarities a and b."""
        return dissimilarities(self.x), dissimilarities(self.y)

    @cached_property
    def rsa(self) -> float:
        """RSA of the features."""
        return rsa(self.x, self.y).item()

    @property
    def r(self) -> float:
        """||b - a||_2 / (sqrt M sigma)."""
        a, b = self.tables
        return length(b - a) / length(a - a.mean())

    @property
    def r_centred(self) -> float:
        """The same with a and b centred."""
        a, b = (v - v.mean() for v in self.tables)
        return length(b - a) / length(a)

    @property
    def r_error(self) -> float:
        """Of r and of its centred form: both tables in the numerator, a in the denominator.

        An entry is at most 2, from a d-term product of unit rows, and a mean is taken off.
        """
        a, _ = self.tables
        one = accumulated_rounding(2 * self.x.shape[1] + len(a) + 20, _roundoff.EPS)
        share = 2.0 * one * math.sqrt(len(a)) / length(a - a.mean())
        norms = accumulated_rounding(2 * len(a) + 8, _roundoff.EPS)
        return (2.0 * share + self.r * share) / (1.0 - share) + norms * self.r


def dissimilarities(x: Tensor) -> Tensor:
    """1 - cos(x_i, x_j) over i < j."""
    rows = normalize(x, dim=1)
    i, j = torch.triu_indices(len(x), len(x), 1)
    return 1.0 - (rows @ rows.mT)[i, j]


def features(a: Tensor, b: Tensor, n: int, spread: float, level: float) -> Cosines:
    """Features with cosines `level` minus (1 - level) spread times a, b over a common norm."""
    i, j = torch.triu_indices(n, n, 1)
    tables = torch.zeros(2, n, n, dtype=torch.float64)
    tables[:, i, j] = -torch.stack([a, b])
    tables = tables + tables.mT
    # The identity outweighs a table of spectral norm below 1: a positive definite matrix.
    tables = spread * tables / torch.linalg.matrix_norm(tables, 2).max()
    gram = level + (1.0 - level) * (torch.eye(n, dtype=torch.float64) + tables)
    x, y = torch.linalg.cholesky(gram)
    return Cosines(x=x, y=y)


def build(
    *, n: int, layout: str, size: float, spread: float, level: float, generator: torch.Generator
) -> Cosines:
    """Tables laid out as `COSINES` says, realised by features."""
    m = n * (n - 1) // 2
    a, e = torch.randn(2, m, generator=generator, dtype=torch.float64)
    a = unit(a - a.mean())
    e = e - e.mean()
    r = size / math.hypot(1.0, size)
    if layout == "same":
        b = a.clone()
    elif layout == "orthogonal":
        b = at_angle(a, orthogonal_to(a, e), size)
    elif layout == "shifted":
        # r^2 is shared by the angle and the constant; r / sqrt 2 < 1 is the sine of an angle.
        sine = r / math.sqrt(2.0)
        b = at_angle(a, orthogonal_to(a, e), sine / math.sqrt(1.0 - sine * sine))
        b = b + sine / math.sqrt(m)
    else:
        b = a - r * unit(e)
    return features(a, b, n, spread, level)
