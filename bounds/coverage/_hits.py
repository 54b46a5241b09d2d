"""A class with p expected draws, Poisson: whether it is hit, and how often given that it is."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def log_hit(p: Array) -> Array:
    """ln(1 - e^-p), to the last digit at both ends."""
    often = np.maximum(p, 0.5)
    rarely = np.minimum(p, 0.5)
    return np.where(p > 0.5, np.log1p(-np.exp(-often)), np.log(-np.expm1(-rarely)))


def unhit(p: Array) -> Array:
    """p/(e^p - 1): given a hit, p + unhit(p) draws are expected."""
    finite = np.minimum(p, 700.0)
    return np.asarray(finite / np.expm1(finite))


def unhit_slope(p: Array, unhit_p: Array) -> Array:
    """Derivative of `unhit`, from -1/2 at 0 to 0 at infinity."""
    direct = unhit_p * (1.0 - unhit_p - p) / np.maximum(p, 1e-4)
    return np.where(p < 1e-4, -0.5 + p / 6.0, direct)
