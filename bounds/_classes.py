"""Class sizes on the last axis of an array."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require, require_at_least


def checked_sizes(class_sizes: ArrayLike) -> NDArray[np.float64]:
    """The sizes in float64, at least two classes, each of at least one sample."""
    sizes: NDArray[Any] = real(class_sizes)
    n_classes = sizes.shape[-1] if sizes.ndim else 1
    require(n_classes >= 2, "at least two classes on the last axis", n_classes=n_classes)
    require_at_least(1, class_sizes=sizes)
    sizes = np.ascontiguousarray(sizes, dtype=np.float64)
    with np.errstate(over="ignore"):
        require_at_least(1, n_total=sizes.sum(axis=-1))
    return sizes


def other_classes(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """N - n_c for every class, without cancellation where one class dominates."""
    # At most half of N is subtracted from N, but for the largest class: there the others are added.
    largest = np.arange(sizes.shape[-1]) == np.argmax(sizes, axis=-1)[..., None]
    added = np.where(largest, 0.0, sizes).sum(axis=-1, keepdims=True)
    others = np.where(largest, added, sizes.sum(axis=-1, keepdims=True) - sizes)
    return np.asarray(others, dtype=np.float64)
