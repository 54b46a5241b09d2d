"""The chord e^u <= cosh a + (u/a) sinh a over [-a, a], in logarithms."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def log_chord(a: Array, mean: Array | float) -> Array:
    """ln(cosh a + mean sinh(a)/a) for -a <= mean <= a, where it lies between -a and a.

    A `mean` that rounding has put a little outside is used as it is, or as -a where a > 1: there
    the chord is as small as e^-a and can turn negative.
    """
    small = np.minimum(a, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(small > 0.0, np.sinh(small) / small, 1.0)
        near = np.log1p(2.0 * np.sinh(small / 2.0) ** 2 + mean * slope)
        above, below = np.add(a, mean), np.subtract(a, mean)
        far = a + np.log((above + below * np.exp(-2.0 * a)) / a) - np.log(2.0)
    far = np.where(above > 0.0, np.where(np.isinf(a), np.inf, far), -a)
    return np.asarray(np.where(a <= 1.0, near, far), dtype=np.float64)


def log_cosh(a: Array) -> Array:
    """ln cosh a with all its digits, from a^2/2 for small a to a - ln 2 for large."""
    return log_chord(a, 0.0)
