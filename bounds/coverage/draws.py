"""How many draws it takes to hit every class."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._prior import Prior, read_prior
from bounds.coverage._compression import compressed
from bounds.coverage._harmonic import harmonic
from bounds.coverage._hits import log_hit

Array = NDArray[np.float64]

LOG_WIDTH = 1.0
STEP = 0.01  # in ln t; the summand turns within 1/ln C of it
BLOCK = 2**20  # entries of nodes times classes at once


def expected_draws_to_cover(prior: ArrayLike) -> NDArray[np.float64]:
    r"""Expected number of draws until every class has been hit.

    Formula
        int_0^inf (1 - prod_c (1 - e^(-pi_c t))) dt;   uniform: C H_C

    Symbols
        prior  pi_c   class probabilities, or the number C of equal classes

    Accuracy
        1e-12 relative for equal classes, 1e-9 for others.

    Source
        Textbook (coupon collector; the integral is its Poissonised form). Rounded up, it is the
        number of draws in Table 3 of Nozawa & Sato (2021), arXiv:2102.06866.

    >>> float(expected_draws_to_cover(10).round(4))
    29.2897
    """
    classes = read_prior(prior)
    if np.ndim(prior) == 0 or classes.n_classes == 1:
        count = np.asarray(classes.n_classes, dtype=np.float64)
        return np.asarray(count * harmonic(count), dtype=np.float64)
    return np.asarray(_integral(classes), dtype=np.float64)


def _integral(prior: Prior) -> float:
    """The trapezoidal rule in u = ln t: the summand and all its derivatives vanish at both ends."""
    log_pi, weights = compressed(np.log(prior.values), prior.counts, width=LOG_WIDTH)
    # In units of 1/pi_min, what lies left of 1e-14 is at most 1e-14; right of ln C + 40, e^-40.
    last = np.log(np.log(prior.n_classes) + 40.0)
    u = np.arange(np.log(1e-14), last + STEP, STEP)
    relative = log_pi - np.log(prior.smallest)
    block = max(1, BLOCK // len(relative))
    parts = [_missing(u[i : i + block], relative, weights) for i in range(0, len(u), block)]
    return float(STEP * np.sum(np.concatenate(parts)) / prior.smallest)


def _missing(u: Array, log_pi: Array, weights: Array) -> Array:
    """t P(some class is not hit by time t)."""
    expected = np.exp(np.minimum(u[:, None] + log_pi, 7.0))
    # ln(1 - e^-p), from ln p where it is small, so that the rarest class loses no digit.
    return np.asarray(-np.expm1(log_hit(expected) @ weights) * np.exp(u), dtype=np.float64)
