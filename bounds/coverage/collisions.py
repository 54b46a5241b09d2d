"""Negatives that share the anchor's class."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._binomial_log import expected_log
from bounds._domain import real, reals
from bounds._prior import Prior, read_prior, require_count

Array = NDArray[np.float64]

BLOCK = 2**20  # classes times numbers of negatives at once


def collision_probability(prior: ArrayLike, n_negatives: ArrayLike) -> NDArray[np.float64]:
    r"""Probability tau_K that at least one of K negatives shares the anchor's class.

    Formula
        tau_K = sum_c pi_c (1 - (1 - pi_c)^K);   uniform: 1 - (1 - 1/C)^K

    Symbols
        prior        pi_c   class probabilities, or the number C of equal classes
        n_negatives  K      negatives, whole, K >= 0; the result has its shape

    Accuracy
        1e-12 relative.

    Source
        Published: Arora et al. (2019), arXiv:1902.09229, for one negative; for K as in the code
        of Bao, Nagano & Nozawa (2022), arXiv:2110.02501.

    >>> float(collision_probability([0.7, 0.2, 0.1], 5).round(6))
    0.873714
    """
    classes, negatives = _checked(prior, n_negatives)
    return _by_block(_collision, classes, negatives)


def log_no_collision_probability(prior: ArrayLike, n_negatives: ArrayLike) -> NDArray[np.float64]:
    r"""Logarithm of the probability 1 - tau_K that no negative shares the anchor's class.

    Formula
        ln sum_c pi_c (1 - pi_c)^K;   uniform: K ln(1 - 1/C)           [nats], -inf for C = 1 <= K

    Symbols
        prior        pi_c   class probabilities, or the number C of equal classes
        n_negatives  K      negatives, whole, K >= 0; the result has its shape

    Accuracy
        1e-12 relative. 1 - tau_K formed from tau_K is exactly 0 from C = 10, K = 356 on.

    Source
        As `collision_probability`, without the subtraction: this project.

    >>> float(log_no_collision_probability(10, 512).round(4))
    -53.9446
    """
    classes, negatives = _checked(prior, n_negatives)
    return _by_block(_log_no_collision, classes, negatives)


def expected_log_collisions(n_classes: ArrayLike, n_negatives: ArrayLike) -> NDArray[np.float64]:
    r"""Expectation of ln(1 + Col), Col the number of K negatives in the anchor's class.

    Formula
        E ln(1 + Col), Col ~ Bin(K, 1/C)                 [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   equal classes, whole, C >= 1
        n_negatives  K   negatives, whole, K >= 0

    Accuracy
        1e-9 relative. The binomial coefficients of the plain sum overflow from K = 1030 on.

    Source
        The collision term of Arora et al. (2019), arXiv:1902.09229, as restated in the code of
        Bao, Nagano & Nozawa (2022), arXiv:2110.02501; by Frullani's integral: this project.

    >>> float(expected_log_collisions(10, 32).round(4))
    1.3425
    """
    classes, negatives = reals(n_classes, n_negatives)
    require_count(1, n_classes=classes)
    require_count(0, n_negatives=negatives)
    return expected_log(negatives, 1.0 / classes, 0.0)


def _checked(prior: ArrayLike, n_negatives: ArrayLike) -> tuple[Prior, NDArray[np.float64]]:
    """Both arguments."""
    classes, negatives = read_prior(prior), real(n_negatives)
    require_count(0, n_negatives=negatives)
    return classes, negatives.astype(np.float64)


def _by_block(of: Callable[[Prior, Array], Array], prior: Prior, negatives: Array) -> Array:
    """`of` a column of K against the classes, some at a time."""
    flat = negatives.reshape(-1, 1)
    rows = max(1, BLOCK // len(prior.values))
    parts = [of(prior, flat[i : i + rows]) for i in range(0, len(flat), rows)]
    return np.asarray(np.concatenate(parts or [flat[:, 0]]).reshape(negatives.shape))


def _log_misses(prior: Prior, k: Array) -> Array:
    """ln (1 - pi_c)^K, 0 for K = 0 even where pi_c = 1."""
    with np.errstate(divide="ignore"):
        log_miss = np.log1p(-np.minimum(prior.values, 1.0))
    return np.where(k > 0, np.maximum(k, 1.0) * log_miss, 0.0)


def _collision(prior: Prior, k: Array) -> Array:
    """tau_K, a sum of positive terms."""
    weights = prior.counts * prior.values
    return np.asarray(-np.expm1(_log_misses(prior, k)) @ weights + 0.0, dtype=np.float64)


def _log_no_collision(prior: Prior, k: Array) -> Array:
    """ln(1 - tau_K): from tau_K while that is the smaller part, else from its own terms."""
    tau = _collision(prior, k)
    terms = _log_misses(prior, k) + np.log(prior.counts * prior.values)
    largest = terms.max(axis=1)
    finite = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        direct = finite + np.log(np.sum(np.exp(terms - finite[:, None]), axis=1))
    return np.where(tau < 0.5, np.log1p(-np.minimum(tau, 0.5)), direct) + 0.0  # not -0.0
