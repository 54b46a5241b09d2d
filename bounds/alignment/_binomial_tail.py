"""Whether a binomial tail is below a level: in logarithms, in rationals where those cannot tell."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bounds.alignment._scaled import Array

Mask = NDArray[np.bool_]

SHALLOW = 1e-290  # down to here float64 keeps the digits of a tail
EXACT_BITS = 10**6  # size of the integers up to which a tie is settled


def rarely_exceeded(k: Array, size: Array, prior: Array, steps: Array, failure: Array) -> Mask:
    """Whether T B/(k + 2) P(Bin(B - 1, pi) > k) <= delta, for whole 0 <= k <= B - 1.

    False where both sides agree to rounding and the numbers are too long for exact arithmetic.
    """
    excess = log_tail(k, size - 1.0, prior) + np.log(steps) - np.log(failure)
    excess += np.log(size) - np.log(k + 2.0)
    # Ten digits of the incomplete beta function; in the deep tail those of log (B - 1)!.
    margin = 1e-10 + 16.0 * np.finfo(np.float64).eps * size * np.log(size)
    met = np.asarray(excess <= 0.0)
    for at in np.argwhere(np.abs(excess) <= margin):
        i = tuple(at)
        met[i] = _exactly(*(float(x[i]) for x in (k, size, prior, steps, failure)))
    return met


def log_tail(k: Array, n: Array, p: Array) -> Array:
    """log P(Bin(n, p) > k), -inf at k = n."""
    # Imported here, because scipy would double the time of `import bounds`.
    from scipy.special import betainc

    inside = k < n
    tail = np.where(inside, betainc(k + 1.0, np.where(inside, n - k, 1.0), p), 0.0)
    with np.errstate(divide="ignore"):
        result = np.asarray(np.log(tail))
    deep = inside & (tail < SHALLOW)
    if deep.any():
        result[deep] = _deep_log_tail(k[deep], n[deep], p[deep])
    return result


def _deep_log_tail(k: Array, n: Array, p: Array) -> Array:
    """The incomplete beta function beyond its mean: a power, times the fraction of DLMF 8.17.22."""
    from scipy.special import gammaln

    a, b = k + 1.0, n - k
    power = gammaln(a + b) - gammaln(a + 1.0) - gammaln(b) + a * np.log(p) + b * np.log1p(-p)
    # Lentz's evaluation; this far out it settles within tens of terms.
    fraction, c, d, settled, m = np.ones_like(p), np.ones_like(p), np.zeros_like(p), False, 1
    while not settled:
        half = m // 2
        even = half * (b - half) / ((a + m - 1.0) * (a + m))
        odd = -(a + half) * (a + b + half) / ((a + m) * (a + m - 1.0))
        x = p * (odd if m % 2 else even)
        d, c, m = 1.0 / (1.0 + x * d), 1.0 + x / c, m + 1
        fraction, settled = fraction * c * d, bool(np.all(np.abs(c * d - 1.0) < 1e-15))
    return np.asarray(power - np.log(fraction), dtype=np.float64)


def _exactly(k: float, size: float, prior: float, steps: float, failure: float) -> bool:
    """The comparison in rational arithmetic, or False where that would take too long."""
    n = int(size) - 1
    above, below = prior.as_integer_ratio()
    if n * below.bit_length() > EXACT_BITS:
        return False
    term = total = above**n if k < n else 0
    for j in range(n, int(k) + 1, -1):
        term = term * j * (below - above) // ((n - j + 1) * above)  # from j successes to j - 1
        total += term
    tail = Fraction(total, below**n)
    return tail * Fraction(steps) * int(size) / (int(k) + 2) <= Fraction(failure)
