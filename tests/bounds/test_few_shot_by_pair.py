"""The second-moment bound pair by pair: quartic, naive loop, average, diagonal."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.brute_infimum import NINE_DIGITS, cantelli_and_markov, theta
from tests.bounds.oracle import agrees

VARIANCE = st.one_of(st.just(0.0), st.floats(-8, 2).map(lambda x: 10.0**x))
SHOTS = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))


@given(spread=st.floats(-9, 2), markov=st.floats(-9, -0.01))
@example(spread=0.0, markov=-9.0)
def test_pair_bound_solves_the_quartic(spread: float, markov: float) -> None:
    # Two classes with V_12 = 0 but q given: S and V/m are free of each other.
    s, e = 10.0**spread, 10.0**markov
    got = bounds.few_shot_error_by_pair(
        np.full((2, 2), s / 8), np.full((2, 2), e), 1, cross=(np.zeros((2, 2)), np.zeros((2, 2)))
    )
    with mp.workdps(60):
        big, low = mp.mpf(s), mp.mpf(e)
        # 2 S (1-t) t^2 = e (S + (1-t)^2)^2
        quartic = [low, -4 * low, (4 + 2 * (big + 1)) * low, -4 * (big + 1) * low, 0]
        quartic[4] = low * (big + 1) ** 2
        quartic[1] += 2 * big
        quartic[2] -= 2 * big
        roots = mp.polyroots(quartic, maxsteps=500, extraprec=500)
        inside = [mp.re(r) for r in roots if abs(mp.im(r)) < 1e-40 and 0 < mp.re(r) < 1]
        values = [theta(1 - t, big) + low / t for t in inside]
        truth = min([*values, mp.mpf(1)])
    assert agrees(got, truth, rel=NINE_DIGITS)


def pair_matrices(rng: np.random.Generator, c: int) -> tuple[Any, Any]:
    v = 10.0 ** rng.uniform(-3, 0.5, (c, c))
    return v * rng.uniform(0, 1, (c, c)), v


@given(seed=st.integers(0, 2**32 - 1), c=st.integers(2, 6), m=SHOTS)
def test_pairs_dominate_their_averages(seed: int, c: int, m: float) -> None:
    directional, v = pair_matrices(np.random.default_rng(seed), c)
    off = ~np.eye(c, dtype=bool)
    by_pair = bounds.few_shot_error_by_pair(directional, v, m)
    averages = bounds.few_shot_error_second_moment(directional[off].mean(), v[off].mean(), m, c)
    assert by_pair <= np.minimum(averages, 1.0) * (1 + 2 * NINE_DIGITS)


@given(vt=VARIANCE, v=VARIANCE, m=SHOTS)
def test_one_symmetric_pair_is_its_average(vt: float, v: float, m: float) -> None:
    full = np.ones((2, 2))
    by_pair = bounds.few_shot_error_by_pair(vt * full, v * full, m)
    average = bounds.few_shot_error_second_moment(vt, v, m, 2)
    np.testing.assert_allclose(by_pair, average, rtol=1e-12)


@pytest.mark.parametrize("with_cross", [False, True])
def test_pairs_against_a_naive_loop(with_cross: bool) -> None:
    c, m = 3, 7.5
    rng = np.random.default_rng(1)
    directional, v = (0.1 * x for x in pair_matrices(rng, c))
    own, other = 0.3 * v**2, 0.2 * v * v.T
    cross = (own, other) if with_cross else None
    total = mp.mpf(0)
    for i in range(c):
        row = mp.mpf(0)
        for j in set(range(c)) - {i}:
            q = own[i, j] + other[i, j] if with_cross else v[i, j] * (v[i, j] + v[j, i])
            s_ij = 4 * directional[i, j] + 4 * directional[j, i] / m + 4 * q / m
            row += cantelli_and_markov(s_ij, v[i, j] / m)
        total += min(row, mp.mpf(1))
    got = bounds.few_shot_error_by_pair(directional, v, m, cross)
    assert 0.05 < got < 0.95
    assert agrees(got, total / c, rel=NINE_DIGITS)


def test_the_diagonal_is_not_looked_at_and_m_gives_the_shape() -> None:
    directional, v = pair_matrices(np.random.default_rng(2), 4)
    want = bounds.few_shot_error_by_pair(directional, v, [[1, 2, 3], [4, 5, 6]])
    for filling in (np.nan, -1.0, np.inf):
        for matrix in (directional, v):
            np.fill_diagonal(matrix, filling)
        got = bounds.few_shot_error_by_pair(directional, v, [[1, 2, 3], [4, 5, 6]], (v**2, v * v.T))
        np.testing.assert_allclose(got, want, rtol=1e-12)
    assert want.shape == (2, 3)
    assert bounds.few_shot_error_by_pair(directional, v, 1).shape == ()


def test_a_class_without_variance_uses_the_limit() -> None:
    v = np.array([[0, 0], [0.4, 0]])
    got = bounds.few_shot_error_by_pair([[0, 0.0], [0.1, 0]], v, 5)
    s_12 = 4 * 0.1 / 5  # class 1 has no noise: only the other centre's direction is left
    s_21 = 4 * 0.1 + 4 * 0.4**2 / 5
    b_21 = cantelli_and_markov(s_21, mp.mpf(0.4) / 5)
    assert agrees(got, (mp.mpf(s_12 / (1 + s_12)) + b_21) / 2, rel=NINE_DIGITS)


def test_many_classes_are_done_in_blocks() -> None:
    c = 60  # 3540 pairs: more than one block
    full = np.full((c, c), 1e-5)
    got = bounds.few_shot_error_by_pair(full, 3 * full, 10)
    one = bounds.few_shot_error_by_pair(full[:2, :2], 3 * full[:2, :2], 10)
    np.testing.assert_allclose(got, (c - 1) * one, rtol=1e-13)
