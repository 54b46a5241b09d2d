"""Sums of a smooth function over many classes, from its values at a few points.

sum_c f(x_c) for a function f analytic about the x_c: cut the line into bins, replace the points of
a bin by its Chebyshev nodes, each with the sum of its Lagrange polynomial over the points. The
weights do not depend on f, which may then be evaluated as often as needed. The error falls like
rho^-16, where rho = d + sqrt(1 + d^2) and d is the distance of f's nearest singularity, to the side
of a bin, in half bin widths.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEGREE = 16
NODES = np.cos((2.0 * np.arange(DEGREE) + 1.0) * np.pi / (2.0 * DEGREE))
# Column j holds T_k(x_j), with the factors of the discrete orthogonality.
BASIS = np.cos(np.arange(DEGREE)[:, None] * np.arccos(NODES))
BASIS[1:] *= 2.0
BASIS /= DEGREE


def compressed(x: Array, counts: Array, *, width: float) -> tuple[Array, Array]:
    """Points and weights for sums over the ascending `x`, each counted `counts` times."""
    if len(x) <= DEGREE:
        return x, counts
    bins = np.floor((x - x[0]) / width).astype(np.int64)
    bins = np.cumsum(np.diff(bins, prepend=bins[:1]) > 0)  # bins without points drop out
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    if len(x) <= DEGREE * len(starts):
        return x, counts
    # The narrowest interval that holds the points of a bin; never of length 0.
    low, high = x[starts], x[np.append(starts[1:], len(x)) - 1]
    centre, half = (low + high) / 2.0, np.maximum((high - low) / 2.0, width * 1e-3)
    moments = _chebyshev_moments((x - centre[bins]) / half[bins], counts, bins, len(starts))
    points = centre[:, None] + half[:, None] * NODES
    return points.reshape(-1), (moments @ BASIS).reshape(-1)


def _chebyshev_moments(t: Array, counts: Array, bins: NDArray[np.int64], n_bins: int) -> Array:
    """sum_c counts_c T_k(t_c) of every bin, (bins, DEGREE)."""
    moments = np.empty((n_bins, DEGREE))
    before, now = t, np.ones_like(t)
    for k in range(DEGREE):
        moments[:, k] = np.bincount(bins, weights=counts * now, minlength=n_bins)
        before, now = now, (t if k == 0 else 2.0 * t * now - before)
    return moments
