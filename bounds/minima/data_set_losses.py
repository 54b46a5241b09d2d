"""Minima of the losses over N samples in K views: DCL and NSCL."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._balanced import balanced
from bounds._classes import checked_sizes
from bounds._domain import real, reals, require, require_at_least, require_tau
from bounds._logspace import over_tau, simplex_exponent


def nscl_minimum(
    n_classes: ArrayLike, n_per_class: ArrayLike, n_views: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Least value of L_NSCL for balanced classes; a floor in every dimension.

    Formula
        log(n K (C - 1)) - C / ((C - 1) tau)             [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  n     samples in each, n >= 1
        n_views      K     views of each sample, K >= 1
        tau          tau   temperature, tau > 0

    Accuracy
        1e-12 relative to the larger of the two terms, which is all that is left where they
        cancel.

    Source
        Published in words: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Theorem 2. Value and
        proof: this project, docs/theory/luthra2025/minima.md. Attained if and only if each class
        is one point and the points form a regular simplex, which takes dimension C - 1.

    >>> float(nscl_minimum(n_classes=4, n_per_class=2, n_views=1, tau=1.0).round(4))
    0.4584
    """
    classes, per_class, views, temperature = reals(n_classes, n_per_class, n_views, tau)
    balanced(classes, per_class, temperature)
    require_at_least(1, n_views=views)
    log_negatives = np.log(per_class) + np.log(views) + np.log(classes - 1.0)
    return np.asarray(log_negatives - simplex_exponent(classes, temperature))


def dcl_minimum(n_total: ArrayLike, n_views: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Least value of L_DCL, whatever the labels; a floor in every dimension.

    Formula
        log(K (N - 1)) - N / ((N - 1) tau)               [nats]

    Symbols (arrays broadcast against each other)
        n_total  N     samples, N >= 2
        n_views  K     views of each sample, K >= 1
        tau      tau   temperature, tau > 0

    Accuracy
        1e-12 relative to the larger of the two terms, as `nscl_minimum`.

    Source
        This project, docs/theory/luthra2025/minima.md: `nscl_minimum` with every sample its own
        class. Attained if and only if views coincide and samples form a regular simplex, which
        takes dimension N - 1.

    >>> float(dcl_minimum(n_total=8, n_views=1, tau=1.0).round(4))
    0.8031
    """
    total, views, temperature = reals(n_total, n_views, tau)
    require_at_least(2, n_total=total)
    return nscl_minimum(total, 1, views, temperature)


def nscl_excess_at_dcl_minimum(
    n_classes: ArrayLike, n_per_class: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""How far L_NSCL is above its least value where L_DCL takes its own, balanced classes.

    Formula
        (N - C) / ((C - 1) (N - 1) tau),   N = C n       [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  n     samples in each, n >= 1; n = 1 gives 0
        tau          tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        Exact: this project, docs/theory/luthra2025/minima.md. Below 1/((C - 1) tau).

    >>> float(nscl_excess_at_dcl_minimum(n_classes=10, n_per_class=500, tau=1.0).round(4))
    0.1109
    """
    classes, per_class, temperature = balanced(n_classes, n_per_class, tau)
    # N - C as C (n - 1), and C cancelled against N - 1, so that nothing overflows.
    share = (per_class - 1.0) / (per_class - 1.0 / classes)
    return over_tau(share / (classes - 1.0), temperature)


def nscl_minimum_two_classes(
    class_sizes: ArrayLike, n_views: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Least value of L_NSCL for two classes of any sizes.

    Formula
        sum_c (n_c / N) log(K (N - n_c)) - 2 / tau       [nats]

    Symbols
        class_sizes  n_c   the two sizes on the last axis, each n_c >= 1; N = n_1 + n_2
        n_views      K     views of each sample, K >= 1
        tau          tau   temperature, tau > 0
        n_views and tau broadcast with the other axes of class_sizes.

    Accuracy
        1e-12 relative to the larger of the two terms, as `nscl_minimum`.

    Source
        Sharper than Theorem 2 of Luthra, Yang & Galanti (2025), which is for balance: this
        project, docs/theory/luthra2025/minima.md. Attained by the collapsed antipodal pair; with
        three classes the simplex does fail without balance.

    >>> float(nscl_minimum_two_classes([1, 8], n_views=1, tau=1.0).round(4))
    -1.769
    """
    sizes = checked_sizes(class_sizes)
    n_classes = sizes.shape[-1]
    require(n_classes == 2, "two classes on the last axis", n_classes=n_classes)
    views, temperature = real(n_views), real(tau)
    require_at_least(1, n_views=views)
    require_tau(temperature)
    weights = sizes / sizes.sum(axis=-1, keepdims=True)
    log_others = np.sum(weights * np.log(sizes[..., ::-1]), axis=-1)
    return np.asarray(np.log(views) + log_others - over_tau(2.0, temperature))
