"""The composition quantile against exact rational and fifty-digit binomial tails."""

from fractions import Fraction
from math import comb

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from bounds.alignment import _binomial_tail

PRIOR = st.floats(1e-6, 1.0)
LEVEL = st.one_of(st.floats(1e-6, 0.999), st.floats(-300.0, -1.0).map(lambda x: 10.0**x))


def exact_left(k: int, size: int, steps: float, prior: float) -> Fraction:
    """T B/(k + 2) P(Bin(B - 1, pi) > k) in rational arithmetic."""
    p, n = Fraction(prior), size - 1
    tail = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k + 1, n + 1))
    return Fraction(steps) * size / (k + 2) * tail


def brute(size: int, steps: float, delta: float, prior: float) -> int:
    return next(k for k in range(size) if exact_left(k, size, steps, prior) <= Fraction(delta))


def log_tail(k: int, n: int, p: float) -> mp.mpf:
    """log P(Bin(n, p) > k) for k beyond the mean, term by term."""
    with mp.workdps(50):
        p, j = mp.mpf(p), k + 1
        log_first = mp.loggamma(n + 1) - mp.loggamma(j + 1) - mp.loggamma(n - j + 1)
        log_first += j * mp.log(p) + (n - j) * mp.log1p(-p)
        term = total = mp.mpf(1)
        while j < n and term > total * mp.mpf(10) ** -30:
            term *= mp.mpf(n - j) / (j + 1) * p / (1 - p)
            j, total = j + 1, total + term
        return log_first + mp.log(total)


def margin(k: int, size: int, steps: float, prior: float, delta: float) -> float:
    """log of the left side over delta."""
    with mp.workdps(50):
        scale = mp.log(steps) + mp.log(size) - mp.log(k + 2) - mp.log(delta)
        return float(log_tail(k, size - 1, prior) + scale)


@given(
    size=st.integers(2, 24),
    steps=st.one_of(st.integers(1, 1000), st.floats(1.0, 1e12)),
    delta=LEVEL,
    prior=PRIOR,
)
@example(size=2, steps=1, delta=0.5, prior=0.5)
@example(size=3, steps=1, delta=0.25, prior=0.5)
@example(size=9, steps=3, delta=3 * 2.0**-8, prior=0.5)
@example(size=5, steps=1, delta=1 - 2**-53, prior=1.0)
@example(size=2, steps=1, delta=0.999, prior=1e-6)
def test_small_batches_agree_with_rational_arithmetic(
    size: int, steps: float, delta: float, prior: float
) -> None:
    assert bounds.composition_quantile(size, steps, delta, prior) == brute(
        size, steps, delta, prior
    )


@given(numerator=st.integers(1, 7), size=st.integers(2, 20), data=st.data())
def test_a_tie_is_met(numerator: int, size: int, data: st.DataObject) -> None:
    """delta equal to the left side itself, wherever float64 holds it exactly."""
    k = data.draw(st.integers(0, size - 2))
    left = exact_left(k, size, k + 2, numerator / 8)
    if left < 1 and float(left) == left:
        assert bounds.composition_quantile(size, k + 2, float(left), numerator / 8) <= k
        below = float(np.nextafter(float(left), 0.0))
        assert bounds.composition_quantile(size, k + 2, below, numerator / 8) > k


@pytest.mark.parametrize(
    ("size", "steps", "delta", "prior"),
    [
        (1024, 58800, 0.05, 0.01),
        (1024, 1e12, 1e-300, 0.3),
        (10**6, 1e12, 1e-300, 0.5),
        (10**6, 1e12, 1e-300, 1e-6),
        (10**6, 1, 0.05, 0.999),
        (10**6, 1e5, 1e-9, 1e-3),
        (65536, 5.0, 5e-324, 0.01),
    ],
)
def test_the_inequality_holds_at_the_quantile_and_not_below(
    size: int, steps: float, delta: float, prior: float
) -> None:
    k = int(bounds.composition_quantile(size, steps, delta, prior))
    assert margin(k, size, steps, prior, delta) <= 0
    assert margin(k - 1, size, steps, prior, delta) > 0


@given(n=st.integers(1, 10**6), p=PRIOR.filter(lambda p: p < 1), z=st.floats(0.0, 45.0))
@example(n=999999, p=0.5, z=38.1)
@example(n=999999, p=1e-6, z=45.0)
def test_tails_have_nine_digits_relative_to_the_size_of_their_terms(
    n: int, p: float, z: float
) -> None:
    k = min(int(n * p + z * (n * p * (1 - p)) ** 0.5 + 1), n - 1)
    if k < n * p:
        return
    got = _binomial_tail.log_tail(np.array(float(k)), np.array(float(n)), np.array(p))
    allowed = 1e-10 + 16 * np.finfo(float).eps * (n + 1) * np.log(n + 1.0)
    assert abs(float(got) - float(log_tail(k, n, p))) <= allowed


def test_worked_values_and_broadcasting() -> None:
    assert bounds.composition_quantile(8, 1, 0.3, 0.5) == 5
    assert exact_left(5, 8, 1, 0.5) == Fraction(8, 7) / 16
    grid = bounds.composition_quantile([[8], [16]], 1, [0.3, 0.1, 0.01], 0.5)
    assert grid.shape == (2, 3)
    assert grid.dtype == np.float64
    assert grid[1, 2] == bounds.composition_quantile(16, 1, 0.01, 0.5) == brute(16, 1, 0.01, 0.5)
    assert (bounds.composition_quantile([2, 8, 10**6], 1, 0.5, 1.0) == [1, 7, 10**6 - 1]).all()
    assert bounds.composition_quantile(np.zeros(0) + 2, 1, 0.5, 1.0).shape == (0,)


@given(size=st.integers(2, 2000), delta=LEVEL, prior=PRIOR)
def test_fewer_steps_lower_priors_and_larger_delta_never_raise_it(
    size: int, delta: float, prior: float
) -> None:
    k = bounds.composition_quantile(size, [1, 10, 1000], delta, prior)
    assert (np.diff(k) >= 0).all()
    k = bounds.composition_quantile(size, 10, delta, prior * np.array([0.25, 0.5, 1.0]))
    assert (np.diff(k) >= 0).all()
    k = bounds.composition_quantile(size, 10, delta * np.array([1.0, 0.5, 0.25]), prior)
    assert (np.diff(k) >= 0).all()


def test_beyond_exact_arithmetic_a_tie_goes_to_the_next_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_binomial_tail, "EXACT_BITS", 0)
    assert bounds.composition_quantile(2, 1, 0.5, 0.5) == 1


def test_saboteur_an_off_by_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = _binomial_tail.log_tail
    monkeypatch.setattr(_binomial_tail, "log_tail", lambda k, n, p: honest(k - 1, n, p))
    with pytest.raises((AssertionError, ExceptionGroup)):
        test_small_batches_agree_with_rational_arithmetic()
    with pytest.raises(AssertionError):
        test_the_inequality_holds_at_the_quantile_and_not_below(1024, 58800, 0.05, 0.01)
