"""Harmonic numbers."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEW = 32


def harmonic(n: Array) -> Array:
    """H_n = 1 + 1/2 + ... + 1/n for whole n >= 0."""
    table = np.cumsum(np.concatenate([[0.0], 1.0 / np.arange(1.0, FEW)]))
    many = np.maximum(n, FEW)
    square = many**-2.0
    series = 1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square / 240.0))
    asymptotic = np.log(many) + np.euler_gamma + 0.5 / many - square * series
    return np.where(n < FEW, table[np.minimum(n, FEW - 1).astype(np.int64)], asymptotic)
