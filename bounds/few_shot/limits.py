"""The few-shot error with infinitely many shots."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require_at_least
from bounds.few_shot._inputs import few_shot_arguments


def few_shot_error_limit(directional_cdnv: ArrayLike, n_classes: ArrayLike) -> NDArray[np.float64]:
    r"""Upper bound on the nearest-class-centre error as the number of shots grows.

    Formula
        4 (C' - 1) V~

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~   mean of u_ij' Sigma_i u_ij / D_ij^2 over ordered pairs, >= 0
        n_classes         C'   downstream classes, C' >= 2

    Accuracy
        1e-12 relative. Vacuous from V~ = 1/(4 (C' - 1)) on.

    Source
        Published: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Proposition 1, m -> infinity.

    >>> float(few_shot_error_limit(0.047, n_classes=2).round(4))
    0.188
    """
    directional, _, c = few_shot_arguments(1, n_classes, directional_cdnv=directional_cdnv)
    with np.errstate(over="ignore"):
        return np.asarray(4.0 * (c - 1.0) * directional, dtype=np.float64)


def few_shot_error_limit_sharp(
    directional_cdnv: ArrayLike, n_classes: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the nearest-class-centre error as the number of shots grows, by Cantelli.

    Formula
        (C' - 1) 4 V~ / (1 + 4 V~)

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~   see `few_shot_error_limit`, >= 0
        n_classes         C'   downstream classes, C' >= 2

    Accuracy
        1e-12 relative.

    Source
        Sharper than `few_shot_error_limit`: this project, docs/theory/luthra2025/few-shot.md.
        Attained for two classes by noise on two points.

    >>> float(few_shot_error_limit_sharp(0.047, n_classes=2).round(4))
    0.1582
    """
    directional, _, c = few_shot_arguments(1, n_classes, directional_cdnv=directional_cdnv)
    with np.errstate(over="ignore"):
        return np.asarray((c - 1.0) * (directional / (directional + 0.25)), dtype=np.float64)


def few_shot_error_gaussian_limit(directional_cdnv: ArrayLike) -> NDArray[np.float64]:
    r"""Value of the error on a Gaussian class against one other, infinitely many shots.

    Formula
        Phi(-1 / (2 sqrt(V~))) = erfc(1 / (2 sqrt(2 V~))) / 2;   0 at V~ = 0

    Symbols
        directional_cdnv  V~   of one ordered pair, V~_ij >= 0: the error on class i

    Accuracy
        1e-12 relative.

    Source
        Exact: this project, docs/theory/luthra2025/few-shot.md. For two classes average the
        values at V~_12 and V~_21.

    >>> float(few_shot_error_gaussian_limit(0.25).round(4))
    0.1587
    """
    from scipy.special import erfc  # here, because scipy would double the time of `import bounds`

    directional = real(directional_cdnv)
    require_at_least(0, directional_cdnv=directional)
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(0.5 * erfc(np.sqrt(0.125 / directional)), dtype=np.float64)
