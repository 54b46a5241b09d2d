"""Hypotheses as data: the ranges that a theorem's parameters live in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

Value = int | float | str | bool | tuple[int, ...]
"""What a parameter can be: it survives JSON and `repr`, so that every case can be rebuilt."""


@dataclass(frozen=True)
class Integers:
    """An integer hypothesis, low <= x <= high."""

    low: int
    high: int

    def sample(self, generator: torch.Generator) -> int:
        """Uniform, both ends included."""
        return self.low + _below(self.high - self.low + 1, generator)

    @property
    def extremes(self) -> tuple[int, ...]:
        """The two ends."""
        return (self.low, self.high)

    def __str__(self) -> str:
        return f"{self.low} … {self.high}"


@dataclass(frozen=True)
class Reals:
    """A real hypothesis, low <= x <= high; `log` samples evenly in log x (then 0 < low)."""

    low: float
    high: float
    log: bool = False

    def sample(self, generator: torch.Generator) -> float:
        """Uniform, or log-uniform."""
        u = torch.rand((), generator=generator, dtype=torch.float64).item()
        if self.log:
            x = math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        else:
            x = self.low + u * (self.high - self.low)
        return min(max(x, self.low), self.high)

    @property
    def extremes(self) -> tuple[float, ...]:
        """The two ends."""
        return (self.low, self.high)

    def __str__(self) -> str:
        return f"[{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Choices:
    """One of finitely many words, sizes or configurations; the simplest comes first."""

    options: tuple[Value, ...]

    def __init__(self, *options: Value) -> None:
        object.__setattr__(self, "options", options)

    def sample(self, generator: torch.Generator) -> Value:
        """Uniform over the options."""
        return self.options[_below(len(self.options), generator)]

    @property
    def extremes(self) -> tuple[Value, ...]:
        """Every option: each is a structure of its own."""
        return self.options

    def __str__(self) -> str:
        return " | ".join(map(str, self.options))


Hypothesis = Integers | Reals | Choices
Domain = Mapping[str, Hypothesis]
Point = dict[str, Any]


def sample(domain: Domain, generator: torch.Generator) -> Point:
    """A point anywhere in the domain."""
    return {name: h.sample(generator) for name, h in domain.items()}


def sample_extreme(domain: Domain, generator: torch.Generator) -> Point:
    """A corner of the domain: every parameter at an end of its range, every choice open."""
    return {name: h.extremes[_below(len(h.extremes), generator)] for name, h in domain.items()}


def structured(domain: Domain) -> list[Point]:
    """Each option of each choice, once with all ranges at their low and once at their high end."""
    points: list[Point] = []
    for end in (0, -1):
        base = {n: h.extremes[0 if isinstance(h, Choices) else end] for n, h in domain.items()}
        points.append(base)
        for name, h in domain.items():
            if isinstance(h, Choices):
                points += [{**base, name: option} for option in h.options[1:]]
    return points


def _below(n: int, generator: torch.Generator) -> int:
    return int(torch.randint(n, (), generator=generator).item())
