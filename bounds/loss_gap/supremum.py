"""The exact supremum of the loss gap for balanced classes, attained at the collapsed simplex."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._balanced import balanced, log_alpha
from bounds._domain import reals, require, require_at_least
from bounds._logspace import log, log1p_exp, simplex_exponent


def dcl_nscl_gap_etf(
    n_classes: ArrayLike, n_per_class: ArrayLike, tau: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Least upper bound on L_DCL(f) - L_NSCL(f) for balanced classes.

    Formula
        log(1 + alpha e^(C / ((C - 1) tau))),   alpha = (n - 1) / (n (C - 1))        [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  n     samples in each, n >= 1
        tau          tau   temperature, tau > 0

    Accuracy
        1e-12 relative.

    Source
        Sharper than Theorem 1 of Luthra, Yang & Galanti (2025): this project,
        docs/theory/luthra2025/gap-supremum.md. For n >= 2 attained if and only if each class is
        one point and the points form a regular simplex, which takes dimension C - 1; n = 1
        gives 0.

    >>> float(dcl_nscl_gap_etf(n_classes=10, n_per_class=5).round(4))
    0.239
    """
    classes, per_class, temperature = balanced(n_classes, n_per_class, tau)
    return log1p_exp(log_alpha(classes, per_class), simplex_exponent(classes, temperature))


def cl_nscl_gap_etf(
    n_classes: ArrayLike,
    n_per_class: ArrayLike,
    n_views: ArrayLike,
    tau: ArrayLike = 1.0,
    *,
    own_views: str = "others",
) -> NDArray[np.float64]:
    r"""Least upper bound on L_CL(f) - L_NSCL(f), own views in the denominator, balanced classes.

    Formula
        log(1 + a e^(C / ((C - 1) tau)) / (C - 1))       [nats]
        a = 1 for own_views "all", a = (n K - 1) / (n K) for "others" (all but the anchor itself)

    Symbols (arrays broadcast against each other)
        n_classes    C     classes of equal size, C >= 2
        n_per_class  n     samples in each, n >= 1
        n_views      K     views of each sample, K >= 1; n K >= 2 for "others"
        tau          tau   temperature, tau > 0
        own_views          "others" or "all", as in the coupled loss that is meant

    Accuracy
        1e-12 relative.

    Source
        Sharper than Theorem 1 of Luthra, Yang & Galanti (2025), which holds for the coupled
        loss too: this project, docs/theory/luthra2025/gap-supremum.md, corollary. Attained as
        `dcl_nscl_gap_etf` is.

    >>> float(cl_nscl_gap_etf(n_classes=10, n_per_class=5, n_views=2).round(4))
    0.2653
    """
    if own_views not in ("all", "others"):
        raise ValueError(f"need own_views 'all' or 'others', got own_views={own_views!r}")
    classes, per_class, views, temperature = reals(n_classes, n_per_class, n_views, tau)
    balanced(classes, per_class, temperature)
    require_at_least(1, n_views=views)
    exponent = simplex_exponent(classes, temperature)
    if own_views == "all":
        return log1p_exp(-np.log(classes - 1.0), exponent)
    with np.errstate(over="ignore"):
        embeddings = np.multiply(per_class, views, dtype=np.float64)
    require(
        embeddings >= 2,
        "n_per_class * n_views >= 2 for own_views 'others'",
        n_per_class=per_class,
        n_views=views,
    )
    return log1p_exp(log(1.0 - 1.0 / embeddings) - np.log(classes - 1.0), exponent)
