"""The second-moment bound from averages: brute infimum, expected, order, domination."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.brute_infimum import NINE_DIGITS, brute_infimum, psi, theta
from tests.bounds.oracle import agrees

VARIANCE = st.one_of(st.just(0.0), st.floats(-8, 2).map(lambda x: 10.0**x))
SHOTS = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))
CLASSES = st.integers(2, 1000)


def second_moment(vt: float, v: float, m: float, c: int) -> Any:
    vt, v, m, c = map(mp.mpf, (vt, v, m, c))
    with mp.workdps(40):
        along, r, pairs = 4 * (1 + 1 / m) * vt, mp.sqrt(8 / m) * v, c * (c - 1) / 2
        joint = brute_infimum(lambda t, s: theta(s, along + pairs * r**2) + v / (m * t))
        split = brute_infimum(lambda t, s: theta(s, along) + psi(s, r) + v / (m * t))
        return (c - 1) * min(joint, split)


@pytest.mark.parametrize(
    ("vt", "v", "m", "c"),
    [
        (0.047, 0.836, 10, 2),
        (0.01, 1.5, 20, 5),
        (0.0, 0.3, 50, 3),
        (0.2, 0.0, 1, 2),
        (1e-7, 1e-3, 1e5, 1000),
        (1e-3, 5.0, 1e4, 40),
        (0.3, 0.31, 1.5, 2),
        (1e-300, 1e-290, 2, 3),
        (1e-12, 1e-9, 3, 7),
        (1e300, 1e-3, 3, 7),
        (0.0, 1e-100, 1e10, 5),
    ],
)
def test_second_moment_against_brute_force(vt: float, v: float, m: float, c: int) -> None:
    got = bounds.few_shot_error_second_moment(vt, v, m, c)
    assert agrees(got, second_moment(vt, v, m, c), rel=NINE_DIGITS)


def test_saboteur_a_grid_without_refinement_is_not_enough() -> None:
    x = np.arange(-60, 60.25, 0.25)
    t, s = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x))
    spread = 4 * 1.1 * 0.047 + 8 * 0.836**2 / 10
    coarse = (spread / (spread + s**2) + 0.0836 / t).min()
    assert not agrees(coarse, second_moment(0.047, 0.836, 10, 2), rel=NINE_DIGITS)


def test_worked_values() -> None:
    got = bounds.few_shot_error_second_moment(0.047, 0.836, [10, 100, 1000], 2)
    expected = [0.88328460761485, 0.30914431929499, 0.19345182103629]
    np.testing.assert_allclose(got, expected, rtol=3e-14)
    got = bounds.few_shot_error_second_moment(0.01, 1.5, 20, 5)
    np.testing.assert_allclose(got, 3.90551013578987, rtol=3e-14)
    m = [10, 20, 50, 100, 300, 1000]
    figure = [0.883, 0.626, 0.404, 0.309, 0.231, 0.193]
    got = bounds.few_shot_error_second_moment(0.047, 0.836, m, 2)
    np.testing.assert_allclose(got, figure, atol=5.1e-4)


def test_no_variance_no_error_and_many_shots_the_limit() -> None:
    assert bounds.few_shot_error_second_moment(0, 0, 1, 5) == 0
    got = bounds.few_shot_error_second_moment([0.02, 0.2], 0.5, 1e30, 3)
    sharp = bounds.few_shot_error_limit_sharp([0.02, 0.2], 3)
    np.testing.assert_allclose(got, sharp, rtol=1e-12)
    assert bounds.few_shot_error_second_moment(1e308, 1e308, 1, 2) == 1


@given(vt=VARIANCE, v=VARIANCE, m=SHOTS, c=CLASSES)
def test_more_variance_and_fewer_shots_never_help(vt: float, v: float, m: float, c: int) -> None:
    here = bounds.few_shot_error_second_moment(vt, v, m, c)
    worse = bounds.few_shot_error_second_moment([2 * vt, vt, vt], [v, 2 * v, v], m, [c, c, c + 1])
    assert (here <= worse * (1 + 2 * NINE_DIGITS)).all()
    assert bounds.few_shot_error_second_moment(vt, v, 2 * m, c) <= here * (1 + 2 * NINE_DIGITS)


@given(v=VARIANCE, share=st.floats(0, 1), root=VARIANCE, m=SHOTS, c=CLASSES, room=st.floats(0, 40))
@example(v=0.0, share=0.0, root=0.0, m=1, c=2, room=0.0)
@example(v=1.0, share=0.0, root=0.0, m=1, c=2, room=0.0)
@example(v=1e-8, share=1.0, root=0.0, m=10**6, c=2, room=0.0)
def test_second_moment_dominates_proposition_1(
    v: float, share: float, root: float, m: float, c: int, room: float
) -> None:
    a = max(4 + 8**0.5, float(np.nextafter(4 + 32**0.5 / m, np.inf)) + 1e-9) + room
    ours = bounds.few_shot_error_second_moment(share * v, v, m, c)
    assert ours <= bounds.few_shot_error(share * v, v, root, m, c, a=a) * (1 + NINE_DIGITS)


def test_domination_by_averages_ends_where_the_expected_says() -> None:
    root = (0.146 / (293 * 292)) ** 0.5
    ours = bounds.few_shot_error_second_moment(2.4e-7, 0.146, 6, 293)
    printed = bounds.few_shot_error(2.4e-7, 0.146, root, 6, 293, a=5)
    assert 1.055 < ours / printed < 1.065


def test_computer_assisted_part_of_proposition_1() -> None:
    """A cell by cell repetition would take minutes; its corners are thinned out here."""
    lows = 10.0 ** np.arange(-6, 0.6, 0.05)
    u, w = np.meshgrid(lows, lows, indexing="ij")
    u_high, w_high = u * 10**0.01, w * 10**0.01
    right = 1.25 * (np.sqrt(2 * u) + 2 * w + u)
    cells = (u <= w_high) & (right < 1)
    x, u_high, right = (u_high + 2 * w_high**2)[cells], u_high[cells], right[cells]
    t = np.linspace(1e-3, 0.585, 600)[:, None]
    left = (4 * x / (4 * x + (1 - t) ** 2) + u_high / t).min(axis=0)
    fine = np.sqrt(u_high)  # for the smallest u, as in the proof
    left = np.minimum(left, 4 * x / (4 * x + (1 - fine) ** 2) + u_high / fine)
    assert (left / right).max() < 0.89


@given(v=st.floats(-3, 3), m=st.floats(0, 6))
def test_the_bound_holds_for_orthogonal_noise(v: float, m: float) -> None:
    v, m = 10.0**v, 10.0**m
    assume(v / m > 1e-3)
    error = bounds.orthogonal_noise_error(v, m)
    assert error <= bounds.few_shot_error_second_moment(0, v, m, 2)
    assert error <= bounds.few_shot_error_optimal(0, v, v**0.5, m, 2).value
