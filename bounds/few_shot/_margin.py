"""The two coefficients of Proposition 1, and how far a is above its pole."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# 2^(5/2) in two pieces, exact to 32 digits.
ROOT_HIGH = 5.656854249492381
ROOT_LOW = -3.866917325381165e-16


def pole(m_shot: NDArray[Any]) -> Array:
    """2A = 4 + 2^(5/2)/m, where the bracket of Proposition 1 vanishes."""
    return np.asarray(4.0 + ROOT_HIGH / m_shot, dtype=np.float64)


def above_pole(a: NDArray[Any], m_shot: NDArray[Any]) -> Array:
    """a - 2A to full relative accuracy, however close a comes to the pole."""
    # Only a < 16 and m < 8 can come close; a - 4 is exact there, and so is its product with m.
    close = (a < 16.0) & (m_shot < 8.0)
    m = np.where(close, m_shot, 1.0)
    high, low = _two_product(np.where(close, a - 4.0, 1.0), m)
    near = ((high - ROOT_HIGH) + (low - ROOT_LOW)) / m
    return np.where(close, near, (a - 4.0) - ROOT_HIGH / m_shot)


def noise(root_cdnv: Array, cdnv: Array, m_shot: Array) -> Array:
    """B = ((2/sqrt m)(V^s + V) + V/m) / 4, the coefficient of a."""
    return np.asarray(0.5 * (root_cdnv + cdnv) / np.sqrt(m_shot) + 0.25 * cdnv / m_shot)


def _two_product(x: Array, y: Array) -> tuple[Array, Array]:
    """Dekker (1971): x y as a rounded product and what was rounded off."""
    x_high, x_low = _split(x)
    y_high, y_low = _split(y)
    product = x * y
    rest = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return product, rest


def _split(x: Array) -> tuple[Array, Array]:
    """Veltkamp: x as two halves of 26 bits."""
    scaled = 134217729.0 * x
    high = scaled - (scaled - x)
    return high, x - high
