"""An exactly solvable few-shot problem: one-dimensional noise across the class means."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least

# The integrand below is analytic for |Im u| < pi/2 and decays like e^(-u) or faster, so that
# the trapezoidal rule is exact to rounding with this step and this end.
STEP = 0.125
NODES = np.arange(0.0, 40.0 + STEP, STEP)
UNDERFLOW = 1e3  # e^-x is 0 from 746 on


def orthogonal_noise_error(cdnv: ArrayLike, m_shot: ArrayLike) -> NDArray[np.float64]:
    r"""Value of the two-class m-shot error for Gaussian noise on a line orthogonal to mu_1 - mu_2.

    Formula
        (1/pi) int_{1/k}^inf K_0(x) dx,   k = sqrt((2 V/m) (4 V + 2 V/m))
        K_0 the modified Bessel function of the second kind

    Symbols (arrays broadcast against each other)
        cdnv    V   of both ordered pairs, V >= 0; the directional CDNV is 0
        m_shot  m   shots per class, m >= 1

    Accuracy
        1e-12 relative, also where tiny.

    Source
        Exact: this project, docs/theory/luthra2025/few-shot.md. Refutes the earlier form of
        Proposition 1 of Luthra, Yang & Galanti (2025), arXiv:2506.04411, whose infimum at
        V = 100, m = 1e4 is 0.1132.

    >>> float(orthogonal_noise_error(100, m_shot=10**4).round(4))
    0.2545
    """
    v, m = reals(cdnv, m_shot)
    require_at_least(0, cdnv=v)
    require_at_least(1, m_shot=m)
    with np.errstate(divide="ignore", over="ignore"):
        x = np.sqrt(m) / (2.0 * np.sqrt(2.0 + 1.0 / m)) / v  # 1/k
    x = np.minimum(x, UNDERFLOW)[..., None]
    # int_x^inf K_0 = int_0^inf e^(-x cosh u)/cosh u du; at large x it has the width 1/sqrt x.
    width = 1.0 / np.sqrt(1.0 + x)
    u = width * NODES
    integrand = np.exp(-2.0 * x * np.sinh(0.5 * u) ** 2) / np.cosh(u)
    integrand[..., 0] *= 0.5
    integral = np.exp(-x[..., 0]) * width[..., 0] * STEP * integrand.sum(axis=-1)
    return np.asarray(integral / np.pi, dtype=np.float64)
