"""Sharper upper ends of the surrogate gap: equal classes, any prior, no prior at all."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._logspace import log
from bounds._prior import Prior, read_prior
from bounds.surrogate._chord import log_chord, log_cosh
from bounds.surrogate._inputs import classes_negatives_and_scale, negatives_and_scale
from bounds.surrogate._search import for_each


def surrogate_upper_sharp(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f) for equal classes, below `surrogate_upper`.

    Formula
        ln(C cosh(L^2) / (K + 1))                                        [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 1
        n_negatives  K   negatives per anchor, K >= 1
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the largest of the three logarithms.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md.

    >>> float(surrogate_upper_sharp(10, 32).round(4))
    -0.7601
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    return np.asarray(np.log(classes) - np.log1p(negatives) + log_cosh(a), dtype=np.float64)


def surrogate_upper_vertex(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f), below `surrogate_upper` for every prior.

    Formula
        V - ln(K + 1),   a = L^2                                         [nats]
        V = max over |z_j| <= a of  ln sum_j e^(z_j) - sum_j pi_j z_j
          = max over 0 <= m <= C of  ln(m e^a + (C - m) e^(-a)) - a (2 P_m - 1)

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi    number C >= 1 of equal classes, or a vector of C class probabilities
                     P_m   sum of the m smallest of them
        n_negatives  K     negatives per anchor, K >= 1
        norm         L     largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the larger of V and ln(K + 1).

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md. For an even number of equal classes
        `surrogate_upper_sharp` is not above it; for an odd one either can be the lower.

    >>> float(surrogate_upper_vertex([0.9, 0.07, 0.03], 2).round(4))
    1.46
    """
    classes = read_prior(prior)
    negatives, a = negatives_and_scale(n_negatives, norm)
    return np.asarray(for_each(lambda x: _vertex(classes, x), a) - np.log1p(negatives))


def surrogate_upper_prior_free(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f), the same for every prior over the classes.

    Formula
        ln C - ln(K + 1) + ln(cosh a + (r/L) sinh a) - r^2,   a = L^2    [nats]
        r = 1/(L coth a + sqrt(L^2 coth^2 a + 2)), the largest over 0 <= r <= L

    Symbols (arrays broadcast against each other)
        n_classes    C   classes of any probabilities, C >= 1
        n_negatives  K   negatives per anchor, K >= 1
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the largest of its terms.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022) for L >= 1: this project,
        docs/theory/bao2022/surrogate-gap.md. The least of this and `surrogate_upper_vertex` is
        the bound to report, for equal classes with `surrogate_upper_sharp`.

    >>> float(surrogate_upper_prior_free(3, 2).round(4))
    0.5496
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        coth = 1.0 / np.tanh(a)
        ratio = np.where(a > 0.0, a * coth, 1.0)
        share = 1.0 / (ratio + np.sqrt(ratio**2 + 2.0 * a))  # r / L, 1/2 at L = 0
        mean = 1.0 / (coth + np.sqrt(coth**2 + 2.0 / a))  # r L
    h = log_chord(a, mean) - mean * share
    return np.asarray(np.log(classes) - np.log1p(negatives) + h, dtype=np.float64)


def _vertex(prior: Prior, a: float) -> float:
    """max over m of ln(m e^a + (C-m) e^-a) - a (2 P_m - 1): concave in m among equal classes."""
    n_classes = float(prior.n_classes)
    up_to, mass = np.cumsum(prior.counts), np.cumsum(prior.counts * prior.values)
    first = up_to - prior.counts
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        turn = 1.0 / (2.0 * a * prior.values) - n_classes / np.expm1(2.0 * a)
        turn = np.floor(np.nan_to_num(turn, nan=0.0))
        m = np.clip(np.stack([turn, turn + 1.0]), first, up_to)
        at_least_m = 1.0 - (mass - (up_to - m) * prior.values)
        values = 2.0 * a * at_least_m + log(m + (n_classes - m) * np.exp(-2.0 * a))
    # At m = 0 the two large terms cancel; where a is infinite, so does one class with itself.
    return float(np.nanmax(np.where(m > 0.0, values, np.log(n_classes))))
