"""How far from the collapsed simplex an encoder can be whose NSCL is near its minimum."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import require
from bounds._logspace import over_tau


def nscl_collapse(excess: ArrayLike, n_classes: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Upper bound on the mean class variance of unit rows, from their NSCL above its minimum.

    Formula
        (1/C) sum_c tr Sigma_c <= (C - 1) tau (L_NSCL(f) - nscl_minimum)        [1]

    Symbols (arrays broadcast against each other)
        excess     epsilon  L_NSCL(f) - nscl_minimum in nats; rounding may leave it below 0, then
                            the bound is 0
        n_classes  C        balanced classes, >= 2
        tau        tau      temperature, > 0

    The variance pools all views of a class and divides by their number. Attained wherever DCL is
    least (all samples at one simplex). Other losses than NSCL at other temperatures do not enter.

    Errors
        ValueError for n_classes < 2, tau not > 0, excess NaN or infinite.

    Source
        This project, docs/theory/luthra2025/minima.md (sharper: quantifies Theorem 2).

    >>> float(nscl_collapse(excess=0.1, n_classes=5, tau=0.5))
    0.2
    """
    excess, n_classes, tau = _checked(excess, n_classes, tau)
    return np.asarray((n_classes - 1.0) * tau * np.maximum(excess, 0.0), dtype=np.float64)


def nscl_simplex_deviation(
    excess: ArrayLike,
    n_classes: ArrayLike,
    n_per_class: ArrayLike,
    n_views: ArrayLike,
    tau: ArrayLike,
) -> NDArray[np.float64]:
    r"""Upper bound on |s + 1/(C - 1)| over all pairs of embeddings of different classes.

    Formula
        5 delta + tau epsilon,   delta^2 = tau^2 n K (C - 1) (e^(C n K epsilon) - 1) / phi(2/tau),
        phi(R) = (e^-R - 1 + R) / R^2        [1]

    Symbols (arrays broadcast against each other)
        excess       epsilon  L_NSCL(f) - nscl_minimum in nats; below 0 counts as 0
        n_classes    C        balanced classes, >= 2
        n_per_class  n        samples per class, >= 1
        n_views      K        views per sample, >= 1
        tau          tau      temperature, > 0

    Of use near the minimum only: the trivial bound is 1 + 1/(C - 1). +inf where it overflows.

    Errors
        ValueError for sizes below these, tau not > 0, excess NaN or infinite.

    Source
        This project, docs/theory/luthra2025/minima.md (sharper: quantifies Theorem 2).

    >>> float(nscl_simplex_deviation(1e-12, 4, n_per_class=2, n_views=1, tau=1.0).round(7))
    6.5e-05
    """
    excess, n_classes, tau = _checked(excess, n_classes, tau)
    n_per_class, n_views = np.asarray(n_per_class), np.asarray(n_views)
    require(n_per_class >= 1, "n_per_class >= 1", n_per_class=n_per_class)
    require(n_views >= 1, "n_views >= 1", n_views=n_views)
    per_class = n_per_class * n_views
    excess = np.maximum(excess, 0.0)
    exponent = n_classes * per_class * excess
    scale = np.sqrt(per_class * (n_classes - 1.0) / _phi(over_tau(2.0, tau)))
    with np.errstate(over="ignore"):
        # sqrt(e^x - 1) = e^(x/2) sqrt(1 - e^-x), which overflows only where the bound does.
        delta = tau * scale * np.sqrt(-np.expm1(-exponent)) * np.exp(exponent / 2.0)
        return np.asarray(5.0 * delta + tau * excess, dtype=np.float64)


def _phi(r: NDArray[np.float64]) -> NDArray[np.float64]:
    """(e^-R - 1 + R) / R^2, which decreases from 1/2; by its series where that cancels."""
    near = np.minimum(r, 0.5)
    series = sum((-near) ** k / float(_FACTORIAL[k + 2]) for k in range(12))
    far = np.maximum(r, 0.5)
    return np.where(r < 0.5, series, (np.expm1(-far) + far) / far / far)


_FACTORIAL = np.cumprod(np.r_[1.0, np.arange(1.0, 16.0)])


def _checked(
    excess: ArrayLike, n_classes: ArrayLike, tau: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    excess, n_classes, tau = (np.asarray(a, dtype=np.float64) for a in (excess, n_classes, tau))
    require(np.isfinite(excess), "a finite excess", excess=excess)
    require(n_classes >= 2, "n_classes >= 2", n_classes=n_classes)
    require(tau > 0, "tau > 0", tau=tau)
    return excess, n_classes, tau
