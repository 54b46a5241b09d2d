"""The probability that a class is missed, when that is rare: two terms of inclusion-exclusion."""

import numpy as np
from numpy.typing import NDArray

from bounds._prior import Prior
from bounds.coverage._compression import compressed

Array = NDArray[np.float64]

RARE = 1e-6  # the third term is at most the first, cubed, over six
NEGLIGIBLE = 30.0  # e^-30 of the likeliest miss
WIDTH = 4.0  # of a bin in n pi_c, where the summand is e^(-n pi_c), nearly


def expected_misses(prior: Prior, n: float) -> float:
    """sum_c (1 - pi_c)^n, the first term."""
    return float(np.sum(prior.counts * _none(prior.values, n)))


def miss_probability(prior: Prior, n: float) -> float:
    """First less second term; right to 1e-12 of it where `expected_misses` is below `RARE`."""
    likely = n * (prior.values - prior.smallest) <= NEGLIGIBLE
    pi, counts = prior.values[likely], prior.counts[likely]
    x, weights = compressed(n * pi, counts, width=WIDTH)
    ordered = weights @ _none((x[:, None] + x) / n, n) @ weights
    twice = np.sum(counts * _none(2.0 * pi, n))
    return expected_misses(prior, n) - 0.5 * float(ordered - twice)


def _none(probability: Array, n: float) -> Array:
    """(1 - probability)^n."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(n * np.log1p(-np.minimum(probability, 1.0))))
