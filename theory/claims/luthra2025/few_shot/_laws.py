"""Class laws on finitely many points: exact moments, shots drawn with replacement."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic import simplex_etf
from theory.claims._domain import Choices, Domain, Integers, Reals

WORLD: Domain = {
    "n_classes": Integers(2, 6),
    "d": Integers(1, 20),
    "doublings": Integers(0, 8),  # m = 2^doublings shots, or 10 times as many
    "means": Choices("simplex", "random"),  # equally spaced on a line where no simplex fits
    "noise": Choices(
        "isotropic",
        "along",  # on the line to the next class's mean
        "across",  # orthogonal to all differences of means, where there is room
        "outlier",  # one atom far off in a random direction
        "two-point",  # one atom far off towards the next class
        "halfway",  # `two_point_law`, its far atom a little beyond the tie, whatever the CDNV
    ),
    "sizes": Choices("alike", "one-collapsed", "unequal"),
    "n_atoms": Integers(2, 12),
    "cdnv": Reals(1e-4, 1.0, log=True),
}

SHIFTS = {"tie": 0.0, "beyond-tie": 1e-9, "halfway": 0.05}


@dataclass(frozen=True, kw_only=True)
class FiniteLaw:
    """Classes that are uniform on their atoms."""

    atoms: Tensor  # (c, n, d)

    @property
    def x(self) -> Tensor:
        """All atoms, (c n, d): a data set whose population moments are those of the law."""
        return self.atoms.flatten(0, 1)

    @property
    def labels(self) -> Tensor:
        """Classes of the rows of `x`."""
        c, n, _ = self.atoms.shape
        return torch.arange(c).repeat_interleave(n)

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,)."""
        n = self.atoms.shape[1]
        drawn = torch.randint(n, (len(class_index), count), generator=generator)
        return self.atoms[class_index[:, None], drawn]

    def centres(self, class_index: Tensor, m_shot: int, generator: torch.Generator) -> Tensor:
        """Means (t, d) of `m_shot` samples: multinomial counts, one binomial after the other."""
        t, n = len(class_index), self.atoms.shape[1]
        if m_shot <= n:
            return self(class_index, m_shot, generator).mean(dim=1)
        left = torch.full((t,), float(m_shot), dtype=torch.float64)
        counts = torch.empty(t, n, dtype=torch.float64)
        for k in range(n):
            share = torch.full_like(left, 1.0 / (n - k))
            counts[:, k] = torch.binomial(left, share, generator)
            left = left - counts[:, k]
        return torch.einsum("tn,tnd->td", counts / m_shot, self.atoms[class_index])


def finite_law(
    *,
    n_classes: int,
    d: int,
    means: str,
    noise: str,
    sizes: str,
    n_atoms: int,
    cdnv: float,
    generator: torch.Generator,
) -> FiniteLaw:
    """Laws laid out as `WORLD` says, scaled so that the mean CDNV is `cdnv`."""
    if noise in SHIFTS:
        return two_point_law(n_atoms, d, shift=SHIFTS[noise])
    centres, rank = class_means(n_classes, d, means, generator)
    xi = _noise(centres, rank, noise, n_atoms, generator) * class_scales(n_classes, sizes)
    squared = torch.cdist(centres, centres).square().fill_diagonal_(torch.inf)
    variances = xi.square().sum(dim=-1).mean(dim=1)
    unscaled = (variances[:, None] / squared).sum() / (n_classes * (n_classes - 1))
    return FiniteLaw(atoms=centres[:, None] + xi * (cdnv / unscaled).sqrt())


def two_point_law(n_atoms: int, d: int, *, shift: float) -> FiniteLaw:
    """Two classes D = 2 (n - 1) apart, one atom of each D (1/2 + shift) towards the other mean.

    The other atoms are 1 + 2 shift away: without a shift all is in integers, and ties are exact.
    """
    atoms = torch.zeros(2, n_atoms, d, dtype=torch.float64)
    atoms[0, :, 0] = -(1.0 + 2.0 * shift)
    atoms[0, 0, 0] *= -(n_atoms - 1.0)
    atoms[1] = -atoms[0]
    atoms[1, :, 0] += 2.0 * (n_atoms - 1.0)
    return FiniteLaw(atoms=atoms)


def class_means(
    n_classes: int, d: int, arrangement: str, generator: torch.Generator
) -> tuple[Tensor, int]:
    """Means (c, d), and the number of leading coordinates that they live in."""
    if arrangement == "simplex" and d >= n_classes - 1:
        return simplex_etf(n_classes, d), n_classes - 1
    centres = torch.zeros(n_classes, d, dtype=torch.float64)
    if arrangement == "simplex":
        centres[:, 0] = torch.arange(n_classes)
        return centres, 1
    rank = (d + 1) // 2
    centres[:, :rank] = torch.randn(n_classes, rank, generator=generator, dtype=torch.float64)
    return centres, rank


def class_scales(n_classes: int, sizes: str) -> Tensor:
    """Factors (c, 1, 1) of the classes' noise."""
    scales = torch.ones(n_classes, 1, 1, dtype=torch.float64)
    if sizes == "one-collapsed":
        scales[0] = 0.0
    elif sizes == "unequal":
        scales = torch.exp2(-torch.arange(n_classes, dtype=torch.float64))[:, None, None]
    return scales


def to_next(means: Tensor) -> Tensor:
    """Unit vectors (c, d) from each mean to that of the next class."""
    return normalize(means.roll(-1, dims=0) - means, dim=-1)


def _noise(means: Tensor, rank: int, kind: str, n_atoms: int, generator: torch.Generator) -> Tensor:
    """Centred atoms (c, n, d), not yet scaled."""
    c, d = means.shape
    xi = torch.randn(c, n_atoms, d, generator=generator, dtype=torch.float64)
    if kind in ("outlier", "two-point"):
        axis = to_next(means) if kind == "two-point" else normalize(xi[:, 0], dim=-1)
        height = torch.full((n_atoms, 1), -1.0, dtype=torch.float64)
        height[0] = n_atoms - 1.0
        return height * axis[:, None]
    if kind == "along":
        xi = xi[:, :, :1] * to_next(means)[:, None]
    elif kind == "across" and rank < d:
        xi[:, :, :rank] = 0.0
    return xi - xi.mean(dim=1, keepdim=True)
