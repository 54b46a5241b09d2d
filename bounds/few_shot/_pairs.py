"""The moments of all ordered pairs of classes, and the union over the wrong ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bounds.few_shot._infimum import Array


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Moments in units of D_ij; row i, columns j != i, so that the diagonal is gone."""

    directional: Array  # (c, c - 1), V~_ij
    directional_other: Array  # V~_ji
    cdnv: Array  # V_ij
    cdnv_other: Array  # V_ji
    q_own: Array  # tr(Sigma_i^2) / D^4
    q_other: Array  # tr(Sigma_i Sigma_j) / D^4

    def spread(self, m: float) -> Array:
        """S_ij, the variance of the linear part X of T/D^2."""
        with np.errstate(over="ignore"):
            at_finite_m = (self.directional_other + self.q_own + self.q_other) / m
            return np.asarray(4.0 * (self.directional + at_finite_m), dtype=np.float64)


def off_diagonal(matrix: Array) -> Array:
    """(c, c) to (c, c - 1)."""
    c = len(matrix)
    return matrix[~np.eye(c, dtype=bool)].reshape(c, c - 1)


def union_error(
    pair_error: Callable[[float], Array], m_shot: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(1/C') sum_i min(1, sum_j b_ij), in the shape of m_shot."""
    errors = [np.minimum(pair_error(float(m)).sum(axis=1), 1.0).mean() for m in m_shot.ravel()]
    return np.array(errors, dtype=np.float64).reshape(m_shot.shape)
