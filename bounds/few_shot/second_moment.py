"""The few-shot error from averages of second moments, for any number of shots."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds.few_shot._infimum import Array, cantelli, infimum
from bounds.few_shot._inputs import few_shot_arguments


def few_shot_error_second_moment(
    directional_cdnv: ArrayLike, cdnv: ArrayLike, m_shot: ArrayLike, n_classes: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the m-shot nearest-class-centre error, by Cantelli and Markov.

    Formula
        (C' - 1) min(1, inf_t E1, inf_t E2),   0 < t < 1,   s = 1 - t
        E1 = theta_s(A0 + P r^2) + V/(m t),    E2 = theta_s(A0) + psi_s(r) + V/(m t)
        A0 = 4 (1 + 1/m) V~,   r = 2 sqrt(2) V/sqrt(m),   P = C' (C' - 1)/2
        theta_s(S) = S/(S + s^2),   psi_s(r) = r/(2 s) if r <= s, else r^2/(r^2 + s^2)

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~   mean of u_ij' Sigma_i u_ij / D_ij^2 over ordered pairs, >= 0
        cdnv              V    mean of tr Sigma_i / D_ij^2 over ordered pairs, >= 0
        m_shot            m    shots per class, m >= 1
        n_classes         C'   downstream classes, C' >= 2

    Accuracy
        1e-9 relative, in the infimum over t; the value is never below the infimum by more
        than rounding.

    Source
        Sharper than Proposition 1 of Luthra, Yang & Galanti (2025), which it dominates for
        a >= 4 + 2 sqrt(2): this project, docs/theory/luthra2025/few-shot.md.

    >>> float(few_shot_error_second_moment(0.047, 0.836, m_shot=1000, n_classes=2).round(4))
    0.1935
    """
    directional, v, m, c = few_shot_arguments(
        m_shot, n_classes, directional_cdnv=directional_cdnv, cdnv=cdnv
    )
    with np.errstate(over="ignore", invalid="ignore"):
        along = 4.0 * (1.0 + 1.0 / m) * directional
        cross = 2.0 * np.sqrt(2.0) * v / np.sqrt(m)
        pairs = np.sqrt(0.5 * c) * np.sqrt(c - 1.0)
        joint = infimum(cantelli, v / m, along + (pairs * cross) ** 2)
        split = infimum(_split_tail, v / m, along, cross)
        return np.asarray((c - 1.0) * np.minimum(joint, split), dtype=np.float64)


def _split_tail(s: Array, along: Array, cross: Array) -> Array:
    """theta_s(A0) + psi_s(r), the average cross terms taken out by subadditivity."""
    with np.errstate(over="ignore"):
        return cantelli(s, along) + np.where(cross <= s, 0.5 * cross / s, cantelli(s, cross**2))
