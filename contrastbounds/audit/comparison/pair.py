"""Two sets of embeddings as two matrices whose rows are the same items."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contrastbounds.embeddings import Items

LEAST = 4  # items: debiased CKA divides by n - 3
CONSTANT = 1e-13  # of the norm of all rows: a distance from their mean that is rounding


@dataclass(frozen=True, kw_only=True)
class Side:
    """One row per item: the file's own, or the mean of the item's views."""

    name: str
    """Of the file, with its folder only where the other file has the same name."""
    sha256: str | None
    rows: Tensor  # (n, d), float64, over its largest entry's power of two
    unit: Tensor  # (n, d), the same rows at unit length
    views: int
    d: int
    were_unit: bool
    """Whether `rows` had unit length up to what the file's dtype can tell."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both sides; labels (n,) 0 .. C-1 if they were given."""

    first: Side
    other: Side
    labels: Tensor | None = None

    @property
    def n(self) -> int:
        """Items."""
        return len(self.first.rows)

    @property
    def unit(self) -> bool:
        """Whether both sides' rows have unit length, so that scaling them changes nothing."""
        return self.first.were_unit and self.other.were_unit


def pair(
    first: Items, other: Items, *, device: torch.device | str = "cpu", labelled: bool = True
) -> Pair:
    """Match the items of two files.

    Errors
        ValueError unless both have the same number of items, at least 4, the same labels where
        both have labels, and items that differ.
    """
    if first.n != other.n:
        raise ValueError(
            f"need the same items in both files, got {first.n} in {first.source} "
            f"and {other.n} in {other.source}"
        )
    if first.n < LEAST:
        raise ValueError(
            f"need at least {LEAST} items to compare, got {first.n} in {first.source} "
            f"and {other.source}"
        )
    _check_labels(first, other)
    labels = None
    if labelled and first.labels is not None:
        labels = torch.from_numpy(np.unique(first.labels, return_inverse=True)[1]).to(device)
    names = _names(first, other)
    return Pair(
        first=_side(first, names[0], device), other=_side(other, names[1], device), labels=labels
    )


def _names(first: Items, other: Items) -> tuple[str, str]:
    """What the sides are called: files by their names, with a folder where those are the same."""
    sides = (first, other)
    names = [Path(e.source).name if e.sha256 else e.source.split(",")[0] for e in sides]
    if names[0] == names[1] and first.source != other.source:
        names = ["/".join(Path(each.source).parts[-2:]) for each in sides]
    return names[0], names[1]


def _check_labels(first: Items, other: Items) -> None:
    if first.labels is None or other.labels is None:
        return
    differ = first.labels != other.labels
    if differ.any():
        at = int(differ.argmax())
        raise ValueError(
            f"need the same labels in both files, got {str(first.labels[at])!r} in "
            f"{first.source} and {str(other.labels[at])!r} in {other.source} at row {at}"
        )


def _side(given: Items, name: str, device: torch.device | str) -> Side:
    z = given.z
    views, d = z.shape[1:]
    # A power of two, exact, so that no square overflows or vanishes.
    exponent = int(np.frexp(np.abs(z).max())[1])
    wide = np.ldexp(z.astype(np.float64), -exponent)
    rows = wide.mean(axis=1) if views > 1 else wide[:, 0]
    _check_rows(rows, wide, given)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / largest
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    stored = (d / 2 + 2) * float(np.finfo(z.dtype).eps)
    own = np.ldexp(lengths * largest, exponent)
    return Side(
        name=name,
        sha256=given.sha256,
        rows=torch.from_numpy(rows).to(device),
        unit=torch.from_numpy(scaled / lengths).to(device),
        views=views,
        d=d,
        were_unit=bool((np.abs(own - 1.0) <= stored).all()),
    )


def _check_rows(rows: NDArray[Any], wide: NDArray[Any], given: Items) -> None:
    if wide.shape[1] > 1:
        rounding = wide.shape[1] * np.finfo(wide.dtype).eps * np.abs(wide).max(axis=(1, 2))
        lost = np.abs(rows).max(axis=1) <= rounding
        if lost.any():
            at = int(lost.argmax())
            raise ValueError(
                f"need item means with a direction, got views that cancel at row {at} "
                f"in {given.source}"
            )
    centred = np.linalg.norm(rows - rows.mean(axis=0))
    if not centred > CONSTANT * np.linalg.norm(rows):
        raise ValueError(
            f"need items that differ, got the same row for all {given.n} in {given.source}"
        )
