"""Sharper lower ends of the surrogate gap, for any prior."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._prior import Prior, read_prior
from bounds.surrogate._chord import log_cosh
from bounds.surrogate._inputs import Array, negatives_and_scale
from bounds.surrogate._search import for_each

BISECTIONS = 50  # of an interval 2a < 750; the value is flat at the root


def surrogate_lower_sharp(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Lower bound on R_mu(f) - R_cont(f), above `surrogate_lower` for every prior.

    Formula
        H(pi) - ln(K + 1) - ln(cosh(L^2) + sinh(L^2)/(K + 1))            [nats]

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1
        norm         L    largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the largest of the three terms.

    Source
        Sharper than the lower bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md. For equal classes features +-L v whose sign ignores
        the class approach it as K grows.

    >>> float(surrogate_lower_sharp(10, 32).round(4))
    -1.6505
    """
    entropy = read_prior(prior).entropy
    negatives, a = negatives_and_scale(n_negatives, norm)
    return np.asarray(entropy - _softmax_side(negatives, a), dtype=np.float64)


def surrogate_lower_box(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Lower bound on R_mu(f) - R_cont(f), above `surrogate_lower_sharp` for a very skewed prior.

    Formula
        B - ln(K + 1) - ln(cosh(a) + sinh(a)/(K + 1)),   a = L^2         [nats]
        B = min over |z_j| <= a of  ln sum_j e^(z_j) - sum_j pi_j z_j  >=  H(pi)

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1
        norm         L    largest norm of a feature, L >= 0

    Accuracy
        1e-9 relative to the largest of the three terms.

    Source
        Sharper than the lower bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md. B > H(pi) exactly where
        max_c pi_c > e^(2a) min_c pi_c; otherwise it is `surrogate_lower_sharp`.

    >>> float(surrogate_lower_box([0.98, 0.01, 0.01], 4, 0.5).round(4))
    -0.8838
    """
    classes = read_prior(prior)
    negatives, a = negatives_and_scale(n_negatives, norm)
    return np.asarray(for_each(lambda x: _box(classes, x), a) - _softmax_side(negatives, a))


def _softmax_side(negatives: Array, a: Array) -> Array:
    """ln(K + 1) + ln(cosh a + sinh(a)/(K + 1)): most that E LSE of the K + 1 scores exceeds rho."""
    below = log_cosh(a) + np.log1p(np.tanh(a) / (negatives + 1.0))
    return np.asarray(np.log1p(negatives) + below, dtype=np.float64)


def _box(prior: Prior, a: float) -> float:
    """min over the box of LSE(z) - pi.z, at z_j = clip(ln pi_j + nu, -a, a) with nu = LSE(z)."""
    log_pi = np.log(prior.values)
    if log_pi[-1] - log_pi[0] <= 2.0 * a:
        return prior.entropy
    low, high = math.log(prior.n_classes) - a, math.log(prior.n_classes) + a
    for _ in range(BISECTIONS):
        nu = 0.5 * (low + high)
        rising = _log_sum_exp(prior, np.clip(log_pi + nu, -a, a)) > nu
        low, high = (nu, high) if rising else (low, nu)
    z = np.clip(log_pi + low, -a, a)
    return _log_sum_exp(prior, z) - float(np.sum(prior.counts * prior.values * z))


def _log_sum_exp(prior: Prior, z: Array) -> float:
    """Over all classes; z ascends with the probabilities."""
    return float(z[-1] + np.log(np.sum(prior.counts * np.exp(z - z[-1]))))
