"""The probability that n draws hit every class."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real
from bounds._prior import Prior, read_prior, require_count
from bounds.coverage._circle import log_coverage_by_saddle, stirling
from bounds.coverage._misses import RARE, expected_misses, miss_probability


def coverage_probability(prior: ArrayLike, n_draws: ArrayLike) -> NDArray[np.float64]:
    r"""Probability v that n independent draws from the prior hit every class.

    Formula
        v = P({c_1, ..., c_n} = all C classes) = sum_A (-1)^|A| (1 - sum_(c in A) pi_c)^n
        uniform: v_(C,n) = C! Stirling2(n, C) / C^n

    Symbols
        prior    pi_c   class probabilities, or the number C of equal classes
        n_draws  n      draws, whole, n >= 0; the result has its shape

    Accuracy
        1e-9 relative, at any number of classes and draws; 0 where v is below float64. The sum
        itself is round-off in float64: see docs/corrections.md.

    Source
        Textbook (coupon collector); the v_(K+1) of Arora et al. (2019), arXiv:1902.09229, and
        Nozawa & Sato (2021), arXiv:2102.06866, is the value at n = K + 1 draws.

    >>> float(coverage_probability(10, 32).round(4))
    0.691
    """
    return np.asarray(np.exp(log_coverage_probability(prior, n_draws)), dtype=np.float64)


def log_coverage_probability(prior: ArrayLike, n_draws: ArrayLike) -> NDArray[np.float64]:
    r"""Logarithm of the probability v that n independent draws hit every class.

    Formula
        ln v, v as in `coverage_probability`             [nats], -inf for n < C

    Symbols
        prior    pi_c   class probabilities, or the number C of equal classes
        n_draws  n      draws, whole, n >= 0; the result has its shape

    Accuracy
        1e-9 relative or 1e-10 absolute, whichever is larger.

    Source
        Textbook; the integral over a circle through the saddle point of the generating function
        of Poissonised draws: this project.

    >>> float(log_coverage_probability(3029, 3100).round(4))
    -2737.7444
    """
    classes = read_prior(prior)
    draws = real(n_draws)
    require_count(0, n_draws=draws)
    different, where = np.unique(draws.astype(np.float64), return_inverse=True)
    values = np.array([log_coverage(classes, float(n)) for n in different], dtype=np.float64)
    return np.asarray(values[where.reshape(draws.shape)])


def log_coverage(prior: Prior, n: float) -> float:
    """ln v of checked arguments."""
    if n < prior.n_classes:
        return -math.inf
    if prior.n_classes == 1:
        return 0.0
    if n == prior.n_classes:  # C! prod_c pi_c
        return stirling(n) - n + float(np.sum(prior.counts * np.log(n * prior.values)))
    if expected_misses(prior, n) < RARE:
        return math.log1p(-miss_probability(prior, n)) + 0.0  # not -0.0
    return min(0.0, log_coverage_by_saddle(prior, n))
