"""Cosines of the same pairs of items on both sides, counted for a picture."""

import math
from dataclasses import dataclass

import torch

from contrastbounds.audit.comparison.pair import Pair

ITEMS = 1000  # all of whose pairs are counted
CELLS = (8, 60)  # of the picture, along each axis: fewest and most


@dataclass(frozen=True, kw_only=True)
class CosineCounts:
    """How many pairs have a cosine on the first side and one on the other."""

    counts: tuple[tuple[int, ...], ...]
    """(cells, cells), first side along the rows."""
    first: tuple[float, float]
    """Least and largest cosine on the first side."""
    other: tuple[float, float]
    items: int


def cosine_counts(given: Pair, *, generator: torch.Generator) -> CosineCounts:
    """All pairs of up to `ITEMS` random items."""
    chosen = torch.randperm(given.n, generator=generator)[:ITEMS].to(given.first.unit.device)
    above = torch.triu_indices(len(chosen), len(chosen), 1, device=chosen.device)
    size = min(CELLS[1], max(CELLS[0], math.isqrt(above.shape[1]) // 2))
    cells, ranges = [], []
    for side in (given.first, given.other):
        u = side.unit[chosen]
        cosines = (u @ u.mT).clamp(-1.0, 1.0)[above[0], above[1]]
        low, high = cosines.aminmax()
        width = (high - low).clamp(min=1e-12)
        cells.append(((cosines - low) / width * size).long().clamp(max=size - 1))
        ranges.append((low.item(), high.item()))
    flat = torch.bincount(cells[0] * size + cells[1], minlength=size**2)
    return CosineCounts(
        counts=tuple(map(tuple, flat.reshape(size, size).tolist())),
        first=ranges[0],
        other=ranges[1],
        items=len(chosen),
    )
