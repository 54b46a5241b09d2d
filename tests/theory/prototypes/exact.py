"""Prototype biases in fifty digits, as direct sums of what the definitions say."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import mpmath
import torch
from torch import Tensor

Vector = list[Any]
FAN_DEGREES = (((10, -10), (50, 30)), ((170, 190), (210, 230)))


def fan() -> tuple[Tensor, Tensor]:
    """Two classes of two items with two views on the circle, the worked example."""
    angles = torch.deg2rad(torch.tensor(FAN_DEGREES, dtype=torch.float64)).flatten(0, 1)
    return torch.stack([angles.cos(), angles.sin()], dim=-1), torch.tensor([0, 0, 1, 1])


def exact_fan() -> tuple[list[list[Vector]], list[int]]:
    """The same in fifty digits."""
    mpmath.mp.dps = 50
    turn = [mpmath.pi * a / 180 for item in sum(FAN_DEGREES, ()) for a in item]
    views = [[mpmath.cos(a), mpmath.sin(a)] for a in turn]
    return [views[i : i + 2] for i in range(0, 8, 2)], [0, 0, 1, 1]


def as_mp(z: Tensor) -> list[list[Vector]]:
    """The very numbers of a tensor (n, k, d)."""
    mpmath.mp.dps = 50
    return [[[mpmath.mpf(x) for x in row] for row in item] for item in z.double().tolist()]


def mean(vectors: Sequence[Vector]) -> Vector:
    return [mpmath.fsum(xs) / len(vectors) for xs in zip(*vectors, strict=True)]


def dot(a: Vector, b: Vector) -> Any:
    return mpmath.fsum(x * y for x, y in zip(a, b, strict=True))


def apart(a: Vector, b: Vector) -> Any:
    return mpmath.sqrt(mpmath.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def unit(a: Vector) -> Vector:
    return [x / mpmath.sqrt(dot(a, a)) for x in a]


class Exact:
    """Every bias, the objective and the distances of views and labels."""

    def __init__(self, views: list[list[Vector]], labels: Sequence[int]) -> None:
        """The means, the distances of class means over ordered pairs, and all lengths."""
        self.views, self.labels = views, list(labels)
        self.items = [mean(item) for item in views]
        self.classes = {
            y: mean([m for m, own in zip(self.items, labels, strict=True) if own == y])
            for y in sorted(set(labels))
        }
        pairs = itertools.permutations(self.classes.values(), 2)
        self.between = [apart(a, b) for a, b in pairs]
        self.lengths = [mpmath.sqrt(dot(m, m)) for m in [*self.items, *self.classes.values()]]

    def _average(self, value: Any) -> Any:
        each = zip(self.items, self.labels, strict=True)
        return mpmath.fsum(value(m, self.classes[y]) for m, y in each) / len(self.items)

    @property
    def raw(self) -> Any:
        """Mean distance to the own class mean."""
        return self._average(apart)

    @property
    def squared(self) -> Any:
        """Mean squared distance."""
        return self._average(lambda m, prototype: apart(m, prototype) ** 2)

    @property
    def cosine(self) -> Any:
        """Mean distance of directions."""
        return self._average(lambda m, prototype: apart(unit(m), unit(prototype)))

    @property
    def debiased_squared(self) -> Any:
        """The squared bias less its correction, by squared norms of unit rows' means."""
        k = len(self.views[0])
        correction = mpmath.fsum(
            (1 - mpmath.mpf(1) / self.labels.count(y)) * (1 - dot(m, m)) / (k - 1)
            for m, y in zip(self.items, self.labels, strict=True)
        )
        return self.squared - correction / len(self.items)

    @property
    def separation(self) -> Any:
        """Half the mean squared distance of class means."""
        return mpmath.fsum(x**2 for x in self.between) / len(self.between) / 2

    @property
    def relative(self) -> Any:
        """The squared bias over the separation."""
        return self.squared / self.separation

    def objective(self, repulsion: float, similarity: str) -> Any:
        """Attraction and repulsion, view by view."""
        prototypes = {y: m if similarity == "raw" else unit(m) for y, m in self.classes.items()}
        total = mpmath.mpf(0)
        for item, y in zip(self.views, self.labels, strict=True):
            for u in item:
                others = max(dot(u, m) for other, m in prototypes.items() if other != y)
                total += mpmath.mpf(repulsion) * others - dot(u, prototypes[y])
        return total / (len(self.views) * len(self.views[0]))

    def margins(self) -> list[Any]:
        """Distance to the nearest other prototype less the distance to the own one, per item."""
        return [
            min(apart(m, c) for other, c in self.classes.items() if other != y)
            - apart(m, self.classes[y])
            for m, y in zip(self.items, self.labels, strict=True)
        ]

    def certificate(self) -> Any:
        """sum_y p_y min(1, 4 B_y/Delta_y^2), class by class."""
        total = mpmath.mpf(0)
        for y, centre in self.classes.items():
            own = [m for m, label in zip(self.items, self.labels, strict=True) if label == y]
            b = mpmath.fsum(apart(m, centre) ** 2 for m in own) / len(own)
            delta = min(apart(centre, c) for other, c in self.classes.items() if other != y)
            total += len(own) * (min(1, 4 * b / delta**2) if delta > 1e-15 else 1)
        return total / len(self.items)


def slack(z: Tensor) -> float:
    """Error of a mean of rows of length 1 in float64, and of a product of two of them."""
    n, k, d = z.shape
    return 8.0 * (n * k + n + k + d + 16) * math.ulp(1.0)
