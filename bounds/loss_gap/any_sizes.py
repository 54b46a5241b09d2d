"""The loss gap for classes of any sizes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._classes import checked_sizes, other_classes
from bounds._domain import real, reals, require, require_at_least, require_tau
from bounds._logspace import log, log1p_exp, log_product, over_tau


def dcl_nscl_gap(n_total: ArrayLike, n_max: ArrayLike, tau: ArrayLike = 1.0) -> NDArray[np.float64]:
    r"""Upper bound on L_DCL(f) - L_NSCL(f), uniform over encoders f.

    Formula
        log(1 + n_max e^(2/tau) / (N - n_max))           [nats]

    Symbols (arrays broadcast against each other)
        n_total  N       samples in the batch or data set
        n_max    n_max   size of the largest class, 0 < n_max < N
        tau      tau     temperature, tau > 0; similarities lie in [-1, 1]

    Accuracy
        1e-12 relative.

    Source
        Published: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Theorem 1. It bounds the
        coupled gap L_CL(f) - L_NSCL(f) as well; for the decoupled one n_max - 1 would do, see
        `dcl_nscl_gap_by_class`.

    >>> float(dcl_nscl_gap(n_total=1000, n_max=10).round(4))
    0.072
    """
    log_ratio, exponent = _theorem_1(n_total, n_max, tau)
    return log1p_exp(log_ratio, exponent)


def dcl_nscl_gap_linear(
    n_total: ArrayLike, n_max: ArrayLike, tau: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on L_DCL(f) - L_NSCL(f): the linear form of `dcl_nscl_gap`.

    Formula
        n_max e^(2/tau) / (N - n_max)                    [nats], +inf where float64 ends

    Symbols (arrays broadcast against each other)
        n_total  N       samples in the batch or data set
        n_max    n_max   size of the largest class, 0 < n_max < N
        tau      tau     temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        Published: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Theorem 1 (log(1 + x) <= x).

    >>> float(dcl_nscl_gap_linear(n_total=1000, n_max=10).round(4))
    0.0746
    """
    log_ratio, exponent = _theorem_1(n_total, n_max, tau)
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(log_product(log_ratio, exponent)), dtype=np.float64)


def dcl_nscl_gap_by_class(class_sizes: ArrayLike, tau: ArrayLike = 1.0) -> NDArray[np.float64]:
    r"""Upper bound on L_DCL(f) - L_NSCL(f) from the sizes of all classes.

    Formula
        sum_c (n_c / N) log(1 + (n_c - 1) e^(2/tau) / (N - n_c))           [nats]

    Symbols
        class_sizes  n_c   classes on the last axis, at least two, each n_c >= 1; N = sum_c n_c
        tau          tau   temperature, tau > 0; broadcasts with the other axes of class_sizes

    Accuracy
        1e-12 relative, also when one class holds nearly every sample.

    Source
        Sharper than Theorem 1 of Luthra, Yang & Galanti (2025): this project,
        docs/theory/luthra2025/loss-gap.md. Attained for two classes by the collapsed antipodal
        pair.

    >>> float(dcl_nscl_gap_by_class([1, 2, 7]).round(4))
    2.0619
    """
    sizes = checked_sizes(class_sizes)
    tau = real(tau)
    require_tau(tau)
    weights = sizes / sizes.sum(axis=-1, keepdims=True)
    log_ratio = log(sizes - 1.0) - np.log(other_classes(sizes))
    gaps = log1p_exp(log_ratio, over_tau(2.0, tau)[..., None])
    return np.asarray(np.sum(weights * gaps, axis=-1), dtype=np.float64)


def _theorem_1(
    n_total: ArrayLike, n_max: ArrayLike, tau: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithm of n_max / (N - n_max), and 2 / tau."""
    total, largest, temperature = reals(n_total, n_max, tau)
    require((0 < largest) & (largest < total), "0 < n_max < n_total", n_max=largest, n_total=total)
    require_at_least(0, n_total=total)
    require_tau(temperature)
    others: NDArray[Any] = total - largest
    return np.log(largest) - np.log(others), over_tau(2.0, temperature)
