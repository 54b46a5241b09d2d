"""Finite models to hold the risks against, and how far two of their risks may be apart."""

import math
from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from torch import Tensor

from theory.risks import risk_rounding

SKEWED = (0.9, 0.07, 0.03)


@dataclass(frozen=True, kw_only=True)
class World:
    """Points with classes and a prior."""

    x: Tensor  # (n, d)
    y: Tensor  # (n,)
    prior: list[float]

    @property
    def exact(self) -> float:
        """What rounding may make of a value that two routes compute to the last digits."""
        return 1e-12 * (1 + float(self.x.square().sum(dim=1).max()))

    @property
    def scale(self) -> float:
        """The largest score, or 1."""
        return 1 + float(self.x.square().sum(dim=1).max())


def draw_world(
    *, sizes: list[int], d: int, norm: float, seed: int, skew: float = 0.0, spread: float = 1.0
) -> World:
    """Class centres with points `spread` around them, shuffled, the largest point of `norm`."""
    g = torch.Generator().manual_seed(seed)
    y = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    y = y[torch.randperm(len(y), generator=g)]
    centres = torch.randn(len(sizes), d, generator=g, dtype=torch.float64)
    x = centres[y] + spread * torch.randn(len(y), d, generator=g, dtype=torch.float64)
    logits = skew * torch.randn(len(sizes), generator=g, dtype=torch.float64)
    return World(x=norm * x / x.norm(dim=1).max(), y=y, prior=logits.softmax(dim=0).tolist())


def worlds(most: int = 6, max_classes: int = 3, max_norm: float = 4.0) -> st.SearchStrategy[World]:
    """Unequal classes, singletons and one class among them, collapsed points, skewed priors."""
    sizes = st.lists(st.integers(1, most), min_size=1, max_size=max_classes)
    return st.builds(
        draw_world,
        sizes=sizes.filter(lambda s: sum(s) <= most),
        d=st.integers(1, 3),
        norm=st.floats(0, max_norm),
        seed=st.integers(0, 2**32 - 1),
        skew=st.sampled_from([0.0, 1.0, 4.0]),
        spread=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
    )


def simplex(n_classes: int, norm: float = 1.0) -> Tensor:
    """The C corners of a regular simplex around 0."""
    corners = torch.eye(n_classes, dtype=torch.float64) - 1 / n_classes
    return norm * corners / math.sqrt(1 - 1 / n_classes)


def line(*points: float) -> Tensor:
    """Points on a line."""
    return torch.tensor(points, dtype=torch.float64)[:, None]


def agree(found: Tensor | float, wanted: Tensor | float, tolerance: float) -> bool:
    """Whether numbers differ by at most `tolerance`; NaN never agrees."""
    difference = torch.as_tensor(found, dtype=torch.float64) - wanted
    return bool((difference.abs() <= tolerance).all())


def rounding(x: Tensor, *risks: Tensor | float) -> float:
    """The rounding model as a number."""
    return float(risk_rounding(x, *risks).max())
