"""Where the points of every class lie in the unit ball, and how likely the classes are."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from synthetic import simplex_etf
from theory.claims._domain import Choices

RARE = 1e-6  # least probability of a class

LAYOUTS = Choices(
    "random",  # directions uniform, half of the points inside the ball
    "noise",  # +-L v, each half of the time, in every class
    "collapsed",  # one random point per class
    "simplex",  # classes on a simplex of norm L, in as many dimensions as it needs
    "constant",  # one point of norm L
    "near-constant",  # that point, and a little noise
    "antipodal",  # first class at a pole, all others at the opposite one
    "one-collapsed",  # first class at a pole, all others noise along it
    "ascended",  # a few steps up the exact gap from a random layout
    "descended",  # the same, down
)
PRIORS = Choices("uniform", "dirichlet", "skewed")


def class_prior(
    n_classes: int, prior: str, generator: torch.Generator
) -> int | NDArray[np.float64]:
    """`skewed`: .9 for the first class, then always .7 of what is left: (.9, .07, .03)."""
    if prior == "uniform":
        return n_classes
    if prior == "skewed":
        ends = 0.1 * 0.3 ** np.arange(n_classes - 1)
        steps = [1.0, *ends, 0.0]
        return np.asarray(-np.diff(steps))
    shape = math.exp(math.log(0.2) + math.log(50.0) * float(torch.rand((), generator=generator)))
    rng = np.random.default_rng(int(torch.randint(2**31, (), generator=generator)))
    law = np.maximum(rng.dirichlet(np.full(n_classes, shape)), RARE)
    return np.asarray(law / law.sum())


def class_points(
    n_classes: int, n_per_class: int, d: int, layout: str, generator: torch.Generator
) -> Tensor:
    """Points of the unit ball by class, (c, m, d); noise needs an even number of them."""
    if layout == "simplex":
        width = max(d, n_classes - 1, 1)
        corners = simplex_etf(n_classes, width) if n_classes > 1 else pole(width)[None]
        return corners[:, None].expand(-1, n_per_class, -1)
    if layout in ("noise", "one-collapsed"):
        signs = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat((n_per_class + 1) // 2)
        points = signs[:, None] * pole(d)
        points = points.expand(n_classes, -1, -1).clone()
        if layout == "one-collapsed":
            points[0] = pole(d)
        return points
    if layout in ("constant", "antipodal"):
        signs = torch.ones(n_classes, n_per_class, 1, dtype=torch.float64)
        if layout == "antipodal":
            signs[1:] *= -1.0
        return signs * pole(d)
    noise = torch.randn(n_classes, n_per_class, d, generator=generator, dtype=torch.float64)
    if layout == "near-constant":
        spread = torch.rand((), generator=generator, dtype=torch.float64)
        points = pole(d) + 0.3 * spread * noise
        size: Tensor = points.norm(dim=-1, keepdim=True).clamp(min=1.0)
        return points / size
    radii = 2.0 * torch.rand(n_classes, n_per_class, 1, generator=generator, dtype=torch.float64)
    points = normalize(noise, dim=-1) * radii.clamp(max=1.0)
    return points[:, :1].expand(-1, n_per_class, -1) if layout == "collapsed" else points


def pole(d: int) -> Tensor:
    """The first unit vector."""
    return torch.eye(1, d, dtype=torch.float64)[0]
