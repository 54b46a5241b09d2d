"""Coverage of equal classes for arrays of numbers of classes."""

import numpy as np
from numpy.typing import NDArray

from bounds._prior import read_prior
from bounds.coverage._harmonic import harmonic
from bounds.coverage.probability import log_coverage

Array = NDArray[np.float64]


def log_coverage_uniform(classes: Array, draws: Array) -> Array:
    """ln v_(C,n), each pair computed once."""
    pairs = np.stack([classes.reshape(-1), draws.reshape(-1)])
    different, where = np.unique(pairs, axis=1, return_inverse=True)
    values = np.array([_log_coverage(c, n) for c, n in different.T.tolist()])
    return np.asarray(values[where.reshape(classes.shape)])


def cheapest_draws(classes: Array) -> Array:
    """The whole n >= C that minimises n/v_(C,n)."""
    different, where = np.unique(classes, return_inverse=True)
    values = np.array([_cheapest(c) for c in different.tolist()])
    return np.asarray(values[where.reshape(classes.shape)])


def _cheapest(classes: float) -> float:
    """By bisection: n/v_(C,n) falls, then rises, and rises from `last` = 2 C H_C on.

    There v_(C,n+1) - v_(C,n) <= (1 - 1/C)^n < v_(C,n)/n: draw n + 1 hits the one class that was
    missing, n (1 - 1/C)^n falls, and at `last` it is below 1/2 < v_(C,n).
    """
    first, last = classes, float(np.floor(2.0 * classes * harmonic(np.asarray(classes))))
    while first < last:
        n = float(np.floor((first + last) / 2.0))
        gain = _log_coverage(classes, n + 1.0) - _log_coverage(classes, n)
        if gain > np.log1p(1.0 / n):
            first = n + 1.0
        else:
            last = n
    return first


def _log_coverage(classes: float, draws: float) -> float:
    return log_coverage(read_prior(classes), draws)
