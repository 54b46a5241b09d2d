"""Earlier bounds on the mean-supervised risk at a given contrastive risk, equal classes.

R_mu <= coefficient * (R_cont - collision term). A coefficient that covers all classes with K
negatives is infinite where they are too few, and then so is the bound, whatever the risk.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least
from bounds._prior import require_count
from bounds.coverage import expected_log_collisions
from bounds.coverage._harmonic import harmonic
from bounds.coverage._uniform import cheapest_draws, log_coverage_uniform

Array = NDArray[np.float64]


def arora_bound(
    risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the mean-supervised risk R_mu at contrastive risk R_cont, by Arora et al.

    Formula
        (R_cont - E ln(1 + Col)) / ((1 - tau_K) v_(C,K+1))       [nats], +inf for K + 1 < C

    Symbols (arrays broadcast against each other)
        risk         R_cont   contrastive risk with K negatives, R_cont >= 0
        n_classes    C        equal classes, whole, C >= 2
        n_negatives  K        negatives, whole, K >= 1
        Col, tau_K, v         `expected_log_collisions`, `collision_probability` and
                              `coverage_probability`, which counts draws

    Accuracy
        1e-9 relative of R_cont times the coefficient; +inf where the coefficient is above float64.
        A risk below E ln(1 + Col), which no encoder has, gives a negative value.

    Source
        Published: Arora et al. (2019), arXiv:1902.09229, as restated in the code of Bao, Nagano &
        Nozawa (2022), arXiv:2110.02501.

    >>> float(arora_bound(1.8, n_classes=10, n_negatives=24).round(2))
    19.56
    """
    given, classes, negatives = _checked(risk, n_classes, n_negatives)
    log_no_collision = _log_no_collision(classes, negatives)
    log_coefficient = -log_no_collision - log_coverage_uniform(classes, negatives + 1)
    return _times(given - expected_log_collisions(classes, negatives), log_coefficient)


def arora_bound_sharp(
    risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the mean-supervised risk R_mu at contrastive risk R_cont, below Arora's.

    Formula
        (R_cont - E ln(1 + Col)) / ((1 - tau_K) v_(C-1,K))       [nats], +inf for K + 1 < C

    Symbols
        as in `arora_bound`

    Accuracy
        as `arora_bound`

    Source
        Sharper than `arora_bound`, since v_(C,K+1) <= v_(C-1,K): this project,
        docs/theory/bao2022/surrogate-gap.md. Attained for C = 2, K = 1 by collapsed classes.

    >>> float(arora_bound_sharp(1.8, n_classes=10, n_negatives=24).round(2))
    15.56
    """
    given, classes, negatives = _checked(risk, n_classes, n_negatives)
    log_no_collision = _log_no_collision(classes, negatives)
    log_coefficient = -log_no_collision - log_coverage_uniform(classes - 1, negatives)
    return _times(given - expected_log_collisions(classes, negatives), log_coefficient)


def nozawa_sato_bound(
    risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the mean-supervised risk R_mu at contrastive risk R_cont, by Nozawa & Sato.

    Formula
        (2 R_cont - E ln(1 + Col)) / v_(C,K+1)           [nats], +inf for K + 1 < C

    Symbols
        as in `arora_bound`

    Accuracy
        as `arora_bound`

    Source
        Published: Nozawa & Sato (2021), arXiv:2102.06866, as in the code of Bao, Nagano & Nozawa
        (2022), arXiv:2110.02501.

    >>> float(nozawa_sato_bound(1.8, n_classes=10, n_negatives=24).round(2))
    5.68
    """
    given, classes, negatives = _checked(risk, n_classes, n_negatives)
    excess = 2.0 * given - expected_log_collisions(classes, negatives)
    return _times(excess, -log_coverage_uniform(classes, negatives + 1))


def ash_bound(risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike) -> NDArray[np.float64]:
    r"""Upper bound on the mean-supervised risk R_mu at contrastive risk R_cont, by Ash et al.

    Formula
        2/(1 - tau_K) max{1, 2 (C-1) H_(C-1) / K} (R_cont - E ln(1 + Col))       [nats]

    Symbols
        as in `arora_bound`; H_n = 1 + 1/2 + ... + 1/n

    Accuracy
        as `arora_bound`

    Source
        Corrected: Ash et al. (2022), arXiv:2106.09943, with the harmonic number that the proof
        needs; the code of Bao, Nagano & Nozawa (2022), arXiv:2110.02501, has ln n + 0.577 for it,
        which is smaller (docs/corrections.md).

    >>> float(ash_bound(1.8, n_classes=10, n_negatives=24).round(2))
    36.23
    """
    given, classes, negatives = _checked(risk, n_classes, n_negatives)
    others = classes - 1.0
    repeats = np.maximum(1.0, 2.0 * others * harmonic(others) / negatives)
    log_coefficient = np.log(2.0 * repeats) - _log_no_collision(classes, negatives)
    return _times(given - expected_log_collisions(classes, negatives), log_coefficient)


def collision_bound(
    risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the mean-supervised risk R_mu at contrastive risk R_cont, any K >= 1.

    Formula
        min_(n >= max(K, C-1)) (n/K)/v_(C-1,n) * (R_cont - E ln(1 + Col)) / (1 - tau_K)    [nats]

    Symbols
        as in `arora_bound`

    Accuracy
        as `arora_bound`. Every n gives a valid bound, and n = K gives `arora_bound_sharp`; the
        best n is found by bisection.

    Source
        Sharper than `arora_bound_sharp` and `ash_bound`, both of which it dominates: this
        project, docs/theory/bao2022/surrogate-gap.md. Attained for C = 2, K = 1 by collapsed
        classes.

    >>> float(collision_bound(1.8, n_classes=10, n_negatives=24).round(2))
    14.12
    """
    given, classes, negatives = _checked(risk, n_classes, n_negatives)
    draws = np.maximum(cheapest_draws(classes - 1), negatives)
    log_coefficient = np.log(draws / negatives) - log_coverage_uniform(classes - 1, draws)
    log_coefficient = log_coefficient - _log_no_collision(classes, negatives)
    return _times(given - expected_log_collisions(classes, negatives), log_coefficient)


def _checked(risk: ArrayLike, n_classes: ArrayLike, n_negatives: ArrayLike) -> tuple[Array, ...]:
    """The arguments of every rival, broadcast."""
    given, classes, negatives = reals(risk, n_classes, n_negatives)
    require_at_least(0, risk=given)
    require_count(2, n_classes=classes)
    require_count(1, n_negatives=negatives)
    return tuple(x.astype(np.float64) for x in (given, classes, negatives))


def _log_no_collision(classes: Array, negatives: Array) -> Array:
    """ln(1 - tau_K) for arrays of C and K: K ln(1 - 1/C)."""
    return np.asarray(negatives * np.log1p(-1.0 / classes))


def _times(excess: Any, log_coefficient: Array) -> Array:
    """`excess` e^`log_coefficient`, and +inf wherever e^`log_coefficient` is."""
    with np.errstate(over="ignore", invalid="ignore"):
        coefficient = np.exp(log_coefficient)
        return np.where(np.isinf(coefficient), np.inf, excess * coefficient)
