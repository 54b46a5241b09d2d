"""Rows of features read block by block, from tensors, arrays and memory-mapped files alike."""

import math
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from theory.geometry import _checks as checks

Features = Tensor | NDArray[Any]
ELEMENTS = 2**16  # of a block in float64: 512 kB, which stay in a cache
_KEPT = 2**26  # bytes of a file that stay mapped


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """Features (n, d): float32 as they are, float64 over a power of two, or as unit rows."""

    features: Features
    unit: bool
    scale: float

    @classmethod
    def of(cls, features: Features, *, unit: bool = False) -> "Blocks":
        """Check the shape and dtype at once, the values in one pass where they may overflow."""
        checks.check_shape(features, "features", "(n, d)")
        plain = cls(features=features, unit=unit, scale=1.0)
        if unit or _itemsize(features) < 8:
            return plain  # squares of float32 neither overflow nor vanish in float64
        largest = 0.0
        for start, part in plain.walk(plain.rows()):
            low, high = map(float, part.aminmax())
            if not (math.isfinite(low) and math.isfinite(high)):
                plain.refuse(start, part)
            largest = max(largest, -low, high)
        exponent = math.frexp(largest)[1]
        return cls(features=features, unit=unit, scale=2.0 ** -max(exponent, -1000))

    @property
    def shape(self) -> tuple[int, int]:
        """n, d."""
        n, d = self.features.shape
        return int(n), int(d)

    @property
    def device(self) -> torch.device:
        """That of the blocks."""
        at = self.features
        return at.device if isinstance(at, Tensor) else torch.device("cpu")

    def rows(self, elements: int = ELEMENTS, *, width: int = 0) -> int:
        """Rows of a block of so many elements, where each row makes `width` of them or d."""
        return max(1, elements // max(self.shape[1], width))

    def walk(self, rows: int) -> Iterator[tuple[int, Tensor]]:
        """Blocks of so many rows, in order, each with the place of its first row."""
        n, d = self.shape
        held = 0
        for start in range(0, n, rows):
            yield start, self._read(self.features[start : start + rows])
            held += rows * d * _itemsize(self.features)
            if held >= _KEPT:
                held = 0
                self._release()
        self._release()

    def refuse(self, start: int, part: Tensor) -> None:
        """Raise at the first row of a block that is not finite, if there is one."""
        bad = ~part.isfinite().all(dim=1)
        if bool(bad.any()):
            row = start + int(bad.int().argmax())
            raise ValueError(f"need finite features, got a non-finite value at row {row}")

    def _read(self, part: Features) -> Tensor:
        if not isinstance(part, Tensor):
            # A view of a file cannot be written to, which torch would warn of.
            part = torch.from_numpy(part if part.flags.writeable else part.copy())
        part = part.detach()
        if self.unit:
            # Over the largest entry first, so that no square overflows or vanishes.
            wide = part.double()
            wide = wide / wide.abs().amax(dim=1, keepdim=True)
            norms: Tensor = torch.linalg.vector_norm(wide, dim=1, keepdim=True)
            return wide / norms
        return part if self.scale == 1.0 else part * self.scale

    def _release(self) -> None:
        """Let go of the pages of a file that were read: they are in the file still."""
        base: Any = self.features
        if isinstance(base, Tensor) or base.flags.writeable:  # a writable map may hold changes
            return
        while base is not None and not isinstance(base, mmap.mmap):
            base = getattr(base, "base", None)
        if base is not None and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)


def _itemsize(features: Features) -> int:
    return features.element_size() if isinstance(features, Tensor) else features.itemsize


def index_classes(labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Distinct labels ascending, the place of each sample's among them (n,), and their counts.

    By counting where labels lie close together, which needs no sorting.
    """
    low, high = (int(end) for end in labels.aminmax())
    if high - low > 4 * len(labels):
        found, class_of, counts = torch.unique(labels, return_inverse=True, return_counts=True)
        return found, class_of, counts
    class_of = labels.long() - low
    counts = torch.bincount(class_of)
    present = counts.nonzero()[:, 0]
    if len(present) < len(counts):
        place = torch.zeros_like(counts)
        place[present] = torch.arange(len(present), device=labels.device)
        class_of, counts = place[class_of], counts[present]
    return (present + low).to(labels.dtype), class_of, counts
