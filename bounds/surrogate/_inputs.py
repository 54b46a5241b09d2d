"""The arguments that the surrogate bounds share, checked."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least
from bounds._prior import require_count

Array = NDArray[np.float64]


def negatives_and_scale(n_negatives: ArrayLike, norm: ArrayLike) -> tuple[Array, Array]:
    """K as float64, and a = L^2: scores lie in [-a, a]."""
    negatives, radius = reals(n_negatives, norm)
    require_count(1, n_negatives=negatives)
    return negatives.astype(np.float64), scale(radius)


def classes_negatives_and_scale(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike, *, fewest: int = 1
) -> tuple[Array, Array, Array]:
    """C and K as float64, and a = L^2."""
    classes, negatives, radius = reals(n_classes, n_negatives, norm)
    require_count(fewest, n_classes=classes)
    require_count(1, n_negatives=negatives)
    return classes.astype(np.float64), negatives.astype(np.float64), scale(radius)


def scale(norm: NDArray[Any]) -> Array:
    """a = L^2 of a finite norm L >= 0, infinite where float64 ends."""
    require_at_least(0, norm=norm)
    with np.errstate(over="ignore"):
        return np.asarray(np.multiply(norm, norm, dtype=np.float64))
