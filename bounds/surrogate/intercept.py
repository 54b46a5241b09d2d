"""The intercept ln(C/(K + 1)) of constant features as a bound, where that is proved."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require
from bounds._prior import require_count
from bounds.surrogate._inputs import Array, classes_negatives_and_scale, scale
from bounds.surrogate._search import maximum

ROUNDED = 1.0 + 1e-12  # so that sqrt(2) and sqrt(0.8) are inside
ONE_NEGATIVE = np.cosh(1.0) - 1.5
TWO_NEGATIVES = 0.296
MORE_NEGATIVES = 0.6  # over K + 1

# Power series of (e^y - 1 - y)/y^2 and, in y^2, of (sinh(y) - y)/y^3.
SECOND = [1.0 / math.factorial(n) for n in range(15, 1, -1)]
THIRD = [1.0 / math.factorial(n) for n in range(15, 1, -2)]


def surrogate_upper_intercept(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike
) -> NDArray[np.float64]:
    r"""Least upper bound on R_mu(f) - R_cont(f) for equal classes and small norms.

    Formula
        ln(C/(K + 1))                                                    [nats]

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 1
        n_negatives  K   negatives per anchor, K >= 1
        norm         L   largest norm of a feature, L >= 0: any for C = 1, L^2 <= 2 for C = 2,
                         L^2 <= 0.909 for K = 1, L^2 <= 0.8 otherwise

    Accuracy
        1e-12 relative to the larger of the two logarithms.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/intercept.md, by hand for C <= 2 and computer-assisted otherwise.
        Attained by constant features. For C = 2 it fails beyond L^2 = 2.

    >>> float(surrogate_upper_intercept(10, 32, 0.8).round(4))
    -1.1939
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    require(
        _is_proved(classes, negatives, a),
        "n_classes = 1, or n_classes = 2 and norm^2 <= 2, or norm^2 <= 0.8, "
        "or n_negatives = 1 and norm^2 <= 0.909",
        n_classes=n_classes,
        n_negatives=n_negatives,
        norm=norm,
    )
    return np.asarray(np.log(classes) - np.log1p(negatives), dtype=np.float64)


def surrogate_upper_unit(
    n_classes: ArrayLike, n_negatives: ArrayLike, norm: ArrayLike = 1.0
) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f) for equal classes and norms up to 1.

    Formula
        ln(C/(K + 1)) + e                                                [nats]
        e = 0 where `surrogate_upper_intercept` is proved, otherwise
        e = cosh 1 - 3/2 for K = 1,   0.296 for K = 2,   0.6/(K + 1) for K >= 3

    Symbols (arrays broadcast against each other)
        n_classes    C   equally likely classes, C >= 1
        n_negatives  K   negatives per anchor, K >= 1
        norm         L   largest norm of a feature, 0 <= L <= 1

    Accuracy
        1e-12 relative to the largest of the terms.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/intercept.md, by hand for C <= 2 and for K = 1, computer-assisted
        otherwise. Below `surrogate_upper_sharp`, but for K = 2 and L^2 just above 0.8.

    >>> float(surrogate_upper_unit(10, 32).round(4))
    -1.1757
    """
    classes, negatives, a = classes_negatives_and_scale(n_classes, n_negatives, norm)
    require(a <= ROUNDED, "norm <= 1", norm=norm)
    few = np.where(negatives == 1.0, ONE_NEGATIVE, TWO_NEGATIVES)
    excess = np.where(negatives <= 2.0, few, MORE_NEGATIVES / (negatives + 1.0))
    intercept = np.log(classes) - np.log1p(negatives)
    return np.asarray(intercept + np.where(_is_proved(classes, negatives, a), 0.0, excess))


def mean_bound_excess(n_negatives: ArrayLike, norm: ArrayLike) -> NDArray[np.float64]:
    r"""Upper bound on R_mu(f) - R_cont(f) - ln(C/(K + 1)) for any number C of equal classes.

    Formula
        sup over 0 <= y <= 2a of  e^y - 1 - y - (y sinh y)/a + (K/(K + 1)) y^2/a      [nats]
        a = L^2; 0 at a = 0, and +inf where float64 ends

    Symbols (arrays broadcast against each other)
        n_negatives  K   negatives per anchor, K >= 0; for K = 0 it bounds R_mu(f) - ln C
        norm         L   largest norm of a feature, L >= 0

    Accuracy
        1e-9 relative to the largest of its terms where the supremum is.

    Source
        Sharper than the upper bound of Bao, Nagano & Nozawa (2022) for few negatives: this
        project, docs/theory/bao2022/intercept.md. For K = 0 it is 0 up to L^2 = 1.6106, for K = 1
        up to L^2 = 0.9093.

    >>> float(mean_bound_excess(1, 1.0).round(4))
    0.0431
    """
    negatives, radius = reals(n_negatives, norm)
    require_count(0, n_negatives=negatives)
    a = scale(radius)
    # From a = 360 on the bracket overflows at y = 2a - 1 already.
    within = np.minimum(a, 360.0)
    return maximum(_bracket, 2.0 * within, within, 1.0 / (1.0 + negatives))


def _is_proved(n_classes: Array, n_negatives: Array, a: Array) -> NDArray[np.bool_]:
    """Where no feature map exceeds the intercept of constant features."""
    two = (n_classes == 2.0) & (a <= 2.0 * ROUNDED)
    one_negative = (n_negatives == 1.0) & (a <= 0.909 * ROUNDED)
    return np.asarray((n_classes == 1.0) | two | one_negative | (a <= 0.8 * ROUNDED))


def _bracket(y: Array, a: Array, share: Array) -> Array:
    """The bracket of `mean_bound_excess`, with `share` = 1/(K + 1) = 1 - K/(K + 1)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # e^y and y sinh(y)/a nearly cancel at y = 2a.
        leading = np.exp(y + np.log1p(-y / (2.0 * a))) + y * np.exp(-y) / (2.0 * a)
        large = leading - 1.0 - y + (1.0 - share) * y**2 / a
        rest = np.polyval(THIRD, y**2) * y**2 + share
        near = y * (y * np.polyval(SECOND, y) - rest * (y / a))
    return np.where(y < 0.5, np.where(y > 0.0, near, 0.0), large)
