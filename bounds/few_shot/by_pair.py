"""The few-shot error from the moments of every pair of classes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require, require_at_least
from bounds.few_shot._infimum import Array, cantelli, infimum
from bounds.few_shot._pairs import Pairs, off_diagonal, union_error


def few_shot_error_by_pair(
    directional_cdnv: ArrayLike,
    cdnv: ArrayLike,
    m_shot: ArrayLike,
    cross: tuple[ArrayLike, ArrayLike] | None = None,
) -> NDArray[np.float64]:
    r"""Upper bound on the m-shot nearest-class-centre error, pair by pair.

    Formula
        (1/C') sum_i min(1, sum_{j != i} b_ij)
        b_ij = min(1, inf over 0 < t < 1 of  S_ij/(S_ij + (1-t)^2) + V_ij/(m t))
        S_ij = 4 V~_ij + 4 V~_ji/m + 4 (q_ii + q_ij)/m

    Symbols
        directional_cdnv  V~_ij   (c, c) matrix u_ij' Sigma_i u_ij / D_ij^2, row i the test class,
                                  >= 0; its diagonal is not looked at
        cdnv              V_ij    (c, c) matrix tr Sigma_i / D_ij^2, likewise
        m_shot            m       shots per class, m >= 1; the result has its shape
        cross                     (q_own, q_other), (c, c) matrices of q_ii = tr(Sigma_i^2)/D_ij^4
                                  and q_ij = tr(Sigma_i Sigma_j)/D_ij^4, likewise; without it
                                  their upper bounds V_ij^2 and V_ij V_ji

    Accuracy
        1e-9 relative, in the infimum over t; the value is never below the infimum by more
        than rounding.

    Source
        Sharper than Proposition 1 of Luthra, Yang & Galanti (2025): this project,
        docs/theory/luthra2025/few-shot.md.

    >>> float(few_shot_error_by_pair([[0, 0.02], [0.02, 0]], [[0, 0.2], [0.2, 0]], 10).round(4))
    0.2553
    """
    shots = real(m_shot)
    require_at_least(1, m_shot=shots)
    along = _matrix("directional_cdnv", directional_cdnv)
    around = _matrix("cdnv", cdnv, like=along)
    if cross is None:
        with np.errstate(over="ignore"):
            q_own, q_other = around**2, around * around.T
    else:
        q_own, q_other = (
            _matrix(name, q, like=along)
            for name, q in zip(("q_own", "q_other"), cross, strict=True)
        )
    pairs = Pairs(
        directional=off_diagonal(along),
        directional_other=off_diagonal(along.T),
        cdnv=off_diagonal(around),
        cdnv_other=off_diagonal(around.T),
        q_own=off_diagonal(q_own),
        q_other=off_diagonal(q_other),
    )
    return union_error(lambda m: infimum(cantelli, pairs.cdnv / m, pairs.spread(m)), shots)


def _matrix(name: str, values: ArrayLike, like: Array | None = None) -> Array:
    """A (c, c) matrix, c >= 2, finite and >= 0 off its diagonal, which becomes 0."""
    matrix = real(values)
    shape = matrix.shape
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < 2:
        raise ValueError(f"need {name} of shape (c, c) with c >= 2, got shape {shape}")
    if like is not None and shape != like.shape:
        raise ValueError(f"need {name} of shape {like.shape}, got shape {shape}")
    diagonal = np.eye(shape[0], dtype=bool)
    require(diagonal | (matrix >= 0), f"{name} >= 0", **{name: matrix})
    require(diagonal | np.isfinite(matrix), f"finite {name}", **{name: matrix})
    return np.where(diagonal, 0.0, matrix)
