"""Where to split a margin between Cantelli's inequality and Markov's."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP = 0.25
GRID = np.arange(-60.0, 60.0 + STEP, STEP)[:, None]
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
BLOCK = 2048  # entries at once: the grid times this many stays within some tens of MB


def cantelli(s: Array, variance: Array) -> Array:
    """theta_s(S) = S/(S + s^2), exactly 0 at S = 0 and 1 at S = inf."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(1.0 / (1.0 + s**2 / variance), dtype=np.float64)


def infimum(tail: Callable[..., Array], markov: Array, *spreads: Array) -> Array:
    """inf over 0 < t < 1 of tail(1 - t, *spreads) + markov/t, entry by entry, at most 1."""
    markov, *spreads_ = np.broadcast_arrays(markov, *spreads)
    weight, flat = markov.reshape(-1), [spread.reshape(-1) for spread in spreads_]
    result = np.ones(weight.shape)
    below_one = np.flatnonzero(weight < 1.0)
    for start in range(0, len(below_one), BLOCK):
        at = below_one[start : start + BLOCK]
        block = _infimum(tail, weight[at], [spread[at] for spread in flat])
        result[at] = np.minimum(block, 1.0)
    return result.reshape(markov.shape)


def _infimum(tail: Callable[..., Array], markov: Array, spreads: list[Array]) -> Array:
    """Every local minimum on the grid refined: there can be two that nearly tie."""

    def value(x: Array) -> Array:
        # t = 1/(1 + e^-x); s from its own formula, since 1 - t loses it near t = 1.
        with np.errstate(over="ignore"):
            return tail(1.0 / (1.0 + np.exp(x)), *spreads) + markov * (1.0 + np.exp(-x))

    values = value(GRID)
    edge = np.full((1, values.shape[1]), np.inf)
    padded = np.concatenate([edge, values, edge])
    is_local = (values <= padded[:-2]) & (values <= padded[2:])
    best = np.argpartition(np.where(is_local, values, np.inf), 2, axis=0)[:3]
    low, high = GRID[best, 0] - STEP, GRID[best, 0] + STEP
    for _ in range(42):  # 0.618^42 STEP is below the square root of machine epsilon
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        keep_left = value(left) <= value(right)
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
    return np.asarray(np.minimum(values.min(axis=0), value((low + high) / 2.0).min(axis=0)))
