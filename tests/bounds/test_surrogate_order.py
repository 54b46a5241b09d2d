"""Which surrogate bound is the lower one, and where they tend."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

import bounds
from tests.bounds.test_surrogate_formulas import CLASSES, NEGATIVES, NORM, PRIOR

Array = NDArray[np.float64]
ROUNDING = 1e-12


def size(c: float, k: float, norm: float) -> float:
    """The largest term that is rounded, in units of the accuracy promised."""
    return float(ROUNDING * (1.0 + np.log(c) + np.log1p(k) + norm**2))


@given(pi=PRIOR, k=NEGATIVES, norm=NORM)
def test_order_for_any_prior(pi: Array, k: int, norm: float) -> None:
    in_order(pi, k, norm)


def in_order(pi: Array, k: int, norm: float) -> None:
    c, eps = len(pi), size(len(pi) / pi.min(), k, norm)
    upper = bounds.surrogate_upper(pi, k, norm)
    assert bounds.surrogate_upper_vertex(pi, k, norm) <= upper + eps
    assert norm < 1 or bounds.surrogate_upper_prior_free(c, k, norm) <= upper + eps
    lower, sharp = bounds.surrogate_lower(pi, k, norm), bounds.surrogate_lower_sharp(pi, k, norm)
    assert lower <= sharp + eps
    assert sharp <= bounds.surrogate_lower_box(pi, k, norm) + eps
    width = bounds.surrogate_width(pi, k, norm)
    assert abs(upper - lower - width) <= eps
    assert bounds.surrogate_upper_vertex(pi, k, norm) >= bounds.surrogate_lower_box(pi, k, norm)


@given(c=CLASSES, k=NEGATIVES, norm=NORM)
@example(c=3, k=1, norm=0.5)
def test_order_for_equal_classes(c: int, k: int, norm: float) -> None:
    eps = size(c, k, norm)
    sharp = bounds.surrogate_upper_sharp(c, k, norm)
    assert sharp <= bounds.surrogate_upper(c, k, norm) + eps
    assert sharp <= bounds.surrogate_upper_prior_free(c, k, norm) + eps
    assert c % 2 == 1 or sharp <= bounds.surrogate_upper_vertex(c, k, norm) + eps
    intercept = np.log(c / (k + 1))
    assert bounds.surrogate_lower_sharp(c, k, norm) <= intercept + eps
    assert intercept <= bounds.surrogate_upper_many_negatives(c, k, norm) + eps
    assert intercept <= sharp + eps


@given(c=CLASSES, k=NEGATIVES)
def test_unit_norm_bound_is_below_the_sharp_one(c: int, k: int) -> None:
    assert bounds.surrogate_upper_unit(c, k) < bounds.surrogate_upper_sharp(c, k)


def test_unit_norm_bound_for_two_negatives_starts_above_the_sharp_one() -> None:
    norm = np.sqrt([0.8001, 0.8075, 0.8080])
    above = bounds.surrogate_upper_unit(3, 2, norm) > bounds.surrogate_upper_sharp(3, 2, norm)
    assert above.tolist() == [True, True, False]


def test_many_negatives_win_from_five_on() -> None:
    k = np.arange(1, 200)
    wins = bounds.surrogate_upper_many_negatives(10, k) < bounds.surrogate_upper_sharp(10, k)
    assert k[wins].tolist() == list(range(5, 200))


def test_small_norms_of_equal_classes_prefer_the_vertex_to_no_prior() -> None:
    norm = np.sqrt([0.01, 0.1, 0.2, 0.2499])
    for c in (2, 3, 7, 100):
        vertex = bounds.surrogate_upper_vertex(c, 4, norm)
        assert (vertex < bounds.surrogate_upper_prior_free(c, 4, norm)).all()


@given(c=st.integers(2, 10**6), k=NEGATIVES, norm=NORM)
def test_attained_floors_are_the_higher(c: int, k: int, norm: float) -> None:
    pairs = [
        (bounds.contrastive_floor(c, k, norm), bounds.contrastive_floor_etf(c, k, norm)),
        (bounds.supervised_floor(c, norm), bounds.supervised_floor_etf(c, norm)),
    ]
    for published, attained in pairs:
        assert published <= attained * (1 + ROUNDING)
        assert c > 2 or abs(published - attained) <= ROUNDING * attained


def test_intercepts_and_width_fall_with_every_negative() -> None:
    k = np.arange(1, 300)
    for values in (bounds.surrogate_upper([0.7, 0.3], k), bounds.surrogate_lower([0.7, 0.3], k),
                   bounds.surrogate_width([0.7, 0.3], k)):  # fmt: skip
        assert (np.diff(values) < 0).all()


def test_limits() -> None:
    log_cosh = np.log(np.cosh(1.0))
    np.testing.assert_allclose(bounds.surrogate_width(100, 1e9), 4 * log_cosh, rtol=1e-8)
    np.testing.assert_allclose(bounds.surrogate_width(100, 1e9), 1.735123, rtol=1e-6)
    ends = [f(100, 1e9) + np.log(1e9 / 100) for f in (
        bounds.surrogate_upper_sharp, bounds.surrogate_upper_many_negatives,
        bounds.surrogate_lower_sharp)]  # fmt: skip
    np.testing.assert_allclose(ends, [log_cosh, 0.0, -log_cosh], atol=3e-9)
    intercept = np.log(10 / 33)
    for calculator in (bounds.surrogate_upper_sharp, bounds.surrogate_upper_vertex,
                       bounds.surrogate_upper_prior_free, bounds.surrogate_upper_unit,
                       bounds.surrogate_lower_sharp, bounds.surrogate_lower_box):  # fmt: skip
        np.testing.assert_allclose(calculator(10, 32, 0.0), intercept, rtol=1e-14)
    np.testing.assert_allclose(bounds.contrastive_floor_etf(10, 32, 0.0), np.log(33), rtol=1e-12)
    np.testing.assert_allclose(bounds.supervised_floor(10, 0.0), np.log(10), rtol=1e-14)
    zero = bounds.surrogate_certificate([0.7, 0.3], 32, 0.0, 0.0, 0.0, 0.0)
    entropy = -(0.7 * np.log(0.7) + 0.3 * np.log(0.3))
    np.testing.assert_allclose(zero.lower, entropy - np.log(33), rtol=1e-14)
    np.testing.assert_allclose(zero.upper, np.log(2 / 33), rtol=1e-14)


@given(c=CLASSES, k=NEGATIVES, norm=NORM)
def test_certificate_pinches_constant_features(c: int, k: int, norm: float) -> None:
    a = norm * norm
    ends = bounds.surrogate_certificate(c, k, norm, a, a, a)
    np.testing.assert_allclose(
        [ends.lower, ends.upper], np.log(c) - np.log1p(k), rtol=0, atol=size(c, k, norm)
    )


@given(pi=PRIOR, k=NEGATIVES, norm=NORM)
def test_certificate_of_no_mean_is_the_sharp_lower_end(pi: Array, k: int, norm: float) -> None:
    a = norm * norm
    ends = bounds.surrogate_certificate(pi, k, norm, 0.0, a, 0.0)
    expected = bounds.surrogate_lower_sharp(pi, k, norm)
    assert abs(ends.lower - expected) <= size(1 / pi.min(), k, norm)


def test_saboteur_an_order_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "surrogate_upper_vertex", lambda *args: np.inf)
    with pytest.raises(AssertionError):
        in_order(np.array([0.7, 0.3]), 3, 1.0)
