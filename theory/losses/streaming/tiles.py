"""The matrix of similarities in tiles, each of one kind of pairs but those on the diagonal."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

SAME, DIFF = 0, 1  # the two sums of an anchor: the rest of its class, the other classes


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Rows in the order of their classes, views of a sample together, cut at `edges`.

    A class is whole within a tile, or fills several of its own: two different tiles then hold
    pairs of one kind alone, and only a tile with itself needs masks.
    """

    order: Tensor  # (n,), the samples in the order of their classes
    sample: Tensor  # (n k,), of each row in that order
    label: Tensor  # (n k,), likewise, as 0 .. c-1
    edges: tuple[int, ...]  # from 0 to n k
    filled_by: tuple[int, ...]  # of each tile: the class that fills it among others, or -1

    def __len__(self) -> int:
        return len(self.filled_by)

    def rows(self, i: int) -> slice:
        """The rows of tile i."""
        return slice(self.edges[i], self.edges[i + 1])

    def kind(self, i: int, j: int) -> int:
        """Which sum the pairs of two different tiles belong to."""
        return SAME if self.filled_by[i] == self.filled_by[j] != -1 else DIFF

    def masks(self, i: int) -> tuple[Tensor, Tensor]:
        """Pairs within tile i: those of one sample, those of one class."""
        here = self.rows(i)
        sample, label = self.sample[here], self.label[here]
        return sample[:, None] == sample, label[:, None] == label

    @property
    def side(self) -> int:
        """Rows of the largest tile."""
        return max(b - a for a, b in pairwise(self.edges))


def cut(labels: Tensor, k: int, block: int) -> Tiles:
    """Tiles of at most max(`block`, k) rows for (n,) labels of samples with k views each."""
    _, class_of, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    order = class_of.argsort(stable=True)
    edges, filled_by = _edges(counts.tolist(), max(1, block // k))
    return Tiles(
        order=order,
        sample=torch.arange(len(order), device=order.device).repeat_interleave(k),
        label=class_of[order].repeat_interleave(k),
        edges=tuple(k * edge for edge in edges),
        filled_by=tuple(filled_by),
    )


def _edges(counts: list[int], most: int) -> tuple[list[int], list[int]]:
    """Edges in samples, and the class of each tile: small classes together, large ones in parts."""
    edges, filled_by, end = [0], list[int](), 0
    for c, count in enumerate(counts):
        parts = -(-count // most)
        if end > edges[-1] and end + count - edges[-1] > most:
            edges.append(end)
            filled_by.append(-1)
        if parts > 1:
            edges += [end + count * part // parts for part in range(1, parts + 1)]
            filled_by += parts * [c]
        end += count
    if end > edges[-1]:
        edges.append(end)
        filled_by.append(-1)
    return edges, filled_by
