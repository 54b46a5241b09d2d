"""Proposition 1: given a, a = 16, best a; and the limits of many shots."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.oracle import SEVERAL, Number, agrees, exact

VARIANCE = st.one_of(st.just(0.0), st.floats(-8, 8).map(lambda x: 10.0**x))
POSITIVE = st.floats(-8, 8).map(lambda x: 10.0**x)
SHOTS = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))


def pole(m: Any) -> Any:
    return 4 + mp.sqrt(32) / m


def noise(v: Any, root: Any, m: Any) -> Any:
    return (2 / mp.sqrt(m) * (root + v) + v / m) / 4


def proposition(vt: Any, v: Any, root: Any, m: Any, c: Any, a: Any) -> Any:
    bracket = (a - pole(m)) / (2 * a)
    return (c - 1) * (vt / bracket**2 + a * noise(v, root, m))


def best(vt: Any, v: Any, root: Any, m: Any, c: Any) -> tuple[Any, Any]:
    """(value, a): the root of dE/da by bisection in log y, a = 2A + y, then the clipping."""
    with mp.workdps(60):
        vt, v, root, m, c = map(mp.mpf, (vt, v, root, m, c))
        b, two_a = noise(v, root, m), pole(m)
        p = 8 * two_a * vt / b
        low, high = mp.mpf(-300), mp.mpf(300)
        for _ in range(220):
            middle = (low + high) / 2
            y = mp.exp(middle)
            low, high = (low, middle) if y**3 > p * (y + two_a) else (middle, high)
        a = max(mp.mpf(5), two_a + mp.exp(low))
        return proposition(vt, v, root, m, c, a), a


@given(vt=VARIANCE, v=VARIANCE, root=VARIANCE, m=SHOTS, c=SEVERAL, room=st.floats(1e-12, 100))
@example(vt=1.0, v=0.5, root=0.5, m=1.0, c=2, room=0.0)
@example(vt=1.0, v=0.5, root=0.5, m=5.5, c=2, room=0.0)
@example(vt=1.0, v=0.0, root=0.0, m=7.999, c=2, room=1e-3)
def test_proposition_has_twelve_digits_even_at_its_pole(
    vt: float, v: float, root: float, m: Number, c: Number, room: float
) -> None:
    a = max(5.0, float(np.nextafter(4 + 32**0.5 / m, np.inf)) + room)
    got = bounds.few_shot_error(vt, v, root, m, c, a=np.nextafter(a, np.inf))
    truth = exact(proposition, vt, v, root, m, c, float(np.nextafter(a, np.inf)))
    assert agrees(got, truth)


@given(vt=VARIANCE, v=VARIANCE, root=VARIANCE, m=st.floats(10, 1e6), c=SEVERAL)
def test_a16_has_twelve_digits_and_is_above(
    vt: float, v: float, root: float, m: float, c: Number
) -> None:
    def displayed(vt: Any, v: Any, root: Any, m: Any, c: Any) -> Any:
        return (c - 1) * (8 * vt + 8 / mp.sqrt(m) * (root + v) + 4 * v / m)

    got = bounds.few_shot_error_a16(vt, v, root, m, c)
    assert agrees(got, exact(displayed, vt, v, root, m, c))
    assert bounds.few_shot_error(vt, v, root, m, c, a=16) <= got * (1 + 1e-12)


@given(vt=POSITIVE, v=POSITIVE, root=VARIANCE, m=SHOTS, c=SEVERAL)
@example(vt=1e-8, v=1e8, root=0.0, m=1, c=2)  # y tiny: a just above its pole
@example(vt=1e8, v=1e-8, root=0.0, m=1, c=2)  # three real roots
@example(vt=0.1, v=1.0, root=1.0, m=6, c=2)  # a* = 5
@example(vt=1e-4, v=1.0, root=1.0, m=10**6, c=2)
def test_optimal_has_twelve_digits(vt: float, v: float, root: float, m: Number, c: Number) -> None:
    value, a = best(vt, v, root, m, c)
    got = bounds.few_shot_error_optimal(vt, v, root, m, c)
    assert agrees(got.value, value)
    assert agrees(got.a, a)


def test_both_cubic_branches_and_the_clipping_are_reached_and_join() -> None:
    m, v, root = 20.0, 0.5, 0.6
    a_half = 2 + 8**0.5 / m
    b = (2 / m**0.5 * (root + v) + v / m) / 4
    seam = 27 * a_half * b / 16  # A^2 = p/27
    vt = seam * np.array([1e-6, 1 - 1e-9, 1.0, 1 + 1e-9, 1e6])
    got = bounds.few_shot_error_optimal(vt, v, root, m, 2)
    for i, x in enumerate(vt):
        value, a = best(float(x), v, root, m, 2)
        assert agrees(got.value[i], value)
        assert agrees(got.a[i], a)
    assert got.a[0] == 5
    assert got.a[1] > 5


@given(vt=VARIANCE, v=VARIANCE, root=VARIANCE, m=SHOTS, c=SEVERAL, room=st.floats(0, 50))
def test_optimal_is_below_every_a_and_is_the_bound_at_its_own(
    vt: float, v: float, root: float, m: Number, c: Number, room: float
) -> None:
    got = bounds.few_shot_error_optimal(vt, v, root, m, c)
    a = max(5.0, float(np.nextafter(4 + 32**0.5 / m, np.inf)) + room + 1e-12)
    assert got.value <= bounds.few_shot_error(vt, v, root, m, c, a=a) * (1 + 1e-12)
    if got.a > 4 + 32**0.5 / m + 1e-3:
        at_best = bounds.few_shot_error(vt, v, root, m, c, a=got.a)
        np.testing.assert_allclose(at_best, got.value, rtol=1e-11)


def test_optimal_without_variance() -> None:
    got = bounds.few_shot_error_optimal([0, 0, 0.1, 0], [1, 1, 0, 0], 0, [10, 1, 3, 3], 3)
    poles = 4 + 32**0.5 / np.array([10, 1, 3, 3])
    np.testing.assert_allclose(got.a, [5, poles[1], np.inf, poles[3]], rtol=1e-14)
    noise = [(2 / 10**0.5 + 0.1) / 4, 0.75]
    want = [2 * 5 * noise[0], 2 * poles[1] * noise[1], 0.8, 0]
    np.testing.assert_allclose(got.value, want, rtol=1e-14)
    assert bounds.few_shot_error(0.1, 0, 0, 3, 3, a=np.inf) == 0.8


def test_optimal_at_the_ends_of_float64() -> None:
    got = bounds.few_shot_error_optimal([1, 1e-300, 1e300], [1e-320, 1e300, 1e-320], 0, 1, 2)
    np.testing.assert_allclose(got.value[[0, 2]], [4, 4e300], rtol=1e-12)
    np.testing.assert_allclose(got.value[1], 0.75e300 * (4 + 32**0.5), rtol=1e-12)


def test_many_shots_approach_the_limit_like_the_fourth_root() -> None:
    m = np.array([1e8, 1e12, 1e16])
    excess = bounds.few_shot_error_optimal(0.05, 0.5, 0.6, m, 4).value
    excess = excess - bounds.few_shot_error_limit(0.05, 4)
    np.testing.assert_allclose(np.diff(np.log10(excess)), [-1, -1], atol=0.02)


def test_worked_values() -> None:
    args = (0.1, 0.25, 0.5, 10, 2)
    assert abs(bounds.few_shot_error_a16(*args) / 2.7973665961010276 - 1) < 1e-14
    assert abs(bounds.few_shot_error(*args, a=16) / 2.78057922996088798 - 1) < 1e-14
    got = bounds.few_shot_error_optimal(*args)
    assert abs(got.value / 2.53573388754517662 - 1) < 1e-14
    assert abs(got.a / 11.5263356642323 - 1) < 1e-14


def test_published_figure_of_the_two_way_error() -> None:
    m = np.array([1, 5, 10, 20, 50, 100, 300, 1000])
    got = bounds.few_shot_error_optimal(0.047, 0.836, 0.836**0.5, m, 2).value
    drawn = [16.9, 4.88, 3.40, 2.51, 1.79, 1.42, 1.03, 0.755]
    np.testing.assert_allclose(got, drawn, rtol=4e-3)
    assert abs(bounds.few_shot_error_limit(0.047, 2) - 0.188) < 1e-15


@given(vt=st.one_of(VARIANCE, st.floats(0, 1e308)), c=SEVERAL)
@example(vt=5e-324, c=2)
def test_limits_have_twelve_digits(vt: float, c: Number) -> None:
    truth = exact(lambda vt, c: 4 * (c - 1) * vt, vt, c)
    assert agrees(bounds.few_shot_error_limit(vt, c), truth)
    truth = exact(lambda vt, c: (c - 1) * 4 * vt / (1 + 4 * vt), vt, c)
    sharp = bounds.few_shot_error_limit_sharp(vt, c)
    assert agrees(sharp, truth)
    assert sharp <= bounds.few_shot_error_limit(vt, c) * (1 + 1e-12)


@given(vt=st.floats(-3.3, 8).map(lambda x: 10.0**x))
def test_gaussian_limit_has_twelve_digits(vt: float) -> None:
    truth = exact(lambda vt: mp.erfc(1 / mp.sqrt(8 * vt)) / 2, vt)
    got = bounds.few_shot_error_gaussian_limit(vt)
    assert agrees(got, truth)
    assert got <= bounds.few_shot_error_limit_sharp(vt, 2)


def test_gaussian_limit_at_its_ends() -> None:
    np.testing.assert_array_equal(bounds.few_shot_error_gaussian_limit([0, 5e-324]), [0, 0])
    assert abs(bounds.few_shot_error_gaussian_limit(1e308) - 0.5) < 1e-15


def test_the_sharp_limit_is_attained_by_two_points() -> None:
    q = 0.3  # <u, xi> = -D/2 with probability q: a tie, an error
    second_moment = q / 4 + (1 - q) * (q / (2 * (1 - q))) ** 2
    np.testing.assert_allclose(second_moment, q / (4 * (1 - q)), rtol=1e-15)
    np.testing.assert_allclose(bounds.few_shot_error_limit_sharp(second_moment, 2), q, rtol=1e-14)


def test_saboteur_the_oracle_sees_wrong_constants() -> None:
    truth = exact(proposition, 0.1, 0.25, 0.5, 10, 2, 16)
    assert not agrees(bounds.few_shot_error(0.1, 0.25, 0.5, 10 * (1 + 1e-10), 2, a=16), truth)
    _, a = best(0.1, 0.25, 0.5, 10, 2)
    assert not agrees(bounds.few_shot_error_optimal(0.1, 0.25, 0.5, 10.1, 2).a, a)


@pytest.mark.parametrize(("m", "least"), [(1, 9.657), (2, 6.83), (3, 5.89), (5, 5.13)])
def test_printed_domain_reaches_below_the_pole(m: int, least: float) -> None:
    bounds.few_shot_error(0.1, 0.25, 0.5, m, 2, a=least + 0.005)
    with pytest.raises(ValueError, match=r"need a > 4 \+ 2\^\(5/2\)/m_shot, got a="):
        bounds.few_shot_error(0.1, 0.25, 0.5, m, 2, a=least - 0.005)
