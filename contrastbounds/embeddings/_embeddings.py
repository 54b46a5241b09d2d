"""The object that files of embeddings become."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Items:
    """Embeddings as they were given, finite, no zero row; labels are not needed."""

    z: NDArray[np.floating[Any]]  # (n, k, d), float32 or float64
    source: str
    labels: NDArray[np.str_] | None = None  # (n,), the labels' names
    sha256: str | None = None
    """Of the file's bytes; None for arrays that were never in a file."""

    @property
    def n(self) -> int:
        """Items."""
        return int(self.z.shape[0])


@dataclass(frozen=True, kw_only=True)
class Embeddings:
    """Labelled embeddings as they were given: finite, no zero row, not yet normalised."""

    z: NDArray[np.floating[Any]]  # (n, k, d), float32 or float64
    labels: NDArray[np.int64]  # (n,), classes 0 .. C-1 in the order of class_names
    class_names: tuple[str, ...]
    source: str
    sha256: str | None = None
    """Of the file's bytes; None for arrays that were never in a file."""
    labels_source: str | None = None
    labels_sha256: str | None = None
    """Where the labels came from, if not from the file of the embeddings."""

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.z.shape[0])

    @property
    def k(self) -> int:
        """Views of each sample."""
        return int(self.z.shape[1])

    @property
    def d(self) -> int:
        """Dimensions."""
        return int(self.z.shape[2])

    @property
    def class_sizes(self) -> tuple[int, ...]:
        """Samples per class, in the order of class_names."""
        return tuple(np.bincount(self.labels, minlength=len(self.class_names)).tolist())

    @property
    def items(self) -> Items:
        """The same embeddings beside others of the same items."""
        names = np.asarray(self.class_names, dtype=np.str_)
        return Items(z=self.z, source=self.source, labels=names[self.labels], sha256=self.sha256)
