"""The largest value of a function of one variable, entry by entry."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRID = np.linspace(0.0, 1.0, 1025)[:, None]
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
BLOCK = 256  # entries at once: the grid times this many is 2 MB


def maximum(value: Callable[..., Array], high: Array, *parameters: Array) -> Array:
    """max over 0 <= y <= high of value(y, *parameters)."""
    ends, *rest = np.broadcast_arrays(high, *parameters)
    flat = [x.reshape(-1) for x in (ends, *rest)]
    result = np.empty(ends.size)
    for start in range(0, ends.size, BLOCK):
        at = slice(start, start + BLOCK)
        result[at] = _maximum(value, *(x[at] for x in flat))
    return result.reshape(ends.shape)


def for_each(value: Callable[[float], float], a: Array) -> Array:
    """`value` of each entry of `a`, computed once for equal ones."""
    distinct, at = np.unique(a, return_inverse=True)
    values = np.array([value(float(x)) for x in distinct], dtype=np.float64)
    return values[at].reshape(a.shape)


def _maximum(value: Callable[..., Array], high: Array, *parameters: Array) -> Array:
    """A grid, and golden section about its three best local maxima: two can nearly tie."""
    values = value(GRID * high, *parameters)
    edge = np.full((1, high.size), -np.inf)
    padded = np.concatenate([edge, values, edge])
    is_local = (values >= padded[:-2]) & (values >= padded[2:])
    best = np.argpartition(np.where(is_local, -values, np.inf), 2, axis=0)[:3]
    low, top = GRID[np.maximum(best - 1, 0), 0], GRID[np.minimum(best + 1, len(GRID) - 1), 0]
    for _ in range(40):  # 0.618^40 of two steps: the square root of machine epsilon
        left, right = top - GOLDEN * (top - low), low + GOLDEN * (top - low)
        keep_left = value(left * high, *parameters) >= value(right * high, *parameters)
        low, top = np.where(keep_left, low, left), np.where(keep_left, right, top)
    refined = value((low + top) / 2.0 * high, *parameters)
    return np.asarray(np.maximum(values.max(axis=0), refined.max(axis=0)))
