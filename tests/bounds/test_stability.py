"""Stability of the NSCL minimum: fifty digits, order, domain."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounds import nscl_collapse, nscl_simplex_deviation

EXCESS = st.floats(0.0, 1e-3)
TAUS = st.floats(1e-3, 1e3)


def exact_deviation(excess: float, c: int, n: int, k: int, tau: float) -> mpmath.mpf:
    e, t = mpmath.mpf(excess), mpmath.mpf(tau)
    r = 2 / t
    phi = (mpmath.exp(-r) - 1 + r) / r**2
    m = n * k
    return 5 * t * mpmath.sqrt(m * (c - 1) * mpmath.expm1(c * m * e) / phi) + t * e


@given(
    excess=EXCESS,
    c=st.integers(2, 10**6),
    n=st.integers(1, 100),
    k=st.integers(1, 4),
    tau=TAUS,
)
def test_deviation_matches_fifty_digits(excess: float, c: int, n: int, k: int, tau: float) -> None:
    with mpmath.workdps(50):
        exact = float(exact_deviation(excess, c, n, k, tau))
    # The exponent's own rounding is amplified by its size; beyond overflow both are infinite.
    relative = 1e-12 + 4 * np.finfo(float).eps * c * n * k * excess
    assert nscl_simplex_deviation(excess, c, n, k, tau) == pytest.approx(exact, rel=relative)


def test_a_dropped_factor_would_be_noticed() -> None:
    with mpmath.workdps(50):
        wrong = float(exact_deviation(1e-6, 4, 3, 2, 0.5) / mpmath.sqrt(3))
    assert nscl_simplex_deviation(1e-6, 4, 3, 2, 0.5) != pytest.approx(wrong, rel=1e-3)


@given(excess=EXCESS, c=st.integers(2, 10**6), tau=TAUS)
def test_collapse_is_the_stated_product(excess: float, c: int, tau: float) -> None:
    assert nscl_collapse(excess, c, tau) == pytest.approx((c - 1) * tau * excess, rel=1e-15)


def test_at_the_minimum_nothing_is_allowed() -> None:
    assert nscl_collapse(0.0, 5, 0.5) == 0.0
    assert nscl_simplex_deviation(-1e-17, 5, 2, 1, 0.5) == 0.0


def test_overflow_is_infinite() -> None:
    assert nscl_simplex_deviation(10.0, 100, 100, 2, 0.5) == np.inf


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.nan, 2, 1, 1, 1.0), "need a finite excess, got excess=nan"),
        ((0.1, 1, 1, 1, 1.0), "need n_classes >= 2"),
        ((0.1, 2, 0, 1, 1.0), "need n_per_class >= 1"),
        ((0.1, 2, 1, 0, 1.0), "need n_views >= 1"),
        ((0.1, 2, 1, 1, np.nan), "need tau > 0, got tau=nan"),
    ],
)
def test_outside_the_domain(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nscl_simplex_deviation(*arguments)
