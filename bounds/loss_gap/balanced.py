"""The loss gap for balanced classes: the printed bound, the chord, and equal similarities."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._balanced import balanced, log_alpha
from bounds._logspace import log1p_exp, over_tau


def dcl_nscl_gap_balanced(n_classes: ArrayLike, tau: ArrayLike = 1.0) -> NDArray[np.float64]:
    r"""Upper bound on L_DCL(f) - L_NSCL(f) for balanced classes, uniform over encoders f.

    Formula
        log(1 + e^(2/tau) / (C - 1))                     [nats]

    Symbols (arrays broadcast against each other)
        n_classes  C     classes of equal size, C >= 2
        tau        tau   temperature, tau > 0; similarities lie in [-1, 1]

    Accuracy
        1e-12 relative.

    Source
        Published: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Theorem 1 with n_max = N/C.

    >>> float(dcl_nscl_gap_balanced(n_classes=100).round(4))
    0.072
    """
    classes, _, temperature = balanced(n_classes, 1, tau)
    return log1p_exp(-np.log(classes - 1.0), over_tau(2.0, temperature))


def dcl_nscl_gap_chord(
    n_classes: ArrayLike, n_per_class: ArrayLike, tau: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on L_DCL(f) - L_NSCL(f) for balanced classes, by a chord of its anchor form.

    Formula
        (1 - lambda) log(1 + alpha) + lambda log(1 + alpha e^(2/tau))          [nats]
        alpha = (n - 1) / (n (C - 1)),   lambda = C / (2 (C - 1))

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  n     samples in each, n >= 1
        tau          tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        Sharper than Theorem 1 of Luthra, Yang & Galanti (2025): this project,
        docs/theory/luthra2025/loss-gap.md. Attained for C = 2 by the collapsed antipodal pair;
        `dcl_nscl_gap_etf` is below it for C > 2.

    >>> float(dcl_nscl_gap_chord(n_classes=10, n_per_class=5).round(4))
    0.3183
    """
    classes, per_class, temperature = balanced(n_classes, n_per_class, tau)
    log_a = log_alpha(classes, per_class)
    upper_weight = 0.5 + 0.5 / (classes - 1.0)
    lower = (1.0 - upper_weight) * log1p_exp(log_a, 0.0)
    return np.asarray(lower + upper_weight * log1p_exp(log_a, over_tau(2.0, temperature)))


def dcl_nscl_gap_constant(n_classes: ArrayLike, n_per_class: ArrayLike) -> NDArray[np.float64]:
    r"""Value of L_DCL(f) - L_NSCL(f) for balanced classes when all similarities are equal.

    Formula
        log(1 + alpha) = log((N - 1) / (N - n)),   alpha = (n - 1) / (n (C - 1))     [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   classes of equal size, C >= 2; N = C n
        n_per_class  n   samples in each, n >= 1

    Accuracy
        1e-12 relative.

    Source
        Exact: this project, docs/theory/luthra2025/loss-gap.md. The level of a random
        initialisation; it tends to log(C / (C - 1)) as n grows.

    >>> float(dcl_nscl_gap_constant(n_classes=10, n_per_class=5).round(4))
    0.0852
    """
    classes, per_class, _ = balanced(n_classes, n_per_class, 1.0)
    return log1p_exp(log_alpha(classes, per_class), 0.0)
