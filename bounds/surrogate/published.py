"""The two published intercepts between mean-supervised and contrastive risk, and their width."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._prior import read_prior
from bounds.surrogate._chord import log_cosh
from bounds.surrogate._inputs import negatives_and_scale


def surrogate_upper(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f), mean-supervised less contrastive risk, for every f.

    Formula
        ln(pi* C^2 cosh^2(L^2) / K),   pi* = max_c pi_c                  [nats]

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1; they may share its class
        norm         L    largest norm of a feature, L >= 0; unit rows at temperature t have
                          L = t^(-1/2)

    Accuracy
        1e-12 relative to the largest of the four logarithms.

    Source
        Published: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code. It
        supposes anchor and positive independent given their class.

    >>> float(surrogate_upper(10, 32).round(4))
    -0.2956
    """
    classes = read_prior(prior)
    negatives, a = negatives_and_scale(n_negatives, norm)
    spread = np.log(classes.largest) + 2.0 * math.log(classes.n_classes)
    return np.asarray(spread - np.log(negatives) + 2.0 * log_cosh(a), dtype=np.float64)


def surrogate_lower(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Lower bound on R_mu(f) - R_cont(f), mean-supervised less contrastive risk, for every f.

    Formula
        H(pi) + ln K - 2 ln(K + 1) - 2 ln cosh(L^2),   H(pi) = -sum_c pi_c ln pi_c     [nats]

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1
        norm         L    largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the largest of the four terms.

    Source
        Published: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code. It
        supposes anchor and positive independent given their class.

    >>> float(surrogate_lower(10, 32).round(4))
    -2.0923
    """
    classes = read_prior(prior)
    negatives, a = negatives_and_scale(n_negatives, norm)
    in_negatives = np.log(negatives) - 2.0 * np.log1p(negatives)
    return np.asarray(classes.entropy + in_negatives - 2.0 * log_cosh(a), dtype=np.float64)


def surrogate_width(
    prior: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Value of `surrogate_upper` less `surrogate_lower`.

    Formula
        [ln(C pi*) + ln C - H(pi)] + 2 ln(1 + 1/K) + 4 ln cosh(L^2)      [nats]

    Symbols (n_negatives and norm broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1
        norm         L    largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative to the largest of its terms.

    Source
        Identity: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code. The
        bracket is 0 for equal classes and positive otherwise; more negatives leave
        4 ln cosh(L^2) of the width.

    >>> float(surrogate_width(10, 32).round(4))
    1.7967
    """
    classes = read_prior(prior)
    negatives, a = negatives_and_scale(n_negatives, norm)
    log_c = math.log(classes.n_classes)
    skew = (np.log(classes.largest) + log_c) + (log_c - classes.entropy)
    return np.asarray(skew + 2.0 * np.log1p(1.0 / negatives) + 4.0 * log_cosh(a))
