"""Least contrastive and mean-supervised risks for equal classes: as published, and attained."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._binomial_log import expected_log
from bounds._domain import reals
from bounds._prior import require_count
from bounds.surrogate._inputs import Array, classes_negatives_and_scale, scale


def contrastive_floor(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Lower bound on the contrastive risk R_cont(f) for equal classes.

    Formula
        E ln(1 + m + (K - m) e^(-2 L^2)),   m ~ Bin(K, 1/C)              [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 1
        n_negatives  K   negatives per anchor, K >= 1; m of them share its class
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-9 relative, at a cost that hardly depends on K.

    Source
        Published: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code. Attained
        for C <= 2 only, see `contrastive_floor_etf`.

    >>> float(contrastive_floor(10, 32).round(4))
    2.0753
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    return expected_log(negatives, 1.0 / classes, np.exp(-_doubled(a)))


def supervised_floor(n_classes: ArrayLike, norm: ArrayLike = 1.0) -> NDArray[np.float64]:
    r"""Lower bound on the mean-supervised risk R_mu(f) for equal classes.

    Formula
        ln(1 + (C - 1) e^(-2 L^2))                                       [nats]

    Symbols (arrays broadcast against each other)
        n_classes  C   equally likely classes, C >= 1
        norm       L   largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative while the value is a normal number.

    Source
        Published: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code. Attained
        for C <= 2 only, see `supervised_floor_etf`.

    >>> float(supervised_floor(10).round(4))
    0.7966
    """
    classes, a = _classes_and_scale(1, n_classes, norm)
    return np.asarray(np.log1p((classes - 1.0) * np.exp(-_doubled(a))), dtype=np.float64)


def contrastive_floor_etf(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Least contrastive risk R_cont(f) for equal classes.

    Formula
        E ln(1 + m + (K - m) e^(-L^2 C/(C - 1))),   m ~ Bin(K, 1/C)      [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 2
        n_negatives  K   negatives per anchor, K >= 1; m of them share its class
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-9 relative, at a cost that hardly depends on K.

    Source
        Sharper than `contrastive_floor`: this project, docs/theory/bao2022/surrogate-gap.md.
        Attained by classes that are the points of a regular simplex of norm L, which takes
        dimension C - 1.

    >>> float(contrastive_floor_etf(10, 32).round(4))
    2.6126
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm, fewest=2)
    return expected_log(negatives, 1.0 / classes, np.exp(-_simplex(classes, a)))


def supervised_floor_etf(n_classes: ArrayLike, norm: ArrayLike = 1.0) -> NDArray[np.float64]:
    r"""Least mean-supervised risk R_mu(f) for equal classes.

    Formula
        ln(1 + (C - 1) e^(-L^2 C/(C - 1)))                               [nats]

    Symbols (arrays broadcast against each other)
        n_classes  C   equally likely classes, C >= 2
        norm       L   largest norm of a feature, L >= 0

    Accuracy
        1e-12 relative while the value is a normal number.

    Source
        Sharper than `supervised_floor`: this project, docs/theory/bao2022/surrogate-gap.md.
        Attained by classes that are the points of a regular simplex of norm L, which takes
        dimension C - 1.

    >>> float(supervised_floor_etf(10).round(4))
    1.3769
    """
    classes, a = _classes_and_scale(2, n_classes, norm)
    return np.asarray(np.log1p((classes - 1.0) * np.exp(-_simplex(classes, a))), dtype=np.float64)


def _classes_and_scale(fewest: int, n_classes: ArrayLike, norm: ArrayLike) -> tuple[Array, Array]:
    """C as float64, and a = L^2."""
    classes, radius = reals(n_classes, norm)
    require_count(fewest, n_classes=classes)
    return classes.astype(np.float64), scale(radius)


def _doubled(a: Array) -> Array:
    """2a, the distance of antipodal scores."""
    with np.errstate(over="ignore"):
        return np.asarray(2.0 * a)


def _simplex(n_classes: Array, a: Array) -> Array:
    """a C/(C - 1), the distance of scores at the simplex."""
    with np.errstate(over="ignore"):
        return np.asarray(a * (1.0 + 1.0 / (n_classes - 1.0)))
