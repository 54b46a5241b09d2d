"""The few-shot error of Gaussian classes, whose fourth moments are known."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require, require_at_least
from bounds.few_shot._infimum import Array
from bounds.few_shot._pairs import Pairs, off_diagonal, union_error


def few_shot_error_gaussian(
    means: ArrayLike, covs: ArrayLike, m_shot: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the m-shot nearest-class-centre error of Gaussian classes.

    Formula
        (1/C') sum_i min(1, sum_{j != i} b_ij)
        b_ij = W/(W + M^2) if M > 0, else 1;   M = 1 + (V_ji - V_ij)/m
        W = 4 V~_ij + 4 V~_ji/m + 4 (q_ii + q_ij)/m + 2 (q_ii + q_jj)/m^2
        V_ij = tr Sigma_i/D_ij^2,   V~_ij = u_ij' Sigma_i u_ij/D_ij^2,   u_ij the unit direction
        q_ij = tr(Sigma_i Sigma_j)/D_ij^4

    Symbols
        means   mu_c      (c, d), at least two classes, no two means equal
        covs    Sigma_c   (c, d, d), symmetric up to float32 rounding; that they are
                          semi-definite is not checked, but that their diagonals are >= 0 is
        m_shot  m         shots per class, m >= 1; the result has its shape

    Accuracy
        1e-12 relative where the traces and quadratic forms do not cancel: no covariance nearly
        singular along u_ij, no M nearly 0.

    Source
        Sharper than Proposition 1 of Luthra, Yang & Galanti (2025), by Cantelli's inequality
        with the exact variance: this project, docs/theory/luthra2025/few-shot.md.

    >>> float(few_shot_error_gaussian(np.eye(2, 10), [0.04 * np.eye(10)] * 2, 10).round(4))
    0.0837
    """
    shots = real(m_shot)
    require_at_least(1, m_shot=shots)
    pairs, q_last = _gaussian_pairs(real(means), real(covs))

    def pair_error(m: float) -> Array:
        margin = 1.0 + (pairs.cdnv_other - pairs.cdnv) / m
        variance = pairs.spread(m) + 2.0 * (pairs.q_own + q_last) / m / m
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            bound = 1.0 / (1.0 + margin * (margin / variance))
        return np.where(margin > 0, bound, 1.0)

    return union_error(pair_error, shots)


def _gaussian_pairs(means: NDArray[Any], covs: NDArray[Any]) -> tuple[Pairs, Array]:
    """The moments of every ordered pair, and q_jj."""
    if means.ndim != 2 or len(means) < 2:
        raise ValueError(f"need means of shape (c, d) with c >= 2, got shape {means.shape}")
    c, d = means.shape
    if covs.shape != (c, d, d):
        raise ValueError(f"need covs of shape {(c, d, d)}, got shape {covs.shape}")
    require(np.isfinite(means), "finite means", means=means)
    require(np.isfinite(covs), "finite covs", covs=covs)
    variances = np.diagonal(covs, axis1=1, axis2=2)
    require(variances >= 0, "covs with a diagonal >= 0", variance=variances)
    rounding = d * np.finfo(np.float32).eps * np.abs(covs).max(axis=(1, 2), initial=0.0)
    skew = np.abs(covs - covs.transpose(0, 2, 1)).max(axis=(1, 2), initial=0.0)
    require(skew <= rounding, "symmetric covs", asymmetry=skew)

    differences = means[:, None] - means[None, :]
    scale = np.abs(differences).max(initial=0.0)
    apart = np.abs(differences).max(axis=-1, initial=0.0) > 0
    row, column = np.indices((c, c))
    # "class" is a keyword of the language, hence the dictionary.
    require(apart | (row == column), "distinct means", **{"class": row, "other": column})
    differences, covs = differences / scale, covs / scale / scale
    squared = np.einsum("ijd,ijd->ij", differences, differences) + np.eye(c)
    # A singular Sigma_i may come out as -1e-17 along u_ij.
    along = np.maximum(np.einsum("ija,iab,ijb->ij", differences, covs, differences), 0.0)
    directional = along / squared**2
    cdnv = np.trace(covs, axis1=1, axis2=2)[:, None] / squared
    products = np.einsum("iab,jab->ij", covs, covs)
    own = np.diagonal(products)
    pairs = Pairs(
        directional=off_diagonal(directional),
        directional_other=off_diagonal(directional.T),
        cdnv=off_diagonal(cdnv),
        cdnv_other=off_diagonal(cdnv.T),
        q_own=off_diagonal(own[:, None] / squared**2),
        q_other=off_diagonal(products / squared**2),
    )
    return pairs, off_diagonal(own[None, :] / squared**2)
