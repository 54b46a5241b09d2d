"""Terms that the closed forms share, computed from their logarithms."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def log_product(log_c: ArrayLike, x: ArrayLike) -> NDArray[np.float64]:
    """log(c e^x); c = 0 wins over every x, infinity included."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.equal(log_c, -np.inf), -np.inf, np.add(log_c, x))


def log1p_exp(log_c: ArrayLike, x: ArrayLike) -> NDArray[np.float64]:
    """log(1 + c e^x): never overflows, keeps its digits when tiny, exactly 0 for c = 0."""
    return np.asarray(np.logaddexp(0.0, log_product(log_c, x)), dtype=np.float64)


def log(c: ArrayLike) -> NDArray[np.float64]:
    """log c with log 0 = -inf, silently."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(c), dtype=np.float64)


def over_tau(x: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    """x / tau, infinite without a warning where tau is too small for float64."""
    with np.errstate(over="ignore"):
        return np.asarray(np.divide(x, tau), dtype=np.float64)


def simplex_exponent(n_points: NDArray[Any], tau: NDArray[Any]) -> NDArray[np.float64]:
    """C / ((C - 1) tau), the similarity 1 less the simplex's -1/(C - 1), over tau."""
    return over_tau(1.0 + 1.0 / (n_points - 1.0), tau)
