"""Random batches of labelled items, and the exact probability that one is too uneven."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import torch
from torch import Tensor

from theory.claims._domain import Choices

SIZES = Choices("equal", "one-large", "staircase")


@dataclass(frozen=True, kw_only=True)
class Batches:
    """T batches of B items, from a population with the given class sizes."""

    sizes: tuple[int, ...]  # items per class; priors are their shares
    batch_size: int
    n_steps: float
    delta: float
    deviation: float = math.nan  # epsilon
    distinct: bool = False  # a batch's items are distinct, or else drawn independently

    @property
    def pi_max(self) -> float:
        """The largest prior."""
        return max(self.sizes) / sum(self.sizes)

    @property
    def share(self) -> float:
        """u = pi_max + epsilon."""
        return self.pi_max + self.deviation


@lru_cache(maxsize=4096)
def crowded(sizes: tuple[int, ...], batch_size: int, most: int, *, distinct: bool) -> Fraction:
    """P(a batch holds more than `most` items of some class), exactly.

    Class by class the integers `few[n]` and `many[n]` count the ways in which n items of the
    classes so far lie in the batch, with every class below the limit or some class above it: sums
    of positive terms. Ways are ordered for independent draws, subsets for distinct items.
    """
    few = [1] + [0] * batch_size
    many = [0] * (batch_size + 1)
    for size in sizes:
        ways = _subsets(size) if distinct else _orders(size)
        new_few, new_many = [0] * (batch_size + 1), [0] * (batch_size + 1)
        for n in range(batch_size + 1):
            for j in range(n + 1):
                way = ways(n, j)
                new_many[n] += way * many[n - j]
                if j > most:
                    new_many[n] += way * few[n - j]
                else:
                    new_few[n] += way * few[n - j]
        few, many = new_few, new_many
    return Fraction(many[batch_size], few[batch_size] + many[batch_size])


def _orders(size: int) -> Callable[[int, int], int]:
    """Ordered draws: which j of the n places, and which of the class's items in each."""
    return lambda n, j: math.comb(n, j) * size**j


def _subsets(size: int) -> Callable[[int, int], int]:
    """Distinct items: which j of the class's."""
    return lambda n, j: math.comb(size, j)


def failure(
    sizes: tuple[int, ...], batch_size: int, n_steps: float, most: int, distinct: bool
) -> float:
    """Largest probability, over all dependence of the T batches, that some anchor has n_s > most.

    T times that of one batch: batches can be coupled so that no two of them fail together.
    """
    once = crowded(sizes, batch_size, most + 1, distinct=distinct)
    return min(1.0, n_steps * float(once))


def class_sizes(layout: str, n_classes: int, largest_share: float) -> tuple[int, ...]:
    """Sizes laid out as in `SIZES`, the largest class within its share or all equal."""
    sizes: Sequence[int] = (1,) * n_classes
    if layout == "one-large":
        rest = n_classes - 1
        sizes = (max(1, int(largest_share / (1.0 - largest_share) * rest)),) + (1,) * rest
    elif layout == "staircase":
        sizes = tuple(range(n_classes, 0, -1))
    even = max(sizes) / sum(sizes) > largest_share
    return (1,) * n_classes if even else tuple(sizes)


def at_least(sizes: tuple[int, ...], n_items: int) -> tuple[int, ...]:
    """The same shares of a population of `n_items` or more."""
    times = -(-n_items // sum(sizes))
    return tuple(times * size for size in sizes)


def shuffled_counts(
    sizes: tuple[int, ...], batch_size: int, n_epochs: int, n_runs: int, generator: torch.Generator
) -> Tensor:
    """Class counts of the whole batches of shuffled epochs, (n_runs, batches, c)."""
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    per_epoch = len(labels) // batch_size
    orders = torch.rand(n_runs * n_epochs, len(labels), generator=generator).argsort(dim=1)
    seen = labels[orders[:, : per_epoch * batch_size]].reshape(n_runs, -1, batch_size)
    counts = torch.zeros(*seen.shape[:2], len(sizes), dtype=torch.int64)
    return counts.scatter_add_(2, seen, torch.ones_like(seen))
