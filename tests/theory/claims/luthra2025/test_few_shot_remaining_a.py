"""The computer-assisted part of Proposition 1: 5 <= a < 4 + 2 sqrt 2, pair by pair."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

Array = NDArray[np.float64]

T_MAX = 0.585
CELLS_PER_DECADE = 100
SMALLEST = 1e-6
# Each side has at most 20 roundings in float64: far below the 0.1 left between them.
OUTWARD = 1.0 + 64 * float(np.finfo(np.float64).eps)


def left(u: Array, w: Array, t: Array) -> Array:
    """theta_{1-t}(4X) + u/t, X = u + 2 w^2: an upper bound on the infimum at every t."""
    x = 4.0 * (u + 2.0 * w * w)
    return np.asarray(x / (x + (1.0 - t) ** 2) + u / t)


def right(u: Array, w: Array) -> Array:
    """R, what the formula has left for a pair."""
    return np.asarray(1.25 * (np.sqrt(2.0 * u) + 2.0 * w + u))


def largest_ratio(cells_per_decade: int) -> tuple[float, int]:
    """Left at the upper over right at the lower corner, over all cells with R < 1 and u <= w."""
    edges = SMALLEST * 10.0 ** (np.arange(6 * cells_per_decade + 1) / cells_per_decade)
    t = np.geomspace(1e-4, T_MAX, 600)[:, None]
    worst, n_cells = 0.0, 0
    for k, (u_low, u_high) in enumerate(itertools.pairwise(edges)):
        w_low, w_high = edges[k:-1], edges[k + 1 :]
        open_cells = right(u_low, w_low) < 1.0
        if not open_cells.any():
            break
        above = left(u_high, w_high[open_cells], t).min(axis=0) * OUTWARD
        below = right(u_low, w_low[open_cells]) / OUTWARD
        worst = max(worst, float((above / below).max()))
        n_cells += int(open_cells.sum())
    return worst, n_cells


def test_cells_cover_the_region() -> None:
    # R < 1 forces 2.5 w < 1 and u <= w; the last edge is 1.
    assert right(np.array(SMALLEST), np.array(0.4)) > 1.0
    assert right(np.array(0.32), np.array(0.32)) > 1.0


def test_cells_certify_the_remaining_a() -> None:
    worst, n_cells = largest_ratio(CELLS_PER_DECADE)
    assert n_cells == 152_736
    assert worst <= 0.89


def test_wider_cells_certify_less() -> None:
    """The margin is of the cells' width: the check can fail."""
    worst, _ = largest_ratio(10)
    assert worst > largest_ratio(50)[0] > 0.89


def test_split_stays_below_the_pole() -> None:
    """t <= .585 < 2A/a, for every a below 4 + 2 sqrt 2, as A > 2."""
    assert T_MAX < 4.0 / (4.0 + 2.0 * math.sqrt(2.0))


def test_small_u_by_hand() -> None:
    """t = sqrt u < 1e-3: 4u/(1-t)^2 + sqrt2 w/(1-t) + sqrt u, coefficient by coefficient."""
    t = SMALLEST**0.5
    root_u = 1.0 + 4.0 * t / (1.0 - t) ** 2
    w = math.sqrt(2.0) / (1.0 - t)
    assert root_u < 1.005 < 1.76 < 1.25 * math.sqrt(2.0)
    assert w < 1.42 < 2.5


@pytest.mark.parametrize("u", [1e-12, 1e-9, 9.9e-7])
def test_small_u_on_examples(u: float) -> None:
    w = np.geomspace(u, 0.4, 200)
    bound = left(np.array(u), w, np.array(math.sqrt(u)))
    assert (bound <= 1.005 * math.sqrt(u) + 1.42 * w).all()
    assert (bound < right(np.array(u), w)).all()
