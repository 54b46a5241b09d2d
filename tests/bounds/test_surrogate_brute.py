"""Suprema, minima and expectations of the surrogate bounds, each found the long way as well."""

import itertools
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import binom

import bounds
from bounds._binomial_log import expected_log
from tests.bounds.oracle import agrees
from tests.bounds.test_surrogate_formulas import NORM, PRIOR

Array = NDArray[np.float64]


def zipf(n_classes: int, power: float = 1.0) -> Array:
    weights = np.arange(1.0, n_classes + 1.0) ** -power
    return np.asarray(weights / weights.sum())


@given(
    pi=st.one_of(PRIOR, st.integers(1, 10).map(lambda c: np.full(c, 1.0 / c))),
    a=st.floats(0.0, 30.0),
)
@example(pi=zipf(10), a=1.0)
@example(pi=np.array([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]), a=0.3)
def test_vertex_constant_is_the_largest_over_all_vertices(pi: Array, a: float) -> None:
    norm = np.sqrt(a)
    z = norm**2 * np.array(list(itertools.product([-1.0, 1.0], repeat=len(pi))))
    expected = (logsumexp(z, axis=1) - z @ pi).max()
    got = bounds.surrogate_upper_vertex(pi, 1, norm) + np.log(2)
    assert abs(got - expected) <= 1e-13 * (1.0 + a + np.log(len(pi)))


@pytest.mark.parametrize("pi", [zipf(10**5), np.repeat(zipf(40), 500) / 500, np.full(10**5, 1e-5)])
@pytest.mark.parametrize("norm", [1e-3, 0.3, 1.0, 3.0, 30.0, 1e3])
def test_vertex_constant_of_many_classes(pi: Array, norm: float) -> None:
    a, c = norm**2, len(pi)
    rarest, m = np.cumsum(np.sort(pi)), np.arange(1.0, c + 1.0)
    values = a + np.log(m + (c - m) * np.exp(-2 * a)) - a * (2 * rarest - 1)
    expected = max(np.log(c), values.max())
    got = bounds.surrogate_upper_vertex(pi, 1, norm) + np.log(2)
    np.testing.assert_allclose(got, expected, rtol=1e-11)


def test_a_number_of_classes_and_their_probabilities_agree() -> None:
    for calculator in (bounds.surrogate_upper_vertex, bounds.surrogate_lower_box,
                       bounds.surrogate_upper, bounds.surrogate_lower):  # fmt: skip
        equal = calculator(10**5, [1, 10**6], 1.0)
        np.testing.assert_allclose(calculator(np.full(10**5, 1e-5), [1, 10**6], 1.0), equal, 1e-11)


def box_by_descent(pi: Array, a: float) -> float:
    """The minimum of LSE(z) - pi.z over the box by L-BFGS-B, from above."""

    def value(z: Array) -> tuple[float, Array]:
        total = logsumexp(z)
        return float(total - pi @ z), np.exp(z - total) - pi

    start = np.clip(np.log(pi) - np.log(pi).mean(), -a, a)
    options = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000}
    return float(minimize(value, start, jac=True, bounds=[(-a, a)] * len(pi), options=options).fun)


@settings(max_examples=15)  # each is a constrained minimisation
@given(pi=PRIOR, a=st.floats(0.01, 12.0))
@example(pi=np.array([0.98, 0.01, 0.01]), a=0.5)
@example(pi=zipf(40, 2.0), a=1.0)
@example(pi=np.array([1.0]), a=1.0)
def test_box_is_what_descent_finds(pi: Array, a: float) -> None:
    norm = np.sqrt(a)
    side = np.log(2) + np.log(np.cosh(a) + np.sinh(a) / 2)
    got = float(bounds.surrogate_lower_box(pi, 1, norm) + side)
    assert abs(got - box_by_descent(pi, a)) <= 1e-8
    entropy = float(-(pi * np.log(pi)).sum())
    if pi.max() > pi.min() * np.exp(2 * a) * (1 + 1e-3):
        assert got > entropy - 1e-14
    elif pi.max() < pi.min() * np.exp(2 * a):
        assert abs(got - entropy) <= 1e-13 * (1 + a)


def test_box_is_above_the_entropy_exactly_where_the_prior_is_skewed() -> None:
    pi, a = np.array([0.7, 0.3]), np.array([0.3, 0.4, 0.43, 0.45])  # ln(7/3)/2 = 0.4236
    above = bounds.surrogate_lower_box(pi, 3, np.sqrt(a)) - bounds.surrogate_lower_sharp(
        pi, 3, np.sqrt(a)
    )
    assert (above[:2] > 1e-6).all()
    assert (abs(above[2:]) <= 1e-15).all()


@given(c=st.integers(1, 10**6), k=st.integers(1, 40), norm=NORM)
@example(c=10**6, k=1, norm=3.0)
@example(c=2, k=40, norm=1e3)
def test_contrastive_floors_are_binomial_sums(c: int, k: int, norm: float) -> None:
    def expectation(exponent: Any) -> Any:
        with mp.workdps(50):
            p = mp.mpf(1) / c
            return mp.fsum(
                mp.binomial(k, m) * p**m * (1 - p) ** (k - m)
                * mp.log(1 + m + (k - m) * mp.exp(-exponent))
                for m in range(k + 1)
            )  # fmt: skip

    a = mp.mpf(norm) ** 2
    assert agrees(bounds.contrastive_floor(c, k, norm), expectation(2 * a), rel=1e-12)
    if c > 1:
        truth = expectation(a * c / (c - 1))
        assert agrees(bounds.contrastive_floor_etf(c, k, norm), truth, rel=1e-12)


@pytest.mark.parametrize("n", [1, 1030, 10**6])
@pytest.mark.parametrize("p", [1e-6, 0.1, 0.5])
@pytest.mark.parametrize("q", [0.0, 1e-9, 0.2])
def test_expected_log_of_many_negatives(n: int, p: float, q: float) -> None:
    spread = 40.0 * np.sqrt(n * p) + 40.0
    m = np.arange(max(0.0, np.floor(n * p - spread)), min(n, n * p + spread) + 1.0)
    weight = binom.pmf(m, n, p)
    naive = (weight * np.log1p(m + (n - m) * q)).sum() / weight.sum()
    np.testing.assert_allclose(expected_log(n, p, q), naive, rtol=1e-9)


def largest(value: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """The maximum between two ends in thirty digits: a grid, then golden section."""
    grid = [low + (high - low) * mp.mpf(i) / 1000 for i in range(1001)]
    values = [value(y) for y in grid]
    best = max(range(1001), key=values.__getitem__)
    low, high, golden = grid[max(best - 1, 0)], grid[min(best + 1, 1000)], (mp.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if value(left) >= value(right) else (left, high)
    return max(values[best], value((low + high) / 2))


@pytest.mark.parametrize("k", [0, 1, 2, 10, 10**6])
@pytest.mark.parametrize("norm", [0.5, 0.97, 1.0, 1.5, 4.0, 18.0])
def test_mean_bound_is_the_supremum(k: int, norm: float) -> None:
    with mp.workdps(30):
        a, share = mp.mpf(norm) ** 2, mp.mpf(k) / (k + 1)

        def bracket(y: Any) -> Any:
            return mp.exp(y) - 1 - y - y * mp.sinh(y) / a + share * y**2 / a

        truth = largest(bracket, mp.mpf(0), 2 * a)
    assert agrees(bounds.mean_bound_excess(k, norm), truth, rel=1e-9, size=1e-6)


@pytest.mark.parametrize("norm", [1e-3, 0.1, 0.5, 1.0, 2.0, 4.0, 18.0])
def test_many_negatives_constant_is_the_supremum(norm: float) -> None:
    with mp.workdps(30):
        a = mp.mpf(norm) ** 2

        def objective(log_m: Any) -> Any:
            u = mp.exp(-a - log_m)
            kappa = (u - 1 - mp.log(u)) / (1 - u) ** 2
            return kappa * (mp.exp(a - log_m) - 1) * (1 - u)

        inside = a * (1 - mp.mpf(10) ** -6)
        truth = largest(objective, -inside, inside)
    assert agrees(bounds.surrogate_upper_many_negatives(1, 1, norm), truth, rel=1e-9)


def test_saboteur_a_vertex_missed_or_a_sum_cut_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("bounds.surrogate.upper_sharp.log", lambda x: np.log(x + 1.0))
        with pytest.raises(AssertionError):
            test_vertex_constant_is_the_largest_over_all_vertices()
    with monkeypatch.context() as patch:
        patch.setattr("bounds.surrogate._search.GRID", np.linspace(0.0, 0.5, 9)[:, None])
        with pytest.raises(AssertionError):
            test_mean_bound_is_the_supremum(k=1, norm=4.0)
    with monkeypatch.context() as patch:
        patch.setattr("bounds._binomial_log.PANEL", 16.0)
        with pytest.raises(AssertionError):
            test_contrastive_floors_are_binomial_sums()
    monkeypatch.setattr("bounds.surrogate.lower_sharp.BISECTIONS", 4)
    with pytest.raises(AssertionError):
        test_box_is_what_descent_finds()
