"""The probability that n draws hit every class, as an integral over a circle through the saddle.

With a total of r pi_c expected draws of class c, Poissonised, and T their number given that each
class is hit, v = n! r^-n e^r prod_c (1 - e^(-pi_c r)) P(T = n) for every r > 0. At the r with
E T = n nothing cancels, and P(T = n) is the mean of T's characteristic function times e^(-i n th)
over N nodes of the circle, up to P(T = n +- N) and beyond.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bounds._prior import Prior
from bounds.coverage._compression import compressed
from bounds.coverage._hits import log_hit, unhit, unhit_slope

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

# Beyond |th| where r sin^2(th/2) = 50 the integrand is below e^-50: each class has modulus at most
# e^(-(p/2)(1 - cos th)), because |sinh z| <= sinh |z|.
DECAY = 50.0
# With at least so many draws the nodes lie within |th| < 0.93, where ln(1 - e^-z), z = p e^(i th),
# is analytic in ln p up to a distance pi/2 - 0.93 from the real axis.
MANY = 250.0
LOG_P_WIDTH = 0.5
LARGE_P = 60.0  # a class with more expected draws is certain to be hit, for all that float64 sees
# ln((1 - e^-z)/z) = -z/2 + sum_k SERIES_k z^(2k), |z| < 2 pi; from the even zeta values.
ORDERS = np.arange(1.0, 12.0)
ZETA = np.array([np.sum(np.arange(1.0, 400.0) ** (-2.0 * k)) for k in ORDERS])
ZETA[:3] = np.pi**2 / 6.0, np.pi**4 / 90.0, np.pi**6 / 945.0
SERIES = -((-1.0) ** ORDERS) * ZETA / (ORDERS * (2.0 * np.pi) ** (2.0 * ORDERS))


def log_coverage_by_saddle(prior: Prior, n: float) -> float:
    """ln v for n > C."""
    r = saddle(prior, n)
    p = prior.values * r
    # r - n is exact where float64 resolves a draw; beyond, the saddle's equation gives it.
    excess = r - n if n < 2.0**52 else float(-np.sum(prior.counts * unhit(p)))
    e = excess / n
    poisson = stirling(n) + n * (e - (math.log1p(e) if e > -0.5 else math.log(r / n)))
    hit = float(np.sum(prior.counts * log_hit(p)))
    return poisson + hit + math.log(_peak(p, prior.counts, r, excess))


def saddle(prior: Prior, n: float) -> float:
    """The r > 0 with sum_c p/(1 - e^-p) = n, p = pi_c r, for n > C.

    The left side is r + sum_c p/(e^p - 1): increasing and convex, so Newton falls from r = n.
    """
    least = n - prior.n_classes
    r = n
    for _ in range(100):
        p = prior.values * r
        extra = unhit(p)
        slope = 1.0 + float(np.sum(prior.counts * prior.values * unhit_slope(p, extra)))
        step = (r + float(np.sum(prior.counts * extra)) - n) / slope
        r = max(r - step, least)
        if abs(step) <= 1e-12 * r:
            break
    return r


def _peak(p: Array, counts: Array, r: float, excess: float) -> float:
    """P(T = n), the mean over the nodes of the circle; those with th < 0 repeat the others."""
    extra = unhit(p)
    variance = float(np.sum(counts * (p + extra) * (1.0 - extra)))
    # T has lighter tails than a Poisson law of twice its variance: P(|T - n| >= N) < e^-40.
    n_nodes = 2 * math.ceil(16.0 + 7.0 * math.sqrt(variance)) + 1
    widest = math.pi if r <= DECAY else 2.0 * math.asin(math.sqrt(DECAY / r))
    n_half = min(n_nodes // 2, math.ceil(widest * n_nodes / (2.0 * math.pi)))
    theta = 2.0 * np.pi * np.arange(1.0, n_half + 1.0) / n_nodes
    integrand = np.exp(_exponent(theta, p, counts, r, excess))
    return float((1.0 + 2.0 * np.sum(integrand.real)) / n_nodes)


def _exponent(theta: Array, p: Array, counts: Array, r: float, excess: float) -> ComplexArray:
    """ln E e^(i th (T - n)): r (e^(i th) - 1) - i n th + sum_c ln((1 - e^-z)/(1 - e^-p))."""
    small = int(np.searchsorted(p, 1.0, side="right"))
    large = int(np.searchsorted(p, LARGE_P, side="right"))
    middle, weights = p[small:large], counts[small:large]
    if r >= MANY:
        log_p, weights = compressed(np.log(middle), weights, width=LOG_P_WIDTH)
        middle = np.exp(log_p)
    n_small = float(np.sum(counts[:small]))  # each of them takes an i th out of ln((1 - e^-z)/z)
    phase = r * _sin_excess(theta) + (excess + n_small) * theta
    total = -2.0 * r * np.sin(theta / 2.0) ** 2 + 1j * phase
    total += _small(theta, p[:small], counts[:small])
    return np.asarray(total + _log_ratio(theta[:, None], middle) @ weights)


def _small(theta: Array, p: Array, counts: Array) -> ComplexArray:
    """Sum over p <= 1 of ln((1 - e^-z)/z) - ln((1 - e^-p)/p), from the sums of powers of p."""
    powers = np.array([np.sum(counts * p ** (2.0 * k)) for k in ORDERS])
    even = _turn(2.0 * ORDERS * theta[:, None]) @ (SERIES * powers)
    return np.asarray(even - 0.5 * float(np.sum(counts * p)) * _turn(theta))


def _log_ratio(theta: Array, p: Array) -> ComplexArray:
    """ln((1 - e^-z)/(1 - e^-p)), z = p e^(i th), as ln(1 + q) so that small th keeps its digits."""
    q = -np.expm1(-p * _turn(theta)) / np.expm1(p)
    modulus = 0.5 * np.log1p(q.real * (2.0 + q.real) + q.imag**2)
    return np.asarray(modulus + 1j * np.arctan2(q.imag, 1.0 + q.real))


def _turn(angle: Array) -> ComplexArray:
    """e^(i angle) - 1."""
    return np.asarray(-2.0 * np.sin(angle / 2.0) ** 2 + 1j * np.sin(angle))


def _sin_excess(theta: Array) -> Array:
    """sin th - th."""
    s = theta * theta
    series = 1.0 - s / 42.0 * (1.0 - s / 72.0 * (1.0 - s / 110.0 * (1.0 - s / 156.0)))
    series = -theta * s / 6.0 * (1.0 - s / 20.0 * series)
    return np.where(theta < 0.5, series, np.sin(theta) - theta)


def stirling(n: float) -> float:
    """ln n! - n ln n + n."""
    if n < 32.0:
        return math.lgamma(n + 1.0) - n * math.log(n) + n if n else 0.0
    inverse = 1.0 / n
    square = inverse * inverse
    series = 1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680)))
    return 0.5 * math.log(2.0 * math.pi * n) + inverse * series
