"""The rival bounds: published curves, their order, and where they are infinite."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bounds import (
    arora_bound,
    arora_bound_sharp,
    ash_bound,
    collision_bound,
    contrastive_floor,
    coverage_probability,
    expected_log_collisions,
    nozawa_sato_bound,
    supervised_floor,
    surrogate_upper,
    surrogate_upper_sharp,
)
from bounds.coverage._uniform import cheapest_draws, log_coverage_uniform

INF = math.inf
# C = 10, L = 1, at the least contrastive risk of K: the curves of Figure 4 of Bao et al. (2022),
# those of the authors' code recomputed with exact coverage, beside ours.
K = np.array([1, 4, 9, 11, 16, 24, 32, 64, 99])
FIGURE = {
    "coverage": [
        0, 0, 0.00036288, 0.0061871040, 0.10009443, 0.43660393, 0.71857287,
        0.98941142, 0.9997344,
    ],
    "risk": [
        0.18354993, 0.6027412, 1.0659393, 1.2058327, 1.4897028, 1.8243924, 2.0753361,
        2.7116924, 3.1273733,
    ],
    "collisions": [
        0.069314718, 0.26066588, 0.5331728, 0.62879308, 0.84104378, 1.1189031, 1.3424888,
        1.9434247, 2.3485053,
    ],
    "T1": [
        3.3536967, 2.3865936, 2.0388615, 1.9780842, 1.8872609, 1.8164853, 1.7797470,
        1.7229561, 1.7024002,
    ],
    "S1": [
        2.2267687, 1.7296692, 1.4997202, 1.4572920, 1.3928554, 1.3418825, 1.3151945,
        1.2736711, 1.2585690,
    ],
    "Q1": [INF, INF, 3789.582, 297.20124, 34.97248, 20.257346, 29.701775, 658.58988, 26397.986],
    "Q1'": [INF, INF, 1468.1617, 137.67676, 21.778323, 16.117541, 26.555094, 654.75122, 26393.024],
    "Q2": [INF, INF, 4405.6047, 288.15943, 21.363446, 5.7944546, 3.9080009, 3.5172023, 3.9072791],
    "Q3": [
        12.926711, 13.274626, 15.561176, 17.024561, 22.281628, 37.530947, 67.925652,
        1303.2327, 52781.95,
    ],
    "Ash (code)": [
        12.676565, 13.017747, 15.26005, 16.695117, 21.850454, 36.804681, 66.611215,
        1303.2327, 52781.95,
    ],
}  # fmt: skip
SIZES = st.tuples(st.integers(2, 300), st.integers(1, 2000))


def test_the_published_figure() -> None:
    risk = contrastive_floor(10, K)
    tau_factor = 0.9 ** -K.astype(float) * (risk - expected_log_collisions(10, K))
    with_logarithm = 2 * np.maximum(1, 2 * 9 * (np.log(9) + 0.577) / K) * tau_factor
    computed = {
        "coverage": coverage_probability(10, K + 1),
        "risk": risk,
        "collisions": expected_log_collisions(10, K),
        "T1": risk + surrogate_upper(10, K),
        "S1": risk + surrogate_upper_sharp(10, K),
        "Q1": arora_bound(risk, 10, K),
        "Q1'": arora_bound_sharp(risk, 10, K),
        "Q2": nozawa_sato_bound(risk, 10, K),
        "Q3": ash_bound(risk, 10, K),
        "Ash (code)": with_logarithm,
    }
    assert computed.keys() == FIGURE.keys()
    for name, column in FIGURE.items():
        np.testing.assert_allclose(computed[name], column, rtol=3e-8, atol=6e-9, err_msg=name)
    assert math.isclose(supervised_floor(10), 0.7966138010, rel_tol=1e-9)


def test_the_least_of_every_published_curve() -> None:
    k = np.arange(11, 100)
    risk = contrastive_floor(10, k)
    for rival, least, at in ((arora_bound, 20.1219, 23), (nozawa_sato_bound, 3.3921, 48)):
        curve = rival(risk, 10, k)
        assert k[np.argmin(curve)] == at
        assert round(float(curve.min()), 4) == least
    assert round(float((risk + surrogate_upper(10, k))[-1]), 4) == 1.7024


def test_coefficients_of_the_unified_bound() -> None:
    k = np.array([1, 4, 9, 16, 32])
    coefficient = collision_bound(1 + expected_log_collisions(10, k), 10, k)
    printed = [44.0987, 15.1230, 11.3826, 13.3865, 36.2355]
    np.testing.assert_allclose(coefficient, printed, atol=6e-5)
    assert cheapest_draws(np.array(9.0)) == 30


@pytest.mark.parametrize("c", [1, 2, 3, 9, 40, 150])
def test_the_cheapest_number_of_draws_by_a_full_scan(c: int) -> None:
    """n/v falls then rises, and the end of the range is past its least."""
    n = np.arange(c, math.floor(2 * c * sum(1 / j for j in range(1, c + 1))) + 3)
    cost = np.log(n) - np.log(coverage_probability(c, n))
    least = int(np.argmin(cost))
    assert np.all(np.diff(cost)[:least] < 0)
    assert np.all(np.diff(cost)[least:] > 0)
    assert least < len(n) - 2 or c == 1
    assert cheapest_draws(np.array(float(c))) == n[least]


@given(sizes=SIZES, above=st.floats(0.0, 5.0))
@example(sizes=(2, 1), above=1.0)
@example(sizes=(300, 299), above=0.1)
@example(sizes=(10, 8), above=0.1)
def test_each_sharper_bound_dominates(sizes: tuple[int, int], above: float) -> None:
    risk = expected_log_collisions(*sizes) + above
    slack = 1 + 1e-9
    unified = collision_bound(risk, *sizes)
    assert 0 <= unified
    assert unified <= arora_bound_sharp(risk, *sizes) * slack
    assert unified <= ash_bound(risk, *sizes) * slack
    assert arora_bound_sharp(risk, *sizes) <= arora_bound(risk, *sizes) * slack


@given(sizes=SIZES, risk=st.floats(0.0, 1e3))
@example(sizes=(2, 1), risk=0.0)
@example(sizes=(3, 1), risk=0.0)
@example(sizes=(10, 8), risk=0.0)
@example(sizes=(10, 9), risk=0.0)
def test_too_few_negatives_are_infinite_whatever_the_risk(
    sizes: tuple[int, int], risk: float
) -> None:
    c, k = sizes
    for rival in (arora_bound, arora_bound_sharp, nozawa_sato_bound):
        if k + 1 < c:
            assert rival(risk, c, k) == INF
        elif k < 300 and c < 100:
            assert np.isfinite(rival(risk, c, k))


@given(g=st.floats(0.0, 2.0))
def test_two_collapsed_classes_and_one_negative_attain_the_sharp_bounds(g: float) -> None:
    """R_cont = (ln 2 + R_mu)/2 with R_mu = ln(1 + e^-g)."""
    supervised = math.log1p(math.exp(-g))
    risk = (math.log(2.0) + supervised) / 2.0
    assert math.isclose(arora_bound_sharp(risk, 2, 1), supervised, rel_tol=1e-9)
    assert math.isclose(collision_bound(risk, 2, 1), supervised, rel_tol=1e-9)


def test_the_floors_themselves_are_bounded() -> None:
    """At two antipodal classes both floors are attained, so every rival must exceed the second."""
    k = np.arange(1, 200)
    risk = contrastive_floor(2, k)
    for rival in (arora_bound, arora_bound_sharp, nozawa_sato_bound, ash_bound, collision_bound):
        assert np.all(rival(risk, 2, k) >= supervised_floor(2) * (1 - 1e-9))


def test_many_negatives_stay_finite_until_float64_ends() -> None:
    assert np.isfinite(arora_bound(5.0, 10, 512))
    log_coefficient = -512 * math.log(0.9)
    excess = 5.0 - float(expected_log_collisions(10, 512))
    expected = math.log(excess) + log_coefficient
    assert math.isclose(math.log(arora_bound(5.0, 10, 512)), expected, rel_tol=1e-12)
    for rival in (arora_bound, arora_bound_sharp, ash_bound, collision_bound):
        assert rival(9.0, 10, 10**4) == INF
        assert rival(0.0, 10, 10**4) == INF  # below every admissible risk; infinite all the same
        assert np.isfinite(rival(9.0, 10**5, 3 * 10**6))
    assert math.isclose(nozawa_sato_bound(9.0, 10, 10**4), 18.0 - math.log(1001.0), rel_tol=1e-4)


def test_a_risk_below_every_encoder_is_returned_as_it_is() -> None:
    assert arora_bound(0.0, 10, 16) < 0
    assert collision_bound(0.0, 10, 4) < 0


def test_arguments_broadcast() -> None:
    for rival in (arora_bound, arora_bound_sharp, nozawa_sato_bound, ash_bound, collision_bound):
        assert rival(1.5, [[2], [3]], [4, 5, 6]).shape == (2, 3)
        assert rival(1.5, [[2], [3]], [4, 5, 6])[1, 2] == rival(1.5, 3, 6)
        assert rival(2.0, 10, 20).shape == ()
        assert rival([], 10, 20).shape == (0,)


def test_saboteur_draws_and_negatives_confused(monkeypatch: pytest.MonkeyPatch) -> None:
    """v_(C,K) for v_(C,K+1) is noticed by the figure."""
    monkeypatch.setattr(
        "bounds.surrogate.rivals.log_coverage_uniform", lambda c, n: log_coverage_uniform(c, n - 1)
    )
    with pytest.raises(AssertionError):
        test_the_published_figure()
