"""Class sizes: balanced, long-tailed, Zipf."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthetic._require import require


def class_sizes(n_classes: int, n_per_class: int | Sequence[int]) -> tuple[int, ...]:
    """One size per class from a common size or an explicit list, all at least 1."""
    sizes = (n_per_class,) * n_classes if isinstance(n_per_class, int) else tuple(n_per_class)
    require(n_classes >= 1, "n_classes >= 1", n_classes=n_classes)
    require(
        len(sizes) == n_classes, "one size per class", n_classes=n_classes, n_per_class=n_per_class
    )
    require(min(sizes) >= 1, "n_per_class >= 1", n_per_class=n_per_class)
    return sizes


def imbalanced_sizes(n_total: int, n_classes: int, ratio: float) -> tuple[int, ...]:
    r"""Long tail: sizes falling geometrically, the largest about `ratio` times the smallest.

    Formula
        n_c proportional to ratio^(-c/(C-1)), c = 0, ..., C-1; every class keeps at least one

    Symbols
        n_total    N    samples, N >= C; the sizes sum to it exactly
        n_classes  C    classes
        ratio      n_max / n_min before rounding to integers, ratio >= 1

    >>> imbalanced_sizes(111, 3, 100.0)
    (100, 10, 1)
    """
    require(ratio >= 1, "ratio >= 1", ratio=ratio)
    steps = np.arange(n_classes) / max(n_classes - 1, 1)
    return _apportion(n_total, np.exp(-steps * np.log(ratio)))


def zipf_sizes(n_total: int, n_classes: int, exponent: float) -> tuple[int, ...]:
    r"""Zipf's law: the c-th largest class has a share proportional to c^(-exponent).

    Symbols
        n_total    N    samples, N >= C; the sizes sum to it exactly
        n_classes  C    classes; every class keeps at least one sample
        exponent   exponent >= 0; 0 is balanced

    >>> zipf_sizes(25, 4, 1.0)
    (12, 6, 4, 3)
    """
    require(0 <= exponent < float("inf"), "finite exponent >= 0", exponent=exponent)
    return _apportion(n_total, np.arange(1.0, n_classes + 1) ** -exponent)


def _apportion(n_total: int, weights: NDArray[np.float64]) -> tuple[int, ...]:
    """Integers summing to `n_total` in proportion to falling `weights`, none below 1.

    Classes whose quota is below 1 get 1; the others share the rest by largest remainder, which
    keeps the order, because equal floors are told apart by their remainders.
    """
    n_classes = len(weights)
    require(
        1 <= n_classes <= n_total, "1 <= n_classes <= n_total", n_classes=n_classes, n_total=n_total
    )
    head = n_classes
    while True:
        quota = (n_total - (n_classes - head)) * weights[:head] / weights[:head].sum()
        # The mean quota is at least 1; the maximum guards the first class against rounding.
        above = max(1, int(np.count_nonzero(quota >= 1.0 - 1e-12)))
        if above == head:
            break
        head = above
    sizes = np.ones(n_classes, dtype=np.int64)
    sizes[:head] = np.maximum(1, np.floor(quota + 1e-9))
    left = n_total - int(sizes.sum())
    remainder = quota - sizes[:head]
    sizes[np.argsort(-remainder, kind="stable")[:left]] += 1
    return tuple(int(size) for size in sizes)
