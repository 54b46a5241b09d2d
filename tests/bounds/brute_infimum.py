"""The infimum over t of the second-moment bounds, by exhaustion in forty digits."""

from collections.abc import Callable
from typing import Any

import mpmath as mp

NINE_DIGITS = 1e-9


def theta(s: Any, spread: Any) -> Any:
    return spread / (spread + s * s)


def psi(s: Any, r: Any) -> Any:
    return r / (2 * s) if r <= s else theta(s, r * r)


def brute_infimum(value: Callable[[Any, Any], Any]) -> Any:
    """inf of value(t, s) over t = 1/(1 + e^-x): a fine grid, then every local minimum."""

    def at(x: Any) -> Any:
        x = mp.mpf(x)
        return value(1 / (1 + mp.exp(-x)), 1 / (1 + mp.exp(x)))

    with mp.workdps(40):
        grid = [mp.mpf(i) / 5 for i in range(-300, 301)]
        values = [at(x) for x in grid]
        lows = [i for i in range(1, 600) if values[i] <= min(values[i - 1], values[i + 1])]
        best = min(values)
        for i in sorted(lows, key=values.__getitem__)[:3]:
            low, high = grid[i - 1], grid[i + 1]
            for _ in range(45):
                third = (high - low) / 3
                if at(low + third) <= at(high - third):
                    high -= third
                else:
                    low += third
            best = min(best, at(low))
        return min(best, mp.mpf(1))


def cantelli_and_markov(spread: Any, markov: Any) -> Any:
    return brute_infimum(lambda t, s: theta(s, spread) + markov / t)
