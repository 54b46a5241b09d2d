"""The surrogate gap for equal classes and many negatives: within O(1/K) of the least intercept."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._logspace import log
from bounds.surrogate._inputs import Array, classes_negatives_and_scale
from bounds.surrogate._search import maximum


def surrogate_upper_many_negatives(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f) for equal classes, the lower one for many negatives.

    Formula
        ln(C/K) + V/K,   a = L^2                                         [nats], +inf if V/K is
        V = sup over e^-a < m < e^a of  kappa(e^-a / m) (e^a/m - 1) (1 - e^-a/m)
        kappa(u) = (u - 1 - ln u)/(1 - u)^2

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 1
        n_negatives  K   negatives per anchor, K >= 1
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-9 relative to the largest of its terms.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md. Below `surrogate_upper_sharp` from K = 5 on at L = 1.

    >>> float(surrogate_upper_many_negatives(10, 32).round(4))
    -1.1303
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    a = np.minimum(a, 1e300)  # finite: V overflows long before
    # Beyond d = 2 the objective falls: (d/v - 1)' < d/v - 1 because v + v^2 < 2 <= d.
    log_v = maximum(_log_objective, np.minimum(2.0 * a, 2.0), a)
    with np.errstate(over="ignore"):
        variance = np.exp(log_v - np.log(negatives))
    return np.asarray(np.log(classes) - np.log(negatives) + variance, dtype=np.float64)


def _log_objective(d: Array, a: Array) -> Array:
    """With m = e^(d-a) and v = 1 - e^-d, the objective is (d/v - 1)(e^(2a-d) - 1)."""
    half = d / 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        series = half**2 / 3.0 - half**4 / 45.0 + 2.0 * half**6 / 945.0
        curved = np.where(half < 0.02, series, half / np.tanh(half) - 1.0)
    rest = 2.0 * a - d
    return np.asarray(log(half + curved) + rest + log(-np.expm1(-rest)), dtype=np.float64)
