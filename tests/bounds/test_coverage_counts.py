"""Draws to cover, collisions and their logarithm against fifty digits and plain sums."""

import itertools
import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bounds import (
    collision_probability,
    coverage_probability,
    expected_draws_to_cover,
    expected_log_collisions,
    log_no_collision_probability,
)
from tests.bounds.oracle import agrees, exact
from tests.bounds.test_coverage_skewed import Array, zipf

WEIGHTS = st.lists(st.floats(1e-3, 1.0), min_size=2, max_size=7)


def test_draws_to_see_every_class_rounded_up() -> None:
    """Table 3 of Nozawa & Sato (2021)."""
    got = [math.ceil(float(expected_draws_to_cover(c))) for c in (2, 4, 10, 100, 3029)]
    assert got == [3, 9, 30, 519, 26030]


@given(c=st.one_of(st.integers(1, 100), st.integers(1, 10**6)))
@example(c=1)
@example(c=31)
@example(c=32)
@example(c=33)
def test_equal_classes_take_c_harmonic_numbers(c: int) -> None:
    truth = exact(lambda n: n * mp.harmonic(n), c)
    assert agrees(expected_draws_to_cover(c), truth)


@given(weights=WEIGHTS)
@example(weights=[1e-3, 1.0])
def test_draws_by_inclusion_exclusion(weights: list[float]) -> None:
    prior = np.array(weights) / sum(weights)
    with mp.workdps(50):
        truth = mp.mpf(0)
        for size in range(1, len(prior) + 1):
            for subset in itertools.combinations(map(float, prior), size):
                truth -= (-1) ** size / mp.fsum(subset)
        assert agrees(expected_draws_to_cover(prior), truth, rel=1e-9)


@pytest.mark.parametrize(
    "prior", [zipf(2000, 0.5), zipf(2000), zipf(700, 3.0), np.full(900, 1 / 900)]
)
def test_draws_of_many_classes_by_a_plain_rule(prior: Array) -> None:
    """Midpoints in t rather than ln t, every class by itself."""
    end = 60.0 / prior.min()
    edges = np.linspace(0.0, end, 4001)
    nodes, weights = np.polynomial.legendre.leggauss(2)
    t = (edges[:-1, None] + np.diff(edges)[:, None] * (nodes + 1.0) / 2.0).reshape(-1)
    missing = np.array([-math.expm1(np.sum(np.log1p(-np.exp(-prior * x)))) for x in t])
    total = float(missing @ np.tile(weights, len(edges) - 1)) * (edges[1] / 2.0)
    assert math.isclose(float(expected_draws_to_cover(prior)), total, rel_tol=1e-6)


def test_draws_are_the_sum_of_uncovered_probabilities() -> None:
    """E T = sum_n P(T > n)."""
    prior = zipf(12)
    total = float(np.sum(1.0 - coverage_probability(prior, np.arange(3000))))
    assert math.isclose(float(expected_draws_to_cover(prior)), total, rel_tol=1e-9)


def test_draws_at_a_million_equal_and_unequal_classes() -> None:
    by_vector = float(expected_draws_to_cover(np.full(10**6, 1e-6)))
    assert math.isclose(by_vector, float(expected_draws_to_cover(10**6)), rel_tol=1e-9)
    assert math.isclose(float(expected_draws_to_cover([1e-300, 0.5, 0.5])), 1e300, rel_tol=1e-9)
    assert expected_draws_to_cover([1.0]) == expected_draws_to_cover(1) == 1.0


@given(weights=WEIGHTS, k=st.one_of(st.integers(0, 60), st.integers(0, 10**6)))
@example(weights=[1e-3, 1.0], k=1)
@example(weights=[1.0, 1.0], k=10**6)
def test_collisions_have_twelve_digits(weights: list[float], k: int) -> None:
    prior = np.array(weights) / sum(weights)
    with mp.workdps(50):
        pi = [mp.mpf(float(p)) for p in prior]
        pi[-1] = 1 - mp.fsum(pi[:-1])
        tau = mp.fsum(-p * mp.expm1(k * mp.log1p(-p)) for p in pi)
        log_none = mp.log(mp.fsum(p * (1 - p) ** k for p in pi))
        assert agrees(collision_probability(prior, k), tau)
        assert agrees(log_no_collision_probability(prior, k), log_none)


@given(c=st.integers(2, 10**6), k=st.one_of(st.integers(0, 60), st.integers(0, 10**6)))
@example(c=10, k=512)
@example(c=10**6, k=1)
def test_collisions_of_equal_classes_have_twelve_digits(c: int, k: int) -> None:
    log_none = exact(lambda c, k: k * mp.log1p(-1 / c), c, k)
    assert agrees(log_no_collision_probability(c, k), log_none)
    with mp.workdps(50):
        assert agrees(collision_probability(c, k), -mp.expm1(log_none))


def test_worked_collisions() -> None:
    assert math.isclose(collision_probability([0.7, 0.2, 0.1], 5), 0.873714, rel_tol=1e-14)
    assert math.isclose(log_no_collision_probability(10, 512), 512 * math.log(0.9), rel_tol=1e-14)
    got = expected_log_collisions(10, 32)
    assert math.isclose(got, 1.3424887705173371051, rel_tol=1e-12)
    np.testing.assert_allclose(
        collision_probability(10, [1, 4, 9, 11, 16, 24, 64, 99]),
        [0.1, 0.3439, 0.61257951, 0.6861894, 0.81469798, 0.92023356, 0.99882098, 0.99997049],
        atol=6e-9,
    )


@given(c=st.integers(1, 1000), k=st.integers(0, 3000))
@example(c=10, k=1029)
@example(c=10, k=1030)
@example(c=1, k=3000)
@example(c=1000, k=1)
def test_the_logarithm_of_collisions_by_its_sum(c: int, k: int) -> None:
    """Sum over the binomial law, in logarithms, where the plain coefficients overflow."""
    m = np.arange(k + 1.0)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, k + 1.0)))])
    log_pmf = log_factorial[-1] - log_factorial - log_factorial[::-1] - m * math.log(c)
    log_pmf = log_pmf + ((k - m) * math.log1p(-1.0 / c) if c > 1 else np.where(m < k, -np.inf, 0.0))
    plain = math.fsum(np.exp(log_pmf) * np.log1p(m))
    assert math.isclose(float(expected_log_collisions(c, k)), plain, rel_tol=1e-9)


@given(c=st.integers(1, 10**6), k=st.integers(0, 10**6))
@example(c=1, k=0)
@example(c=1, k=1)
def test_the_logarithm_of_collisions_is_below_jensens(c: int, k: int) -> None:
    value = float(expected_log_collisions(c, k))
    assert 0.0 <= value <= math.log1p(k / c) * (1 + 1e-9)
    assert value >= float(collision_probability(c, k)) * math.log(2.0) * (1 - 1e-9)


def test_no_negatives_and_one_class() -> None:
    for prior in (10, [0.5, 0.3, 0.2], 1, [1.0]):
        for value in (collision_probability(prior, 0), log_no_collision_probability(prior, 0)):
            assert value == 0.0
            assert not np.signbit(value)
    assert expected_log_collisions(10, 0) == expected_log_collisions(1, 0) == 0.0
    for prior in (1, [1.0]):
        assert np.all(collision_probability(prior, [1, 10**6]) == 1.0)
        assert np.all(log_no_collision_probability(prior, [1, 10**6]) == -np.inf)
    got = expected_log_collisions(1, [1, 10, 10**6])
    np.testing.assert_allclose(got, np.log([2.0, 11.0, 1e6 + 1]), rtol=1e-9)


def test_shapes_follow_the_other_argument() -> None:
    ks: Any = np.arange(6).reshape(2, 3)
    for prior in (10, zipf(5)):
        assert collision_probability(prior, ks).shape == (2, 3)
        assert log_no_collision_probability(prior, ks).shape == (2, 3)
        assert collision_probability(prior, []).shape == (0,)
    assert expected_log_collisions([[2], [3]], [1, 2, 3]).shape == (2, 3)
    assert expected_draws_to_cover(10).shape == ()


def test_saboteur_a_subtraction_loses_the_collisions() -> None:
    tau = 1 - (1 - 1e-6) ** 1
    assert not agrees(tau, exact(lambda c: 1 / c, 10**6))
    assert 1 - (1 - (1 - 1 / 10) ** 512) == 0.0
