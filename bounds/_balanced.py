"""Arguments and constants of a balanced problem: C classes of n samples."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least, require_tau
from bounds._logspace import log


def balanced(
    n_classes: ArrayLike, n_per_class: ArrayLike, tau: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The checked arguments, broadcast."""
    classes, per_class, temperature = reals(n_classes, n_per_class, tau)
    require_at_least(2, n_classes=classes)
    require_at_least(1, n_per_class=per_class)
    require_tau(temperature)
    return classes, per_class, temperature


def log_alpha(n_classes: NDArray[Any], n_per_class: NDArray[Any]) -> NDArray[np.float64]:
    """Logarithm of alpha = (n - 1)/(n (C - 1)), same-class over other-class samples."""
    return log((n_per_class - 1.0) / n_per_class) - np.log(n_classes - 1.0)
