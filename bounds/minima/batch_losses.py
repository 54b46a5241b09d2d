"""Minima of the losses of a batch: SupCon, InfoNCE and NT-Xent."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least, require_tau
from bounds._logspace import log1p_exp, simplex_exponent


def supcon_minimum(
    n_classes: ArrayLike, n_per_class: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Least value of the supervised contrastive loss for balanced classes; a floor always.

    Formula
        log(q - 1 + q (C - 1) e^(-C / ((C - 1) tau)))    [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  q     embeddings in each, samples times views, q >= 2
        tau          tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        Published: Graf, Hofer, Niethammer & Kwitt (2021), arXiv:2102.08817; the printed form may
        differ. This form: this project, docs/theory/luthra2025/minima.md. Attained if and only
        if each class is one point and the points form a regular simplex, which takes dimension
        C - 1.

    >>> float(supcon_minimum(n_classes=4, n_per_class=3, tau=0.5).round(4))
    0.9652
    """
    classes, per_class, temperature = reals(n_classes, n_per_class, tau)
    require_at_least(2, n_classes=classes, n_per_class=per_class)
    require_tau(temperature)
    log_positives = np.log(per_class - 1.0)
    log_ratio = np.log(per_class) - log_positives + np.log(classes - 1.0)
    # Two terms >= 0: nothing cancels where q = 2 makes the first one vanish.
    return np.asarray(log_positives + log1p_exp(log_ratio, -simplex_exponent(classes, temperature)))


def infonce_minimum(n_pairs: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Least value of InfoNCE, mean_i[-u_i.v_i/tau + log sum_j e^(u_i.v_j/tau)]; a floor always.

    Formula
        log(1 + (M - 1) e^(-M / ((M - 1) tau)))          [nats]

    Symbols (arrays broadcast against each other)
        n_pairs  M     pairs (u_i, v_i) in the batch, M >= 2
        tau      tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        This project, docs/theory/luthra2025/minima.md. Attained by a regular simplex with
        u_i = v_i, which takes dimension M - 1.

    >>> float(infonce_minimum(n_pairs=2, tau=0.5).round(4))
    0.0181
    """
    pairs, temperature = _pairs(n_pairs, tau)
    return log1p_exp(np.log(pairs - 1.0), -simplex_exponent(pairs, temperature))


def ntxent_minimum(n_pairs: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    r"""Least value of NT-Xent on M samples in two views; a floor in every dimension.

    Formula
        log(1 + 2 (M - 1) e^(-M / ((M - 1) tau)))        [nats]

    Symbols (arrays broadcast against each other)
        n_pairs  M     samples in the batch, M >= 2
        tau      tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        This project, docs/theory/luthra2025/minima.md; `supcon_minimum` with C = M and q = 2.
        Attained by a regular simplex with coinciding views, which takes dimension M - 1.

    >>> float(ntxent_minimum(n_pairs=2, tau=0.5).round(4))
    0.036
    """
    pairs, temperature = _pairs(n_pairs, tau)
    return log1p_exp(np.log(2.0 * (pairs - 1.0)), -simplex_exponent(pairs, temperature))


def _pairs(n_pairs: ArrayLike, tau: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The checked arguments, broadcast."""
    pairs, temperature = reals(n_pairs, tau)
    require_at_least(2, n_pairs=pairs)
    require_tau(temperature)
    return pairs, temperature
