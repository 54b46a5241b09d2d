"""The calculators of prototypes against fifty digits, worked values, brute force and each other."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from bounds.prototypes import gap
from tests.bounds.oracle import SEVERAL, Number, agrees

WIDE = st.floats(-300.0, 300.0).map(lambda x: 10.0**x)
ALPHA = st.one_of(WIDE, st.floats(1e-3, 1e3), st.floats(0.4, 0.6))
REPULSION = st.one_of(st.just(0), st.integers(1, 10), st.floats(0.0, 10.0), WIDE)
CLASSES = st.one_of(SEVERAL, st.floats(0.5, 300.0).map(lambda x: 10.0**x))
EPS = float(np.finfo(np.float64).eps)


def jensen(alpha: Any) -> Any:
    """The textbook form, with the digits that it loses at both ends."""
    # Terms of size 1/alpha leave alpha/2: that costs 2 log10(1/alpha) digits.
    digits = 60 + max(0, -3 * int(mp.log10(alpha)))
    if alpha > 1e3:  # where coth is 1 and sinh is e^alpha/2 to more than 800 digits
        return 2 - (mp.log(2 * alpha) + 1) / alpha
    with mp.workdps(digits):
        return mp.log(mp.sinh(alpha) / alpha) / alpha - 1 / alpha + mp.coth(alpha)


def phi(alpha: Any) -> Any:
    if alpha > 1e3:
        return mp.log(2 * alpha)
    with mp.workdps(60):
        return (
            alpha * mp.coth(alpha) - (alpha / mp.sinh(alpha)) ** 2 - mp.log(mp.sinh(alpha) / alpha)
        )


@given(alpha=ALPHA)
@example(alpha=0.5)
@example(alpha=float(np.nextafter(0.5, 0.0)))
@example(alpha=1e-300)
@example(alpha=1e300)
@example(alpha=float(np.finfo(np.float64).max))
def test_jensen_gap_has_twelve_digits(alpha: float) -> None:
    with mp.workdps(50):
        assert agrees(bounds.jensen_gap(alpha), jensen(mp.mpf(alpha)))


@given(k=CLASSES, alpha=ALPHA)
@example(k=2, alpha=1e-300)
@example(k=1e300, alpha=1e-300)
@example(k=1e300, alpha=1e-306)
@example(k=2 + 2**-51, alpha=1e-3)
def test_repel_gap_has_twelve_digits(k: Number, alpha: float) -> None:
    with mp.workdps(50):
        truth = mp.log(mp.mpf(k) - 1) / mp.mpf(alpha) + jensen(mp.mpf(alpha))
        assert agrees(bounds.repel_gap(k, alpha), truth)


@given(k=st.one_of(st.integers(3, 10**6), st.floats(3.0, 50.0), st.floats(3.0, 1e300)))
@example(k=3)
@example(k=1e300)
@example(k=float(np.finfo(np.float64).max))
def test_best_alpha_is_the_root_to_twelve_digits(k: Number) -> None:
    alpha = float(bounds.best_alpha(k))
    with mp.workdps(50):
        below, above = (phi(mp.mpf(alpha) * (1 + side * mp.mpf("1e-12"))) for side in (-1, 1))
        assert below < mp.log(mp.mpf(k) - 1) < above


def log_terms(n: Any, views: int) -> Any:
    return mp.log(views * (n - 1))


@given(k=CLASSES, repulsion=REPULSION)
@example(k=2, repulsion=0)
@example(k=1e300, repulsion=1e300)
@example(k=3, repulsion=4)
def test_minima_over_classes_have_twelve_digits(k: Number, repulsion: Number) -> None:
    with mp.workdps(50):
        classes, weight = mp.mpf(k), mp.mpf(repulsion)
        simplex = -1 - weight / (classes - 1)
        assert agrees(bounds.balanced_supervised_minimum(k, repulsion), simplex)
        assert agrees(bounds.free_prototype_minimum(k, repulsion), min(simplex, 1 - weight))
        if k > 2:
            critical = 2 * (classes - 1) / (classes - 2)
            assert agrees(bounds.critical_repulsion(k), critical)


@given(n=CLASSES, repulsion=REPULSION, alpha=ALPHA)
@example(n=2, repulsion=1e300, alpha=1e-300)
@example(n=2, repulsion=1.5e308, alpha=1.0)
@example(n=1e300, repulsion=1e-300, alpha=1e-300)
@example(n=1e300, repulsion=1e300, alpha=1e300)
@example(n=1.7e308, repulsion=1e308, alpha=1e308)
def test_contrastive_minima_have_twelve_digits(n: Number, repulsion: Number, alpha: float) -> None:
    for calculator, views in (
        (bounds.balanced_contrastive_minimum, 2),
        (bounds.same_view_contrastive_minimum, 1),
    ):
        with mp.workdps(50):
            items, weight = mp.mpf(n), mp.mpf(repulsion)
            spread = weight / mp.mpf(alpha) * log_terms(items, views)
            attract = weight / (items - 1)
            truth = spread - attract - 1
            assert agrees(calculator(n, repulsion, alpha), truth, size=max(spread, attract, 1))


@given(
    loss=st.one_of(st.floats(-10.0, 100.0), WIDE),
    tau=ALPHA,
    bias=st.one_of(st.floats(0.0, 1.0), WIDE),
    b=CLASSES,
)
@example(loss=-1e-13, tau=1.0, bias=0.0, b=2)
@example(loss=float(np.log(2.0)), tau=1e300, bias=0.0, b=2)
def test_certificate_has_twelve_digits(loss: float, tau: float, bias: float, b: Number) -> None:
    with mp.workdps(50):
        measured, subtracted = mp.mpf(tau) * mp.mpf(loss), mp.mpf(tau) * mp.log(2 * mp.mpf(b))
        truth = measured - subtracted + mp.mpf(bias)
        size = max(abs(measured), subtracted, mp.mpf(bias))
        got = bounds.supervised_certificate(loss, tau, bias, b)
        assert agrees(got, truth, size=size)


@given(m=st.one_of(st.integers(1, 10**6), CLASSES), alpha=ALPHA, c=st.floats(-1.0, 1.0))
@example(m=1, alpha=1.0, c=1.0)
@example(m=1e300, alpha=700.0, c=0.0)
@example(m=1e300, alpha=1e300, c=-1.0)
def test_threshold_has_twelve_digits(m: Number, alpha: float, c: float) -> None:
    with mp.workdps(50):
        truth = 1 + mp.mpf(m) * mp.exp(-mp.mpf(alpha) * (1 - mp.mpf(c)))
        assert agrees(bounds.alignment_threshold(m, alpha, c), truth)


def test_worked_values() -> None:
    """Each to the digits that it was computed to elsewhere."""
    best = bounds.best_alpha(10)
    got = {
        0.474474647070526937: bounds.jensen_gap(1),
        1.600426776560792792: bounds.jensen_gap(10),
        4.999999722222246914e-4: bounds.jensen_gap(1e-3),
        4.537409153170778031: best,
        1.777989165283904430: bounds.repel_gap(10, best),
        2.25: bounds.critical_repulsion(10),
        -1.154157386410527833: bounds.balanced_contrastive_minimum(4, 1, 10),
        -1.223472104466522364: bounds.same_view_contrastive_minimum(4, 1, 10),
    }
    for want, value in got.items():
        assert value == pytest.approx(want, rel=4e-16 * 8)
    # The fan: NT-Xent .7169..., tau 1/4, two items per class.
    certified = bounds.supervised_certificate(0.716949429879523, 0.25, 0.113450466818494, 2)
    assert certified == pytest.approx(-0.053885766, abs=5.1e-10)
    assert bounds.alignment_threshold(3, 5, -1 / 3) == pytest.approx(1.003818, abs=5.1e-7)


def test_the_series_are_the_bernoulli_numbers() -> None:
    with mp.workdps(50):
        for n, c in enumerate(gap.SERIES, start=1):
            truth = mp.bernoulli(2 * n) * mp.mpf(2) ** (2 * n - 1) * (mp.mpf(1) / n + 2)
            assert c == float(truth / mp.factorial(2 * n))


@given(alpha=st.floats(1e-2, 50.0), low=st.floats(0.0, 1.0), mean=st.floats(0.0, 1.0))
def test_no_law_on_three_points_beats_the_jensen_gap(alpha: float, low: float, mean: float) -> None:
    middle = 2.0 * low - 1.0
    grid = np.linspace(0.0, 1.0, 41)
    # Mass on -1, middle, 1; the best over a grid of masses is the brute force.
    inner = mean * (1.0 - grid)
    s = -grid + inner * middle + (1.0 - grid - inner)
    x = grid * np.exp(-2 * alpha) + inner * np.exp(alpha * (middle - 1))
    x += (1.0 - mean) * (1.0 - grid)
    gaps = 1.0 + np.log(x) / alpha - s
    assert gaps.max() <= bounds.jensen_gap(alpha) + 16 * EPS * (1 + 1 / alpha)


@given(alpha=st.floats(1e-2, 30.0))
def test_a_two_point_law_attains_the_jensen_gap(alpha: float) -> None:
    mean = 1 / alpha - 1 / np.tanh(alpha)
    share = (1 + mean) / 2
    value = 1.0 + np.log(share + (1 - share) * np.exp(-2 * alpha)) / alpha - mean
    assert value == pytest.approx(float(bounds.jensen_gap(alpha)), abs=16 * EPS * (1 + 1 / alpha))


@given(alpha=ALPHA, step=st.floats(1e-3, 10.0))
def test_jensen_gap_increases_below_its_limits(alpha: float, step: float) -> None:
    here = bounds.jensen_gap(alpha)
    assert 0 < here <= min(alpha / 2, 2.0)
    if 1e-6 < alpha < 1e14:
        assert here < min(alpha / 2, 2.0)
    assert bounds.jensen_gap(alpha * (1 + step)) >= here
    if alpha < 1e10:
        assert bounds.jensen_gap(alpha * (1 + step)) > here


@given(k=st.one_of(st.integers(3, 1000), st.floats(3.0, 1e6)))
def test_best_alpha_is_best_and_just_above_half(k: Number) -> None:
    best = bounds.best_alpha(k)
    assert (k - 1) / 2 <= best
    around = best * np.geomspace(0.01, 100.0, 201)
    least = bounds.repel_gap(k, best)
    assert (bounds.repel_gap(k, around) >= least * (1 - 8 * EPS)).all()
    q = np.exp(1.0 - k)
    # repel_gap at (k - 1)/2 is this at most, and 2 - 2/(k - 1) in the limit.
    assert least <= (2 - 2 / (k - 1) + 2 * q / (1 - q)) * (1 + 8 * EPS)
    assert bounds.best_alpha(k + 1) > best
    assert bounds.repel_gap(k + 1, bounds.best_alpha(k + 1)) >= least * (1 - 8 * EPS)


@given(k=CLASSES, alpha=ALPHA)
def test_repel_gap_grows_with_the_classes(k: Number, alpha: float) -> None:
    value = bounds.repel_gap(k, alpha)
    assert value <= bounds.repel_gap(2 * k, alpha)
    assert bounds.repel_gap(2, alpha) == bounds.jensen_gap(alpha) <= value


@given(k=st.one_of(st.integers(3, 1000), st.floats(3.0, 1e6)), by=st.floats(1e-6, 5.0))
def test_the_branches_of_the_free_minimum_cross_at_the_critical_repulsion(
    k: Number, by: float
) -> None:
    critical = bounds.critical_repulsion(k)
    at = 1 - critical
    crossing = bounds.free_prototype_minimum(k, critical)
    assert crossing == pytest.approx(float(at), rel=8 * EPS * k)
    assert bounds.free_prototype_minimum(k, critical + by) == 1 - (critical + by)
    below = np.maximum(critical - by, 0.0)
    assert bounds.free_prototype_minimum(k, below) == bounds.balanced_supervised_minimum(k, below)


@given(n=SEVERAL, repulsion=st.floats(0.0, 10.0), alpha=st.floats(0.1, 50.0))
def test_half_the_negatives_lower_the_floor(n: Number, repulsion: float, alpha: float) -> None:
    less = bounds.same_view_contrastive_minimum(n, repulsion, alpha)
    more = bounds.balanced_contrastive_minimum(n, repulsion, alpha)
    size = 1 + repulsion + repulsion / alpha * np.log(2 * n)
    assert more - less == pytest.approx(repulsion / alpha * np.log(2), abs=16 * EPS * size)


@given(n=st.integers(2, 1000), tau=st.floats(0.05, 5.0))
def test_with_repulsion_one_it_is_the_dcl_minimum_with_one_positive(n: int, tau: float) -> None:
    # At the simplex the views coincide, and so do the losses with one positive and with four.
    value = bounds.balanced_contrastive_minimum(n, 1, 1 / tau) / tau
    truth = bounds.dcl_minimum(n, 2, tau)
    assert value == pytest.approx(float(truth), abs=32 * EPS * (2 / tau + np.log(2 * n)))


def test_saboteur_the_textbook_form_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def textbook(alpha: Any) -> Any:
        return np.log(np.sinh(alpha) / alpha) / alpha - 1 / alpha + 1 / np.tanh(alpha)

    with mp.workdps(50):
        assert not agrees(textbook(np.float64(1e-3)), jensen(mp.mpf(1e-3)))
    monkeypatch.setattr(gap, "_jensen_gap", textbook)
    with pytest.raises((AssertionError, ExceptionGroup, RuntimeWarning)):
        test_jensen_gap_has_twelve_digits()


def test_saboteur_a_search_that_stops_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gap, "NEWTON_STEPS", 2)
    with pytest.raises((AssertionError, ExceptionGroup)):
        test_best_alpha_is_the_root_to_twelve_digits()
