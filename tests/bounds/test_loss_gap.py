"""The loss-gap calculators against fifty digits, worked values, and the published figure."""

import math
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.oracle import COUNT, SEVERAL, TAU, Number, agrees, exact


def linear(total: Any, n_max: Any, tau: Any) -> Any:
    return n_max / (total - n_max) * mp.exp(2 / tau)


def theorem_1(total: Any, n_max: Any, tau: Any) -> Any:
    return mp.log1p(linear(total, n_max, tau))


def by_class(*sizes_then_tau: Any) -> Any:
    *sizes, tau = sizes_then_tau
    terms = []
    for i, n in enumerate(sizes):
        others = mp.fsum(sizes[:i] + sizes[i + 1 :])
        terms.append(n / (n + others) * mp.log1p((n - 1) / others * mp.exp(2 / tau)))
    return mp.fsum(terms)


def alpha(c: Any, n: Any) -> Any:
    return (n - 1) / (n * (c - 1))


def chord(c: Any, n: Any, tau: Any) -> Any:
    weight = c / (2 * (c - 1))
    low, high = mp.log1p(alpha(c, n)), mp.log1p(alpha(c, n) * mp.exp(2 / tau))
    return (1 - weight) * low + weight * high


def etf(c: Any, n: Any, tau: Any) -> Any:
    return mp.log1p(alpha(c, n) * mp.exp(c / ((c - 1) * tau)))


def cl_all(c: Any, tau: Any) -> Any:
    return mp.log1p(mp.exp(c / ((c - 1) * tau)) / (c - 1))


def cl_others(c: Any, n: Any, k: Any, tau: Any) -> Any:
    return mp.log1p((n * k - 1) / (n * k) * mp.exp(c / ((c - 1) * tau)) / (c - 1))


BALANCED: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "chord": (bounds.dcl_nscl_gap_chord, chord),
    "etf": (bounds.dcl_nscl_gap_etf, etf),
    "printed": (
        lambda c, n, tau: bounds.dcl_nscl_gap_balanced(c, tau),
        lambda c, n, tau: mp.log1p(mp.exp(2 / tau) / (c - 1)),
    ),
    "constant": (
        lambda c, n, tau: bounds.dcl_nscl_gap_constant(c, n),
        lambda c, n, tau: mp.log1p(alpha(c, n)),
    ),
    "coupled, all": (
        lambda c, n, tau: bounds.cl_nscl_gap_etf(c, n, 1, tau, own_views="all"),
        lambda c, n, tau: cl_all(c, tau),
    ),
}


@pytest.mark.parametrize("name", BALANCED)
@given(c=SEVERAL, n=COUNT, tau=TAU)
@example(c=2, n=1 + 2**-52, tau=1e3)
@example(c=2, n=1, tau=1e-3)
@example(c=10**6, n=10**6, tau=1e-3)
@example(c=1e300, n=1e300, tau=1e3)
@example(c=1e300, n=1 + 2**-52, tau=1e-2)
@example(c=2 + 2**-51, n=3, tau=1.0)
def test_balanced_bounds_have_twelve_digits(name: str, c: Number, n: Number, tau: float) -> None:
    calculator, formula = BALANCED[name]
    assert agrees(calculator(c, n, tau), exact(formula, c, n, tau))


@given(c=SEVERAL, n=COUNT, k=SEVERAL, tau=TAU)
@example(c=5, n=1, k=2, tau=0.1)
def test_coupled_bound_has_twelve_digits(c: Number, n: Number, k: Number, tau: float) -> None:
    got = bounds.cl_nscl_gap_etf(c, n, k, tau)
    assert agrees(got, exact(cl_others, c, n, k, tau))


@given(n_max=COUNT, others=COUNT, tau=TAU)
@example(n_max=1e-300, others=1e300, tau=1e-3)
@example(n_max=1e300, others=1e290, tau=1e3)
@example(n_max=2**60 - 1, others=1, tau=1.0)
def test_theorem_1_has_twelve_digits(n_max: Number, others: Number, tau: float) -> None:
    total = n_max + others
    assert agrees(bounds.dcl_nscl_gap(total, n_max, tau), exact(theorem_1, total, n_max, tau))
    assert agrees(bounds.dcl_nscl_gap_linear(total, n_max, tau), exact(linear, total, n_max, tau))


@given(sizes=st.lists(COUNT, min_size=2, max_size=6), tau=TAU)
@example(sizes=[1e17, 1.0], tau=1.0)
@example(sizes=[1e17, 1.0, 2.5], tau=1e3)
@example(sizes=[1, 1, 1], tau=1e-3)
@example(sizes=[1 + 2**-52, 1e200], tau=1e3)
def test_by_class_has_twelve_digits(sizes: list[Number], tau: float) -> None:
    assert agrees(bounds.dcl_nscl_gap_by_class(sizes, tau), exact(by_class, *sizes, tau))


def test_a_million_classes_by_class() -> None:
    got = bounds.dcl_nscl_gap_by_class(np.full(10**6, 7.1), [1e-3, 1.0, 1e3])
    others = 10**6 - 1  # classes of the same size

    def each(n: Any, tau: Any) -> Any:
        return mp.log1p((n - 1) / (n * others) * mp.exp(2 / tau))

    assert all(
        agrees(g, exact(each, 7.1, tau)) for g, tau in zip(got, (1e-3, 1.0, 1e3), strict=True)
    )


@given(
    means=st.tuples(*[st.floats(-1.0, 1.0)] * 4),
    n_same=st.one_of(st.integers(0, 10**6), st.floats(0.0, 1e6)),
    n_diff=st.one_of(st.integers(1, 10**6), st.floats(1e-6, 1e6)),
    tau=TAU,
)
@example(means=(-1.0, -1.0, 1.0, 1.0), n_same=1, n_diff=1, tau=1e-3)
def test_anchor_bounds_have_twelve_digits(
    means: tuple[float, ...], n_same: Number, n_diff: Number, tau: float
) -> None:
    def side(same: Any, diff: Any, n_same: Any, n_diff: Any, tau: Any) -> Any:
        return mp.log1p(n_same / n_diff * mp.exp((same - diff) / tau))

    same_mean, same_max, diff_mean, diff_max = means
    gap = bounds.dcl_nscl_gap_anchor(same_mean, same_max, diff_mean, diff_max, n_same, n_diff, tau)
    assert agrees(gap.lower, exact(side, same_mean, diff_max, n_same, n_diff, tau))
    assert agrees(gap.upper, exact(side, same_max, diff_mean, n_same, n_diff, tau))


def test_saboteur_the_oracle_sees_a_dropped_factor() -> None:
    without_share = math.log1p(math.exp(10 / 9) / 9)  # (n - 1)/n left out
    assert not agrees(without_share, exact(etf, 10, 5, 1.0))
    assert not agrees(bounds.dcl_nscl_gap_etf(10, 5) * (1 + 3e-12), exact(etf, 10, 5, 1.0))
    assert not agrees(float("nan"), exact(etf, 10, 5, 1.0))


@pytest.mark.parametrize(
    ("got", "worked"),
    [
        (bounds.dcl_nscl_gap(10, 7), 2.90367898368390102),
        (bounds.dcl_nscl_gap_by_class([1, 2, 7]), 2.06187958741301743),
        (bounds.dcl_nscl_gap_balanced(10), 0.599389223702005),
        (bounds.dcl_nscl_gap_chord(10, 5), 0.318342937515391764),
        (bounds.dcl_nscl_gap_etf(10, 5), 0.239033122737342201),
        (bounds.dcl_nscl_gap_constant(10, 5), 0.0851578083403068528),
    ],
)
def test_worked_values(got: Any, worked: float) -> None:
    assert abs(got / worked - 1) < 2e-15


def test_published_figure_of_the_gap_against_classes() -> None:
    classes = np.array([2, 5, 10, 20, 40, 60, 80, 100])
    printed = [2.127, 1.046, 0.599, 0.329, 0.1735, 0.118, 0.0894, 0.0720]
    np.testing.assert_allclose(bounds.dcl_nscl_gap_balanced(classes), printed, rtol=2e-3)
    ours = [2.125, 0.626, 0.290, 0.140, 0.0689, 0.0457, 0.0342, 0.0273]
    np.testing.assert_allclose(bounds.dcl_nscl_gap_etf(classes, 500), ours, rtol=2e-3)
    ours = [2.125, 0.737, 0.379, 0.197, 0.101, 0.0681, 0.0514, 0.0412]
    np.testing.assert_allclose(bounds.dcl_nscl_gap_chord(classes, 500), ours, rtol=2e-3)
    untrained = [0.69, 0.223, 0.105, 0.051, 0.0253, 0.0168, 0.0126, 0.0104]
    np.testing.assert_allclose(
        bounds.dcl_nscl_gap_constant(classes, 1e9), untrained, rtol=0.035
    )  # read off a figure


def test_largest_gap_found_over_theorem_1() -> None:
    c, n = np.array([2, 2, 3, 5, 10, 10]), np.array([40, 5, 10, 8, 20, 5])
    ratio = bounds.dcl_nscl_gap_etf(c, n) / bounds.dcl_nscl_gap_balanced(c)
    found = [0.990, 0.909, 0.714, 0.542, 0.464, 0.399]
    np.testing.assert_allclose(ratio, found, atol=6e-4)


def test_saboteur_a_changed_calculator_fails_the_property(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bounds.loss_gap.supremum.log_alpha", lambda c, n: -np.log(c - 1.0))
    with pytest.raises(AssertionError):
        test_balanced_bounds_have_twelve_digits(name="etf")
