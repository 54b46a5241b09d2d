"""How alike the representations remain when their Gram matrices are close (Corollaries 1, 2)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require
from bounds.alignment._scaled import Array


def cka_floor(rho: ArrayLike) -> NDArray[np.float64]:
    r"""Lower bound on the CKA of two Gram matrices at relative distance rho.

    Formula
        (1 - rho) / (1 + rho)                            [1], -1 at rho = +inf

    Symbols
        rho  rho  ||K - K'||_F / ||K||_F of the centred Gram matrices, in [0, +inf];
                  at most ||Sigma - Sigma'||_F / ||K||_F

    For rho <= 1 it holds for any symmetric matrices; beyond, where it is negative, for positive
    semidefinite ones (the Gram matrices of features).

    Accuracy
        1e-12 relative.

    Errors
        ValueError for rho below 0 or NaN.

    Source
        Corrected: Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Corollary 1 (its rho as
        restated in secondary literature). Hypotheses and proof: this project,
        docs/theory/luthra2025/alignment/metrics.md.

    >>> float(cka_floor(0.1).round(5))
    0.81818
    """
    return _printed(_distance(rho=rho))


def cka_floor_sharp(rho: ArrayLike) -> NDArray[np.float64]:
    r"""Lower bound on the CKA of two Gram matrices at relative distance rho, the best.

    Formula
        sqrt(1 - rho^2) for rho <= 1, else 0             [1]

    Symbols
        rho  rho  as in `cka_floor`, in [0, +inf]; the larger of the two norms may divide

    For rho <= 1 it holds for any symmetric matrices, and is attained; the 0 beyond is for positive
    semidefinite ones (the Gram matrices of features).

    Accuracy
        1e-12 relative.

    Errors
        ValueError for rho below 0 or NaN.

    Source
        Sharper than `cka_floor`: this project, docs/theory/luthra2025/alignment/metrics.md.

    >>> float(cka_floor_sharp(0.1).round(5))
    0.99499
    """
    distance = _distance(rho=rho)
    return np.where(distance <= 1, _cosine(distance), 0.0)


def rsa_floor(r: ArrayLike) -> NDArray[np.float64]:
    r"""Lower bound on the RSA of two dissimilarity matrices at relative distance r.

    Formula
        (1 - r) / (1 + r) for r <= 1, else -1            [1]

    Symbols
        r  r  ||b - a||_2 / (sqrt M sigma), in [0, +inf]: a, b the M = n (n - 1) / 2 dissimilarities
              above the diagonal, sigma the population standard deviation of a (divisor M)

    Accuracy
        1e-12 relative.

    Errors
        ValueError for r below 0 or NaN.

    Source
        Corrected: Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Corollary 2 (its r as restated
        in secondary literature). As printed the formula stands for every r; beyond 1 it fails.
        Proof and counterexample: this project, docs/theory/luthra2025/alignment/metrics.md.

    >>> float(rsa_floor(0.25))
    0.6
    """
    distance = _distance(r=r)
    return np.where(distance <= 1, _printed(distance), -1.0)


def rsa_floor_sharp(r: ArrayLike) -> NDArray[np.float64]:
    r"""Lower bound on the RSA of two dissimilarity matrices at relative distance r, the best.

    Formula
        sqrt(1 - r^2) for r <= 1, else -1                [1]

    Symbols
        r  r  as in `rsa_floor`, in [0, +inf]; a and b may each be centred first, which lowers it

    Attained for every r <= 1; beyond, vectors with correlation -1 exist.

    Accuracy
        1e-12 relative.

    Errors
        ValueError for r below 0 or NaN.

    Source
        Sharper than `rsa_floor`: this project, docs/theory/luthra2025/alignment/metrics.md.

    >>> float(rsa_floor_sharp(0.6))
    0.8
    """
    distance = _distance(r=r)
    return np.where(distance <= 1, _cosine(distance), -1.0)


def _distance(**named: ArrayLike) -> Array:
    """The one named argument, a number >= 0 or +inf."""
    ((name, value),) = named.items()
    distance = real(value)
    require(distance >= 0, f"{name} >= 0", **{name: distance})
    return distance.astype(np.float64)


def _printed(distance: Array) -> Array:
    """(1 - x) / (1 + x), -1 at infinity."""
    finite = np.where(np.isinf(distance), 1.0, distance)
    return np.where(np.isinf(distance), -1.0, (1.0 - finite) / (1.0 + finite))


def _cosine(distance: Array) -> Array:
    """sqrt(1 - x^2) for x <= 1; 1 - x^2 itself would lose the digits next to x = 1."""
    near = np.minimum(distance, 1.0)
    return np.asarray(np.sqrt((1.0 - near) * (1.0 + near)), dtype=np.float64)
