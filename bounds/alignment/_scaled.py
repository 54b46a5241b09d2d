"""Products whose factors may leave float64 though their product does not."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Power = NDArray[np.int64]

END = 10**7  # 2^END is infinite and 2^-END is 0, whatever the other factors


def quotient(
    above: Sequence[ArrayLike], below: Sequence[ArrayLike] = (), power: ArrayLike = 0
) -> Array:
    """prod(above) / prod(below) 2^power; a zero above wins over infinity; `below` is positive."""
    mantissa, exponent = np.ones(()), np.asarray(power, dtype=np.int64)
    for factor in above:
        m, e = np.frexp(factor)
        with np.errstate(invalid="ignore"):
            mantissa, exponent = mantissa * m, exponent + e
    for factor in below:
        m, e = np.frexp(factor)
        mantissa, exponent = mantissa / m, exponent - e
    zero = np.any(np.stack(np.broadcast_arrays(mantissa, *(np.equal(f, 0) for f in above))[1:]), 0)
    with np.errstate(over="ignore", under="ignore"):
        return np.where(zero, 0.0, np.ldexp(mantissa, np.clip(exponent, -END, END)))


def exponential(x: ArrayLike) -> tuple[Array, Power]:
    """e^x as a number near 1 and a power of two."""
    finite = np.clip(x, -1e6, 1e6)
    power = np.rint(finite / np.log(2.0))
    return np.exp(finite - power * np.log(2.0)), power.astype(np.int64)


def growth(x: ArrayLike) -> tuple[Array, Power]:
    """(e^x - 1) / x, 1 at x = 0 and infinite at infinity, as a number and a power of two."""
    x = np.asarray(x, dtype=np.float64)
    near = np.clip(x, np.finfo(np.float64).tiny, 700.0)
    far, power = exponential(x)
    with np.errstate(over="ignore", invalid="ignore"):
        large = np.where(np.isinf(x), np.inf, far / np.maximum(x, 1.0))
    return np.where(x <= 700.0, np.expm1(near) / near, large), np.where(x <= 700.0, 0, power)


def log_growth(x: ArrayLike) -> Array:
    """log((e^x - 1) / x), 0 at x = 0."""
    x = np.asarray(x, dtype=np.float64)
    # (e^x - 1)/x = e^(x/2) sinh(x/2)/(x/2): the second factor keeps the digits of a small x.
    near = np.clip(x, 0.0, 1.0)
    half = np.maximum(near / 2.0, np.finfo(np.float64).tiny)
    square = half * half
    series = np.zeros_like(square)  # sinh(h)/h - 1 up to h^12: h <= 1/2, 1e-15 of it is left
    for k in range(6, 0, -1):
        series = square / (2.0 * k * (2.0 * k + 1.0)) * (1.0 + series)
    small = near / 2.0 + np.log1p(series)
    with np.errstate(invalid="ignore"):
        away = np.maximum(x, 1.0)
        large = away + np.log1p(-np.exp(-away)) - np.log(away)
    return np.where(x < 1.0, small, np.where(np.isinf(x), np.inf, large))
