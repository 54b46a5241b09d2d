"""E ln(1 + m + (n - m) q) for a binomial m, by an integral whose cost is independent of n."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
PANEL = 1.6
BLOCK = 256  # entries at once: times some 1300 nodes, a few MB


def expected_log(n: ArrayLike, p: ArrayLike, q: ArrayLike) -> Array:
    """E ln(1 + m + (n - m) q), m ~ Bin(n, p), for 0 <= p, q <= 1 and whole n >= 0; 1e-9 relative.

    Frullani's ln S = int_0^inf (e^-t - e^(-t S)) dt/t turns the expectation of the logarithm into
    the binomial's generating function. With t = e^u the integrand is positive.
    """
    whole = (np.asarray(x, dtype=np.float64) for x in (n, p, q))
    trials, chance, share = np.broadcast_arrays(*whole)
    flat = [x.reshape(-1) for x in (trials, chance, share)]
    result = np.empty(trials.size)
    for start in range(0, trials.size, BLOCK):
        at = slice(start, start + BLOCK)
        result[at] = _block(*(x[at] for x in flat))
    return result.reshape(trials.shape)


def _block(n: Array, p: Array, q: Array) -> Array:
    """The integral over u from where it starts, entry by entry, to 5, where e^-t has ended it."""
    low = -45.0 - np.log1p(n * (p + (1.0 - p) * q))
    panels = int(np.ceil((5.0 - low.min()) / PANEL))
    half = (5.0 - low) / (2.0 * panels)
    steps = (2.0 * np.arange(panels)[:, None] + 1.0 + NODES).reshape(-1)
    u = low[:, None] + half[:, None] * steps
    return np.asarray(half * (_integrand(u, n, p, q) @ np.tile(WEIGHTS, panels)))


def _integrand(u: Array, n: Array, p: Array, q: Array) -> Array:
    """e^-t (1 - (1 - D)^n), with 1 - D = E e^-t[collision] + E e^-tq[none], one trial."""
    t = np.exp(u)
    d = -p[:, None] * np.expm1(-t) - (1.0 - p)[:, None] * np.expm1(-t * q[:, None])
    # ln(1 - D) kept finite: n = 0 times it is 0.
    with np.errstate(divide="ignore", over="ignore"):
        log_miss = np.maximum(np.log1p(-d), -1e300)
        return np.asarray(-np.exp(-t) * np.expm1(n[:, None] * log_miss), dtype=np.float64)
