"""The cases of the loss claims: labelled views on the sphere, from typical to degenerate."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic import orthoplex, simplex_etf
from theory.claims._domain import Choices, Integers, Reals
from theory.losses import ContrastiveLosses, contrastive_losses, loss_rounding

LAYOUTS = Choices(
    "random",  # rows uniform on the sphere
    "clustered",  # class means with noise of size `spread`
    "collapsed",  # one random point per class
    "simplex",  # one vertex per class; in too few dimensions a regular polygon's coordinates
    "antipodal",  # first class at a pole, all others at the opposite one
    "orthoplex",  # classes at +-e_i in turn
    "equal",  # all rows the same
    "duplicates",  # every class holds the same points
    "sample-simplex",  # one vertex per sample, views coincide: where DCL is least
)
SPREAD = Reals(0.0, 3.0)
TAU = Reals(1e-3, 20.0, log=True)
VIEWS = Integers(1, 3)
DIM = Integers(1, 16)


@dataclass(frozen=True, kw_only=True)
class LabelledViews:
    """`k` views of `n` labelled samples at a temperature."""

    z: Tensor  # (n, k, d), unit rows
    labels: Tensor  # (n,), int64, classes 0 .. C-1
    tau: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same views in another precision, on another device."""
        return type(self)(
            z=self.z.to(device=device, dtype=dtype), labels=self.labels.to(device), tau=self.tau
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Samples per class."""
        return tuple(self.labels.bincount().tolist())

    @cached_property
    def losses(self) -> ContrastiveLosses:
        """All losses of these views."""
        return contrastive_losses(self.z, self.labels, self.tau)

    @cached_property
    def gap(self) -> float:
        """L_DCL - L_NSCL, computed without subtracting two losses."""
        return self.losses.gap.item()

    @property
    def roundoff(self) -> float:
        """Absolute error of a loss of these views; relative error of a gap between two losses."""
        n, k, d = self.z.shape
        return loss_rounding(n * k, d, self.tau, torch.finfo(self.z.dtype).eps)

    @property
    def bound_roundoff(self) -> float:
        """The same for a calculator, which always works in float64 and without dot products."""
        n, k, _ = self.z.shape
        return loss_rounding(n * k, 1, self.tau, torch.finfo(torch.float64).eps)


def labelled_views(
    *,
    sizes: tuple[int, ...],
    k: int,
    d: int,
    tau: float,
    layout: str,
    spread: float,
    generator: torch.Generator,
) -> LabelledViews:
    """Views of classes with the given sizes, laid out as `LAYOUTS` says."""
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    points = class_points(len(sizes), d, layout, generator)  # (c, d)
    noise = torch.randn(len(labels), k, d, generator=generator, dtype=torch.float64)
    if layout == "random":
        z = noise
    elif layout == "sample-simplex":
        z = simplex_points(len(labels), d)[:, None].expand(-1, k, -1)
    elif layout == "duplicates":
        within = torch.cat([torch.arange(size) for size in sizes])
        z = noise[within]
    else:
        scale = spread if layout == "clustered" else 0.0
        z = points[labels, None] + scale * noise
    return LabelledViews(z=normalize(z, dim=-1), labels=labels, tau=tau)


def class_points(n_classes: int, d: int, layout: str, generator: torch.Generator) -> Tensor:
    """One unit vector per class, (c, d)."""
    if layout == "simplex":
        return simplex_points(n_classes, d)
    if layout == "orthoplex":
        corners = orthoplex(2 * d, d)
        return corners[torch.arange(n_classes) % (2 * d)]
    if layout in ("antipodal", "equal"):
        pole = torch.zeros(n_classes, d, dtype=torch.float64)
        pole[:, 0] = 1.0
        if layout == "antipodal":
            pole[1:] *= -1.0
        return pole
    means = torch.randn(n_classes, d, generator=generator, dtype=torch.float64)
    return normalize(means, dim=-1)


def simplex_points(n_classes: int, d: int) -> Tensor:
    """The simplex where it fits, else the leading coordinates of the discrete Fourier basis."""
    if d >= n_classes - 1:
        return simplex_etf(n_classes, d)
    turns = torch.arange(n_classes, dtype=torch.float64)[:, None] * torch.arange(1, d // 2 + 2)
    angles = 2 * math.pi * turns / n_classes + 0.1  # off the axes, where a coordinate may vanish
    waves = torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)[:, :d]
    return normalize(waves, dim=-1)


def class_sizes(n_max: int, n_classes: int, imbalance: str) -> tuple[int, ...]:
    """Class sizes with largest `n_max`: `one-large` is the least balanced batch."""
    if imbalance == "one-large":
        return (n_max,) + (1,) * (n_classes - 1)
    if imbalance == "staircase":
        return tuple(max(1, n_max - step) for step in range(n_classes))
    return (n_max,) * n_classes


IMBALANCE = Choices("one-large", "staircase", "equal")
