"""Fifty-digit arithmetic to hold the calculators against."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from hypothesis import strategies as st

Number = float | int

TAU = st.floats(-3.0, 3.0).map(lambda x: 10.0**x)
COUNT = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))
SEVERAL = st.one_of(st.integers(2, 10**6), st.floats(2.0, 1e6))
# Below the smallest normal number float64 has no relative accuracy to promise.
SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)
LARGEST = float(np.finfo(np.float64).max)


def exact(formula: Callable[..., Any], *args: Number, **kwargs: Number) -> Any:
    """`formula` on the very numbers that float64 holds, in fifty digits."""
    with mpmath.workdps(50):
        named = {key: mpmath.mpf(value) for key, value in kwargs.items()}
        return +formula(*(mpmath.mpf(value) for value in args), **named)


def agrees(got: Any, truth: Any, *, rel: float = 1e-12, size: float = 0.0) -> bool:
    """`got` is within `rel` of `truth`, or of `size` where larger terms than it have cancelled."""
    if abs(truth) > LARGEST:
        return bool(float(got) == float(mpmath.sign(truth)) * np.inf)
    with mpmath.workdps(50):
        error = abs(mpmath.mpf(float(got)) - truth)
        return bool(error <= rel * max(abs(truth), size) + SMALLEST_NORMAL)
