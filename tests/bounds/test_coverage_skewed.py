"""Coverage of unequal classes, Zipf's above all, against witnesses that share no step with it."""

import itertools
import math
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bounds import (
    coverage_probability,
    expected_draws_to_cover,
    log_coverage_probability,
)
from tests.bounds.test_coverage import agree, log_ratio

Array = NDArray[np.float64]


def zipf(n_classes: int, exponent: float = 1.0) -> Array:
    weights = np.arange(1.0, n_classes + 1.0) ** -exponent
    return np.asarray(weights / weights.sum())


def poissonised(prior: Array, r: float) -> float:
    """P(every class is hit by time r), the expectation of v over a Poisson number of draws."""
    return float(np.exp(np.sum(np.log(-np.expm1(-prior * r)))))


@given(
    weights=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=7),
    n=st.one_of(st.integers(0, 40), st.integers(41, 3000)),
)
@example(weights=[0.01] * 6 + [1.0], n=8)
@example(weights=[0.5, 0.25], n=2)
def test_inclusion_exclusion_over_subsets(weights: list[float], n: int) -> None:
    prior = np.array(weights) / sum(weights)
    with mp.workdps(60):
        exact = mp.mpf(0)
        entries = [mp.mpf(float(p)) / mp.fsum(map(float, prior)) for p in prior]
        for size in range(len(entries) + 1):
            for subset in itertools.combinations(entries, size):
                rest = 1 - mp.fsum(subset) if size < len(entries) else mp.mpf(0)
                exact += (-1) ** size * rest**n
        if n < len(prior):
            assert coverage_probability(prior, n) == 0.0
        else:
            assert agree(float(log_coverage_probability(prior, n)), float(mp.log(exact)))
            assert math.isclose(coverage_probability(prior, n), float(exact), rel_tol=1e-9)


@pytest.mark.parametrize("n", [41, 42, 60, 100, 300, 800])
def test_inclusion_exclusion_of_groups_in_rational_numbers(n: int) -> None:
    """Twenty, fifteen and five classes alike: 21 x 16 x 6 terms instead of 2^40."""
    groups = [(20, Fraction(1, 128)), (15, Fraction(1, 64)), (5, Fraction(39, 320))]
    assert sum(count * p for count, p in groups) == 1
    exact = Fraction(0)
    for missed in itertools.product(*(range(count + 1) for count, _ in groups)):
        ways = math.prod(math.comb(g[0], j) for g, j in zip(groups, missed, strict=True))
        rest = 1 - sum(j * g[1] for g, j in zip(groups, missed, strict=True))
        exact += (-1) ** sum(missed) * ways * rest**n
    prior = np.repeat([float(p) for _, p in groups], [count for count, _ in groups])
    assert agree(
        float(log_coverage_probability(prior, n)), log_ratio(exact.numerator, exact.denominator)
    )


def test_the_chain_over_subsets_draw_by_draw() -> None:
    """Probability of every set of classes seen, positive terms only."""
    prior = zipf(9, 1.3)
    seen = np.zeros(2**9)
    seen[0] = 1.0
    subsets = np.arange(2**9)
    for n in range(1, 121):
        after = np.zeros_like(seen)
        for c, p in enumerate(prior):
            np.add.at(after, subsets | (1 << c), p * seen)
        seen = after
        if n >= 9:
            assert math.isclose(coverage_probability(prior, n), seen[-1], rel_tol=1e-12)


@pytest.mark.parametrize(
    ("prior", "n", "r"),
    [
        (zipf(60), 100, 60.0),
        (zipf(60), 400, 390.0),
        (zipf(300, 0.5), 700, 550.0),
        (zipf(300), 1500, 1450.0),
        (zipf(200, 2.0), 3000, 2950.0),
        (np.random.default_rng(3).dirichlet(np.full(250, 0.3)), 2500, 2450.0),
    ],
)
def test_convolution_of_truncated_poisson_laws(prior: Array, n: int, r: float) -> None:
    """P(T = n) by adding the classes one at a time; the identity holds for every r."""
    ks = np.arange(1.0, n + 1.0)
    log_factorials = np.cumsum(np.log(ks))
    law, log_scale = np.ones(1), 0.0
    for p in prior * r:
        counts = np.exp(ks * np.log(p) - log_factorials - p) / -math.expm1(-p)
        law = np.convolve(law, np.concatenate([[0.0], counts]))[: n + 1]
        log_scale += math.log(law.sum())
        law /= law.sum()
    exact = log_factorials[-1] - n * math.log(r) + math.log(law[n]) + log_scale
    exact += r + float(np.sum(np.log(-np.expm1(-prior * r))))
    assert agree(float(log_coverage_probability(prior, n)), exact)


@pytest.mark.parametrize(
    ("c", "exponent"), [(2, 1.0), (30, 1.7), (10**5, 0.3), (10**5, 1.7), (10**6, 1.0)]
)
def test_as_many_draws_as_classes_and_one_or_two_more(c: int, exponent: float) -> None:
    """Coefficients of prod_c (e^(pi_c x) - 1) by hand: 1, 1/2, and e2/4 + p2/6."""
    prior = zipf(c, exponent)
    first = math.lgamma(c + 1.0) + float(np.sum(np.log(prior)))
    square = float(np.sum(prior**2))
    second = math.log((c + 1) / 2)
    third = math.log((c + 1) * (c + 2) * ((1 - square) / 8 + square / 6))
    got = log_coverage_probability(prior, [c, c + 1, c + 2])
    for g, exact in zip(got, [first, first + second, first + third], strict=True):
        assert agree(float(g), exact)


@pytest.mark.parametrize(("exponent", "r"), [(1.0, 700.0), (1.0, 2000.0), (2.0, 3e3)])
def test_a_poisson_number_of_draws(exponent: float, r: float) -> None:
    """E v_N for N ~ Poisson(r) is a product over the classes, to nine digits."""
    prior = zipf(100 if exponent == 1.0 else 30, exponent)
    n = np.arange(math.floor(r - 9 * math.sqrt(r)), math.ceil(r + 9 * math.sqrt(r)))
    log_pmf = n * math.log(r) - r - np.array([math.lgamma(k + 1.0) for k in n])
    mean = float(np.sum(np.exp(log_pmf + log_coverage_probability(prior, n))))
    assert math.isclose(mean, poissonised(prior, r), rel_tol=1e-9)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.2])
@pytest.mark.parametrize("c", [1000, 10**5])
@pytest.mark.parametrize("share", [0.7, 1.0, 1.4])
def test_between_two_poissonised_values(c: int, exponent: float, share: float) -> None:
    """v grows with n, so it lies between E v at Poisson means a little below and above."""
    prior = zipf(c, exponent)
    n = round(share * float(expected_draws_to_cover(prior)))
    slack = 7.0 * math.sqrt(n)  # P(|N - n| beyond n) < e^-20 at either mean, by Chernoff
    v = float(coverage_probability(prior, n))
    assert poissonised(prior, n - slack) - math.exp(-20) <= v
    assert v <= poissonised(prior, n + slack) / (1 - math.exp(-20))
    assert 1e-10 < v < 1


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("c", [1000, 10**5])
@pytest.mark.parametrize("share", [3.0, 30.0, 1000.0])
def test_many_draws_cover_as_surely_as_poissonised_ones(
    c: int, exponent: float, share: float
) -> None:
    """Far beyond the expected number of draws, where a circle's nodes can step over its peak."""
    prior = zipf(c, exponent)
    n = round(share * float(expected_draws_to_cover(prior)))
    v = float(coverage_probability(prior, n))
    assert poissonised(prior, n - 7.0 * math.sqrt(n)) - math.exp(-20) <= v <= 1
    assert v > 0.99999


def test_monte_carlo_at_ten_thousand_classes() -> None:
    prior, rounds = zipf(10**4), 600
    n = round(float(expected_draws_to_cover(prior)))
    rng = np.random.default_rng(7)
    hits = np.mean([rng.multinomial(n, prior).min() > 0 for _ in range(rounds)])
    width = math.sqrt(math.log(2 / 1e-9) / (2 * rounds))  # Hoeffding
    assert abs(hits - coverage_probability(prior, n)) <= width < 0.14


@pytest.mark.parametrize("n_above", [1, 30, 2000, 10**4, 10**5])
@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.5])
def test_compression_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, exponent: float, n_above: int
) -> None:
    prior = zipf(3000, exponent)
    n = 3000 + n_above
    fast = float(log_coverage_probability(prior, n))
    monkeypatch.setattr("bounds.coverage._circle.compressed", lambda x, counts, width: (x, counts))
    monkeypatch.setattr("bounds.coverage._misses.compressed", lambda x, counts, width: (x, counts))
    assert abs(float(log_coverage_probability(prior, n)) - fast) <= max(1e-12, 1e-14 * abs(fast))


def test_saboteur_bins_too_wide_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bounds.coverage._circle.LOG_P_WIDTH", 20.0)
    with pytest.raises(AssertionError):
        test_compression_changes_nothing(monkeypatch, 1.0, 10**5)


def test_one_rare_class_decides() -> None:
    """The others are sure to be hit: v = 1 - (1 - p)^n."""
    for rare in (1e-3, 1e-12, 1e-300):
        prior = [rare, 0.5, 0.5 - rare]
        for n in (10**3, 10**6, 10**18):
            exact = -math.expm1(n * math.log1p(-rare))
            assert math.isclose(coverage_probability(prior, n), exact, rel_tol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(50, 500))
def test_the_order_of_classes_does_not_matter(seed: int, n: int) -> None:
    prior = zipf(50)
    shuffled = np.random.default_rng(seed).permutation(prior)
    assert coverage_probability(prior, n) == coverage_probability(shuffled, n)


@pytest.mark.parametrize("c", [1, 2, 100, 10**5])
def test_equal_probabilities_are_a_number_of_classes(c: int) -> None:
    draws = [c, c + 1, 2 * c, 10 * c, 30 * c]
    by_vector = log_coverage_probability(np.full(c, 1.0 / c), draws)
    np.testing.assert_allclose(by_vector, log_coverage_probability(c, draws), rtol=1e-12)


def test_a_skewed_prior_covers_less() -> None:
    n = np.arange(100, 3000, 100)
    values: list[Any] = [coverage_probability(zipf(100, s), n) for s in (0.0, 0.5, 1.0, 1.5)]
    for even, uneven in itertools.pairwise(values):
        assert np.all(uneven <= even * (1 + 1e-12))
