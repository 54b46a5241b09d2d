"""How far the softmax over all negatives is from the one over negatives of other classes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require, require_at_least, require_positive
from bounds._logspace import log, over_tau
from bounds.alignment._scaled import Array, exponential, quotient


def same_class_mass(
    n_same: ArrayLike, n_different: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound kappa on the softmax mass that CL puts on negatives of the anchor's own class.

    Formula
        n_s e^(2/tau) / (n_s e^(2/tau) + n_d)            [1], in [0, 1]

    Symbols (arrays broadcast against each other)
        n_same       n_s  negatives of the anchor's class, the anchor excluded, n_s >= 0
        n_different  n_d  negatives of other classes, n_d >= 0, n_s + n_d > 0; fractions of the
                          batch do as well as counts
        tau          tau  temperature, tau > 0; similarities lie in [-1, 1]

    Attained: similarity 1 to the own class and -1 to the others. n_s = 0 gives 0 and
    n_d = 0 < n_s gives 1, at every temperature.

    Accuracy
        1e-12 relative, at tau = 1e-3 too.

    Errors
        ValueError for counts below 0 or both 0, tau not > 0, NaN or an infinity.

    Source
        This project, docs/theory/luthra2025/alignment/one-step.md. Sharper than the linear
        e^(2/tau) n_s / n_d restated from Luthra, Mishra & Galanti (2025), arXiv:2510.08852.

    >>> float(same_class_mass(n_same=1, n_different=3, tau=0.5).round(6))
    0.947915
    """
    same, different, temperature = reals(n_same, n_different, tau)
    require_at_least(0, n_same=same, n_different=different)
    require(
        (same > 0) | (different > 0), "n_same + n_different > 0", n_same=same, n_different=different
    )
    require_positive(tau=temperature)
    decay, power = exponential(-over_tau(2.0, temperature))
    some = np.where(same > 0, same, 1.0)
    mass = 1.0 / (1.0 + quotient([different, decay], [some], power))
    return np.where(same > 0, mass, 0.0)


def reweighting_distance(
    n_same: ArrayLike, n_different: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the 2-norm between CL's softmax over negatives and NSCL's.

    Formula
        kappa sqrt(h(n_s) + h(n_d)),  kappa = `same_class_mass`,  x = e^(2/tau)        [1]
        h(n) = (1 + x)^2 / (4 x n) for n >= 1 + x, else (x^2 + n - 1) / (x + n - 1)^2
        bounds the sum of squares of a softmax over n similarities in [-1, 1]

    Symbols (arrays broadcast against each other)
        n_same       n_s  negatives of the anchor's class, the anchor excluded: 0, or >= 1
        n_different  n_d  negatives of other classes: >= 1, or 0 (an anchor without NSCL loss,
                          whose softmax counts as one point)
        tau          tau  temperature, tau > 0; similarities lie in [-1, 1]

    From 0 to sqrt(2): never above sqrt(2) kappa, nor above e^(2/tau) n_s/n_d, half the printed
    Delta, and far below both for many negatives at moderate temperature. Attained: n_s = n_d = 1,
    similarity 1 to the own class and -1 to the other. The largest over all anchors may stand for
    `gap` in every drift bound of clipped runs. It need not be that of the largest class: in a batch
    of given size the value does not always rise with n_s.

    Accuracy
        1e-12 relative, at tau = 1e-3 too.

    Errors
        ValueError for counts below 0, between 0 and 1, or both 0, tau not > 0, NaN or an infinity.

    Source
        This project, docs/theory/luthra2025/alignment/one-step.md, Lemma 4.

    >>> float(reweighting_distance(n_same=10, n_different=1013, tau=1).round(6))
    0.033337
    """
    mass = same_class_mass(n_same, n_different, tau)
    same, different, temperature = reals(n_same, n_different, tau)
    for name, count in (("n_same", same), ("n_different", different)):
        require((count == 0) | (count >= 1), f"{name} 0 or >= 1", **{name: count})
    spread = _concentration(same, temperature) + _concentration(different, temperature)
    return mass * np.sqrt(spread)


def _concentration(n: Array, tau: Array) -> Array:
    """h(n), with 1/x so that nothing overflows; 1 for n = 0."""
    small = np.exp(-over_tau(2.0, tau))
    many = n * small >= 1.0 + small
    few = np.where(many, 1.0, np.maximum(n, 1.0)) - 1.0
    at_vertex = (1.0 + few * small**2) / (1.0 + few * small) ** 2
    inside = (1.0 + small) ** 2 / (4.0 * np.where(many, small, 1.0)) / np.where(many, n, 1.0)
    return np.where(many, inside, at_vertex)


def gradient_gap(pi_max: ArrayLike, epsilon: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Upper bound Delta on the per-anchor reweighting error, with high probability.

    Formula
        2 e^(2/tau) u / (1 - u),   u = pi_max + epsilon          [1], +inf where u >= 1

    Symbols (arrays broadcast against each other)
        pi_max   pi_max   largest class prior, 0 < pi_max <= 1
        epsilon  epsilon  deviation of a batch's class shares, >= 0: `composition_deviation`
        tau      tau      temperature, tau > 0; similarities lie in [-1, 1]

    As printed the quotient turns negative beyond u = 1, where nothing is claimed; +inf is returned
    wherever pi_max + epsilon reaches 1 in float64, and where the value leaves it.

    Accuracy
        1e-12 relative, next to u = 1 too.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        Corrected: Luthra, Mishra & Galanti (2025), arXiv:2510.08852, the gap of Theorem 1 as
        restated in secondary literature, with the hypothesis u < 1.

    >>> float(gradient_gap(pi_max=0.01, epsilon=0.09, tau=1).round(6))
    1.642012
    """
    share, room, temperature = _shares(pi_max, epsilon, tau)
    factor, power = exponential(over_tau(2.0, temperature))
    inside = np.where(room > 0, room, 1.0)
    return np.where(room > 0, quotient([2.0, share, factor], [inside], power), np.inf)


def log_gradient_gap(pi_max: ArrayLike, epsilon: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Logarithm of `gradient_gap`, which it gives also where that overflows.

    Formula
        log 2 + 2/tau + log u - log(1 - u),   u = pi_max + epsilon       [nats], +inf where u >= 1

    Symbols (arrays broadcast against each other)
        pi_max   pi_max   largest class prior, 0 < pi_max <= 1
        epsilon  epsilon  deviation of a batch's class shares, >= 0
        tau      tau      temperature, tau > 0

    Accuracy
        1e-12 relative to the largest of its terms.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        As `gradient_gap`.

    >>> float(log_gradient_gap(pi_max=0.01, epsilon=0.09, tau=1e-3).round(6))
    1998.495923
    """
    share, room, temperature = _shares(pi_max, epsilon, tau)
    inside = np.where(room > 0, room, 1.0)
    value = np.log(2.0) + over_tau(2.0, temperature) + log(share) - log(inside)
    return np.where(room > 0, value, np.inf)


def _shares(pi_max: ArrayLike, epsilon: ArrayLike, tau: ArrayLike) -> tuple[Array, Array, Array]:
    """u, 1 - u to full relative precision (not positive where u reaches 1), and tau."""
    prior, deviation, temperature = reals(pi_max, epsilon, tau)
    require((0 < prior) & (prior <= 1), "0 < pi_max <= 1", pi_max=prior)
    require_at_least(0, epsilon=deviation)
    require_positive(tau=temperature)
    prior, deviation = prior.astype(np.float64), deviation.astype(np.float64)
    share = prior + deviation
    # Knuth's two-sum: what the addition rounded off counts when 1 - u is small.
    shadow = share - prior
    lost = (prior - (share - shadow)) + (deviation - shadow)
    return share, np.where(share < 1, (1.0 - share) - lost, 0.0), temperature
