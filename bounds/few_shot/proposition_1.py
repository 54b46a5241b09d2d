"""Proposition 1 at a given a, and at a = 16 as it is displayed."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require
from bounds.few_shot._inputs import few_shot_arguments
from bounds.few_shot._margin import above_pole, noise, pole


def few_shot_error(
    directional_cdnv: ArrayLike,
    cdnv: ArrayLike,
    root_cdnv: ArrayLike,
    m_shot: ArrayLike,
    n_classes: ArrayLike,
    *,
    a: ArrayLike,
) -> NDArray[np.float64]:
    r"""Upper bound on the m-shot nearest-class-centre error, for a chosen a.

    Formula
        (C' - 1) [(1/2 - A/a)^-2 V~ + (a/4) ((2/sqrt m) (V^s + V) + V/m)],   A = 2 + 2^(3/2)/m

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~    mean of u_ij' Sigma_i u_ij / D_ij^2 over ordered pairs, >= 0
        cdnv              V     mean of tr Sigma_i / D_ij^2 over ordered pairs, >= 0
        root_cdnv         V^s   mean of its square roots, >= 0
        m_shot            m     shots per class, m >= 1
        n_classes         C'    downstream classes, C' >= 2
        a                 a     a >= 5 and a > 2A = 4 + 2^(5/2)/m

    Accuracy
        1e-12 relative, also next to the pole a = 2A.

    Source
        Corrected: Luthra, Yang & Galanti (2025), arXiv:2506.04411, Proposition 1, in the form of
        the authors' follow-up. As printed it asks a >= 5 only; a > 2A is needed as well, which
        a >= 5 implies for integer m >= 6. Proof: this project,
        docs/theory/luthra2025/few-shot.md.

    >>> float(few_shot_error(0.1, 0.25, 0.5, m_shot=10, n_classes=2, a=16).round(4))
    2.7806
    """
    *arrays, classes = few_shot_arguments(
        m_shot, n_classes, directional_cdnv=directional_cdnv, cdnv=cdnv, root_cdnv=root_cdnv
    )
    directional, v, root, m, c, scale = np.broadcast_arrays(*arrays, classes, real(a))
    room = above_pole(scale, m)
    require(scale >= 5, "a >= 5", a=scale)
    require(room > 0, "a > 4 + 2^(5/2)/m_shot", a=scale, m_shot=m)
    b = noise(root, v, m)
    with np.errstate(over="ignore", invalid="ignore"):
        bracket = np.where(scale < 16, room / (2.0 * scale), 0.5 - 0.5 * pole(m) / scale)
        shots = np.where(b == 0, 0.0, scale * b)  # at a = inf too
        return np.asarray((c - 1.0) * (directional / bracket**2 + shots), dtype=np.float64)


def few_shot_error_a16(
    directional_cdnv: ArrayLike,
    cdnv: ArrayLike,
    root_cdnv: ArrayLike,
    m_shot: ArrayLike,
    n_classes: ArrayLike,
) -> NDArray[np.float64]:
    r"""Upper bound on the m-shot nearest-class-centre error with the constants of a = 16.

    Formula
        (C' - 1) [8 V~ + (8/sqrt m) V^s + (8/sqrt m) V + 4 V/m]

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~    see `few_shot_error`, >= 0
        cdnv              V     >= 0
        root_cdnv         V^s   >= 0
        m_shot            m     shots per class, m >= 10
        n_classes         C'    downstream classes, C' >= 2

    Accuracy
        1e-12 relative.

    Source
        Published: Luthra, Yang & Galanti (2025), arXiv:2506.04411, the displayed form of
        Proposition 1: `few_shot_error` at a = 16, whose (3/8 - 2^(3/2)/(16 m))^-2 <= 7.84 is
        rounded up to 8.

    >>> float(few_shot_error_a16(0.1, 0.25, 0.5, m_shot=10, n_classes=2).round(4))
    2.7974
    """
    directional, v, root, m, c = few_shot_arguments(
        m_shot, n_classes, directional_cdnv=directional_cdnv, cdnv=cdnv, root_cdnv=root_cdnv
    )
    require(m >= 10, "m_shot >= 10", m_shot=m)
    with np.errstate(over="ignore"):
        total = 8.0 * directional + 16.0 * noise(root, v, m)
        return np.asarray((c - 1.0) * total, dtype=np.float64)
