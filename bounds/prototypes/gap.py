"""How far a log-sum of exponentials can be above the largest similarity to a prototype."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, reals, require_at_least, require_positive
from bounds._logspace import over_tau

Array = NDArray[np.float64]

# 2^(2n-1) B_2n (1/n + 2)/(2n)!, n = 1, 2, ...; the series converges for alpha < pi.
SERIES = (
    1 / 2,
    -1 / 36,
    1 / 405,
    -1 / 4200,
    1 / 42525,
    -691 / 294698250,
    2 / 8513505,
    -3617 / 153243090000,
    43867 / 18463876806375,
    -174611 / 729204507281250,
)
NEWTON_STEPS = 8  # from (K - 1)/2 five reach the last digit, over the whole domain


def jensen_gap(alpha: ArrayLike) -> NDArray[np.float64]:
    r"""Largest gap J* between (1/alpha) log E e^(alpha s) and E s for s in [-1, 1].

    Formula
        (1/alpha) log(sinh(alpha)/alpha) - 1/alpha + coth(alpha)      [1], below min(alpha/2, 2)

    Symbols
        alpha  alpha  inverse temperature, alpha > 0

    Attained by the law on {-1, 1} with mean 1/alpha - coth(alpha).

    Accuracy
        1e-12 relative.

    Errors
        ValueError for alpha not > 0, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/repel-gap.md.

    >>> float(jensen_gap(1.0).round(6))
    0.474475
    """
    inverse_temperature = real(alpha)
    require_positive(alpha=inverse_temperature)
    return _jensen_gap(inverse_temperature.astype(np.float64))


def repel_gap(n_classes: ArrayLike, alpha: ArrayLike) -> NDArray[np.float64]:
    r"""Largest gap of the repelling term, (1/alpha) log sum_y' E e^(alpha <u,z'>) - max <u,M_y'>.

    Formula
        log(K - 1)/alpha + jensen_gap(alpha)             [1]

    Symbols (arrays broadcast against each other)
        n_classes  K      classes, K >= 2; the sum is over the K - 1 that are not the anchor's
        alpha      alpha  inverse temperature, alpha > 0

    Attained where every other class puts the same two-point law on u and -u. Similarities are at
    most 1: where log(K - 1) >= alpha the bound on max <u,M_y'> may say no more than that. +inf
    where it leaves float64.

    Accuracy
        1e-12 relative.

    Errors
        ValueError for n_classes < 2, alpha not > 0, NaN or an infinity.

    Source
        Sharper than the repelling bound of Lee (2025), arXiv:2510.10572, as reconstructed here:
        this project, docs/theory/lee2025/repel-gap.md.

    >>> float(repel_gap(n_classes=10, alpha=4.5).round(6))
    1.777997
    """
    classes, inverse_temperature = reals(n_classes, alpha)
    require_at_least(2, n_classes=classes)
    require_positive(alpha=inverse_temperature)
    spread = over_tau(np.log(classes - 1.0), inverse_temperature)
    return np.asarray(spread + _jensen_gap(inverse_temperature.astype(np.float64)))


def best_alpha(n_classes: ArrayLike) -> NDArray[np.float64]:
    r"""The inverse temperature at which `repel_gap` is least.

    Formula
        the root of alpha coth alpha - alpha^2/sinh^2 alpha - log(sinh(alpha)/alpha) = log(K - 1),
        just above (K - 1)/2                             [1]

    Symbols
        n_classes  K  classes, K >= 3; with two the gap falls towards 0 as alpha does

    The gap there tends to 2 - 2/(K - 1).

    Accuracy
        1e-12 relative.

    Errors
        ValueError for n_classes < 3, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/repel-gap.md.

    >>> float(best_alpha(10).round(6))
    4.537409
    """
    classes = real(n_classes)
    require_at_least(3, n_classes=classes)
    start = (classes - 1.0) / 2.0
    alpha = np.asarray(start, dtype=np.float64)
    for _ in range(NEWTON_STEPS):
        # Newton in log alpha, where phi(alpha) - log(K-1) = log(alpha/start) + rest(alpha).
        rest, slope = _rest_and_slope(alpha)
        alpha = alpha * np.exp(-(np.log(alpha / start) + rest) / slope)
    return np.asarray(alpha, dtype=np.float64)


def _jensen_gap(alpha: Array) -> Array:
    near = np.minimum(alpha, 0.5)
    square = near * near
    series = np.zeros_like(near)
    for c in reversed(SERIES):
        series = c + square * series
    far = np.maximum(alpha, 0.5)
    # q = e^(-2 alpha): log(sinh(alpha)/alpha) = alpha - log(2 alpha) + log(1 - q).
    q = np.exp(-2.0 * np.minimum(far, 400.0))
    logs = np.log(2.0) + np.log(far) + 1.0 - np.log1p(-q)
    large = 2.0 - logs / far + 2.0 * q / (1.0 - q)
    return np.where(alpha < 0.5, near * series, large)


def _rest_and_slope(alpha: Array) -> tuple[Array, Array]:
    """phi(alpha) - log(2 alpha) and alpha phi'(alpha), for alpha >= 1: nothing cancels."""
    a = np.minimum(alpha, 400.0)  # beyond, q is 0
    q = np.exp(-2.0 * a)
    coth_less_1 = 2.0 * q / (1.0 - q)
    over_sinh_squared = 4.0 * q / (1.0 - q) ** 2
    rest = a * coth_less_1 - a * a * over_sinh_squared - np.log1p(-q)
    slope = 1.0 + a * a * over_sinh_squared * (2.0 * a * (1.0 + coth_less_1) - 3.0)
    return rest, slope
