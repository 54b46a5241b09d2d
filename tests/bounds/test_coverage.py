"""Coverage of equal classes against exact integers, closed forms and identities of any size."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bounds import coverage_probability, log_coverage_probability


def log_ratio(v: int, whole: int) -> float:
    """ln(v/whole) to the last digit, near 1 and far below float64."""
    if 2 * v > whole:
        return math.log1p(-((whole - v) / whole))
    shift = whole.bit_length() - v.bit_length()
    return math.log((v << shift) / whole) - shift * math.log(2.0)


def surjections(n_classes: int, n_draws: int) -> int:
    """C! Stirling2(n, C) by inclusion-exclusion in whole numbers."""
    total, binomial = 0, 1
    for j in range(n_classes):
        total += (-1) ** j * binomial * (n_classes - j) ** n_draws
        binomial = binomial * (n_classes - j) // (j + 1)
    return total


def agree(got: float, exact: float) -> bool:
    """The stated accuracy of a logarithm."""
    return abs(got - exact) <= max(1e-10, 1e-9 * abs(exact))


def test_worked_values() -> None:
    got = coverage_probability(10, [32, 33])
    np.testing.assert_allclose(got, [0.6909756324468196243, 0.7185728740242761742], rtol=1e-14)
    assert math.isclose(log_coverage_probability(3029, 3100), -2737.7444006845100181, rel_tol=1e-14)
    columns = coverage_probability(100, [128, 256, 384])
    np.testing.assert_allclose(columns, [1.5036e-22, 1.2329e-4, 0.10800], rtol=3e-5)


def test_the_occupancy_recursion_up_to_sixty_classes() -> None:
    """S(n, i) = i S(n-1, i) + S(n-1, i-1), in whole numbers."""
    stirling = [1] + [0] * 60
    draws = {n for n in range(1, 601) if n < 80 or n % 40 == 0}
    exact = {}
    for n in range(1, 601):
        stirling = [0] + [i * stirling[i] + stirling[i - 1] for i in range(1, 61)]
        for c in range(1, 61) if n in draws else ():
            exact[c, n] = math.factorial(c) * stirling[c] / c**n
    for c in range(1, 61):
        ns = [n for n in sorted(draws) if exact[c, n] > 0]
        got = coverage_probability(c, ns)
        np.testing.assert_allclose(got, [exact[c, n] for n in ns], rtol=1e-12)
        fewer = np.array([n for n in draws if n < c])
        assert not coverage_probability(c, fewer).any()
        assert np.all(log_coverage_probability(c, fewer) == -np.inf)


@pytest.mark.parametrize(
    ("c", "n"),
    [
        (2, 3),
        (2, 10**4),
        (61, 62),
        (200, 5000),
        (300, 4000),
        (400, 500),
        (600, 4200),
        (1000, 1001),
        (3029, 3100),
    ],
)
def test_inclusion_exclusion_in_whole_numbers(c: int, n: int) -> None:
    exact = log_ratio(surjections(c, n), c**n)
    assert agree(float(log_coverage_probability(c, n)), exact)
    if exact > -700:
        v = math.exp(exact)
        assert math.isclose(coverage_probability(c, n), v, rel_tol=1e-9)


@pytest.mark.parametrize("c", [2, 3, 10, 700, 10**5, 10**6])
def test_as_many_draws_as_classes_and_one_or_two_more(c: int) -> None:
    """C!/C^C, times C(C+1)/2/C with one draw more, times C(C+1)(C+2)(3C+1)/24/C^2 with two."""
    got = log_coverage_probability(c, [c, c + 1, c + 2])
    first = math.lgamma(c + 1.0) - c * math.log(c)
    second, third = math.log((c + 1) / 2), math.log((c + 1) * (c + 2) * (3 * c + 1) / c / 24)
    for g, exact in zip(got, [first, first + second, first + third], strict=True):
        assert agree(float(g), exact)


@given(log_c=st.floats(0.7, 13.8), load=st.floats(0.0, 3.0))
@example(log_c=13.815, load=1.0)
@example(log_c=13.815, load=1e-6)
@example(log_c=11.5, load=1.5)
def test_one_more_draw_hits_the_class_that_was_missing(log_c: float, load: float) -> None:
    """v_(C,n+1) = v_(C,n) + (1 - 1/C)^n v_(C-1,n), at a million classes too."""
    c = round(math.exp(log_c))
    n = c + round(load * c * math.log(c))
    missing = log_coverage_probability(c - 1, n) + n * np.log1p(-1.0 / c)
    exact = np.logaddexp(log_coverage_probability(c, n), missing)
    assert agree(float(log_coverage_probability(c, n + 1)), float(exact))


@given(c=st.integers(2, 400), k=st.integers(1, 4000))
@example(c=2, k=1)
@example(c=400, k=399)
@example(c=400, k=398)
def test_coverage_shift(c: int, k: int) -> None:
    """v_(C,K+1) <= v_(C-1,K): one draw more does not make up for one class more."""
    assert coverage_probability(c, k + 1) <= coverage_probability(c - 1, k) * (1 + 1e-12)


@given(c=st.integers(1, 10**6), n=st.integers(0, 10**7))
@example(c=1, n=0)
@example(c=1, n=1)
def test_more_draws_cover_more(c: int, n: int) -> None:
    low, high = log_coverage_probability(c, [n, n + 1])
    assert low == -np.inf or low <= high + max(1e-12, 1e-15 * abs(high))
    assert 0.0 <= coverage_probability(c, n) <= 1.0


def test_the_complement_where_a_miss_is_rare() -> None:
    """1 - v to nine digits, though v rounds towards 1."""
    for c, n in ((3, 50), (50, 1500), (100, 3000)):
        missed = (c**n - surjections(c, n)) / c**n
        assert math.isclose(-np.expm1(log_coverage_probability(c, n)), missed, rel_tol=1e-9)


def test_shapes_and_extremes() -> None:
    assert coverage_probability(10, 32).shape == ()
    assert coverage_probability(10, [[32, 33, 9]]).shape == (1, 3)
    assert coverage_probability(10, []).shape == (0,)
    assert coverage_probability(10, 32.0).dtype == np.float64
    assert coverage_probability(10**30, 10**40) == 1.0
    assert coverage_probability(10**6, 10**300) == 1.0
    assert np.isfinite(log_coverage_probability(10**15, 10**15 + 1))


def test_saboteurs_a_narrow_window_and_too_few_nodes_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = (400, 500)
    with monkeypatch.context() as patch:
        patch.setattr("bounds.coverage._circle.DECAY", 1.0)
        with pytest.raises(AssertionError):
            test_inclusion_exclusion_in_whole_numbers(*case)
    with monkeypatch.context() as patch:
        patch.setattr("bounds.coverage._circle.math.ceil", lambda x: max(1, int(x / 8)))
        with pytest.raises(AssertionError):
            test_inclusion_exclusion_in_whole_numbers(*case)
