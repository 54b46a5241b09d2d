"""Outside its hypotheses a surrogate bound raises one sentence; inside nothing warns."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import bounds
from bounds._prior import read_prior
from tests.bounds import test_domains

NAN, INF = float("nan"), float("inf")
PI = [0.7, 0.2, 0.1]

WITH_PRIOR: list[Callable[..., Any]] = [
    bounds.surrogate_upper,
    bounds.surrogate_lower,
    bounds.surrogate_width,
    bounds.surrogate_upper_vertex,
    bounds.surrogate_lower_sharp,
    bounds.surrogate_lower_box,
]
WITH_CLASSES: list[Callable[..., Any]] = [
    bounds.surrogate_upper_sharp,
    bounds.surrogate_upper_prior_free,
    bounds.surrogate_upper_many_negatives,
    bounds.contrastive_floor,
    bounds.contrastive_floor_etf,
]
COMPLETE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    *((f, (prior, 5, 1.0)) for f in WITH_PRIOR for prior in (PI, 3)),
    *((f, (10, 5, 1.0)) for f in WITH_CLASSES),
    (bounds.surrogate_upper_intercept, (10, 5, 0.5)),
    (bounds.surrogate_upper_unit, (10, 5, 1.0)),
    (bounds.mean_bound_excess, (5, 1.0)),
    (bounds.supervised_floor, (10, 1.0)),
    (bounds.supervised_floor_etf, (10, 1.0)),
    (bounds.surrogate_certificate, (PI, 5, 1.0, 0.1, 0.5, 0.1)),
    (bounds.surrogate_bounds_paired, (PI, 5, 1.0, 0.1, 0.5)),
]


@pytest.mark.parametrize(("calculator", "args"), COMPLETE)
def test_nan_and_what_is_no_number_raise(
    calculator: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    test_domains.test_nan_always_raises(calculator, args)
    test_domains.test_what_is_no_number_raises(calculator, args)


ORDERED = "0 <= mean_square <= alignment <= norm^2 within 1e-9 (1 + norm^2)"
MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: bounds.surrogate_upper(0, 1), "prior >= 1, got prior=0"),
    (lambda: bounds.surrogate_upper(2.5, 1), "integer-valued prior, got prior=2.5"),
    (lambda: bounds.surrogate_upper(INF, 1), "finite prior, got prior=inf"),
    (lambda: bounds.surrogate_lower([0.5, 0.5, 0.0], 1), "prior > 0, got prior=0.0 at index (2,)"),
    (lambda: bounds.surrogate_lower([INF, 1.0], 1), "finite prior, got prior=inf at index (0,)"),
    (
        lambda: bounds.surrogate_lower([10, 100], 1),
        "prior that sums to 1 within 1e-9, got sum=110.0",
    ),
    (lambda: bounds.surrogate_lower([10], 1), "prior that sums to 1 within 1e-9, got sum=10.0"),
    (
        lambda: bounds.surrogate_width([0.5, 0.5 + 2**-20], 1),
        "prior that sums to 1 within 1e-9, got sum=1.0000009536743164",
    ),
    (
        lambda: bounds.surrogate_upper_vertex([], 1),
        "prior a number or a vector of probabilities, got shape (0,)",
    ),
    (
        lambda: bounds.surrogate_lower_box([PI], 1),
        "prior a number or a vector of probabilities, got shape (1, 3)",
    ),
    (
        lambda: bounds.surrogate_upper(PI, [1, 0]),
        "n_negatives >= 1, got n_negatives=0 at index (1,)",
    ),
    (lambda: bounds.surrogate_upper(PI, 1.5), "integer-valued n_negatives, got n_negatives=1.5"),
    (lambda: bounds.surrogate_lower_sharp(PI, INF), "finite n_negatives, got n_negatives=inf"),
    (lambda: bounds.surrogate_upper(PI, 1, -0.5), "norm >= 0, got norm=-0.5"),
    (lambda: bounds.surrogate_upper(PI, 1, INF), "finite norm, got norm=inf"),
    (lambda: bounds.surrogate_upper_sharp(0, 1), "n_classes >= 1, got n_classes=0"),
    (lambda: bounds.surrogate_upper_sharp(2.5, 1), "integer-valued n_classes, got n_classes=2.5"),
    (lambda: bounds.surrogate_upper_prior_free(2, 0), "n_negatives >= 1, got n_negatives=0"),
    (lambda: bounds.surrogate_upper_many_negatives(2, 1, -1), "norm >= 0, got norm=-1"),
    (lambda: bounds.contrastive_floor(1.5, 1), "integer-valued n_classes, got n_classes=1.5"),
    (lambda: bounds.contrastive_floor_etf(1, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.supervised_floor(0), "n_classes >= 1, got n_classes=0"),
    (lambda: bounds.supervised_floor_etf([2, 1]), "n_classes >= 2, got n_classes=1 at index (1,)"),
    (
        lambda: bounds.surrogate_upper_intercept([2, 10], 32, 1.0),
        "n_classes = 1, or n_classes = 2 and norm^2 <= 2, or norm^2 <= 0.8, or n_negatives = 1 "
        "and norm^2 <= 0.909, got n_classes=10, n_negatives=32, norm=1.0 at index (1,)",
    ),
    (lambda: bounds.surrogate_upper_unit(2, 1, 1.001), "norm <= 1, got norm=1.001"),
    (lambda: bounds.mean_bound_excess(-1, 1), "n_negatives >= 0, got n_negatives=-1"),
    (lambda: bounds.mean_bound_excess(0.5, 1), "integer-valued n_negatives, got n_negatives=0.5"),
    (
        lambda: bounds.surrogate_certificate(2, 1, 1.0, -1e-8, 0.5, 0.1),
        f"{ORDERED}, got mean_square=-1e-08, alignment=0.5, norm=1.0",
    ),
    (
        lambda: bounds.surrogate_certificate(2, 1, 1.0, 0.6, 0.5, 0.1),
        f"{ORDERED}, got mean_square=0.6, alignment=0.5, norm=1.0",
    ),
    (
        lambda: bounds.surrogate_certificate(2, 1, 1.0, 0.6, [0.9, 1.1], 0.1),
        f"{ORDERED}, got mean_square=0.6, alignment=1.1, norm=1.0 at index (1,)",
    ),
    (
        lambda: bounds.surrogate_certificate(2, 1, 1.0, 0.1, 0.5, -1.1),
        "|cross| <= norm^2 within 1e-9 (1 + norm^2), got cross=-1.1, norm=1.0",
    ),
    (
        lambda: bounds.surrogate_bounds_paired(2, 1, 2.0, -4.1, 0.5),
        "|positive| <= norm^2 within 1e-9 (1 + norm^2), got positive=-4.1, norm=2.0",
    ),
    (
        lambda: bounds.surrogate_bounds_paired(2, 1, 1.0, 0.1, -0.1),
        "0 <= alignment <= norm^2 within 1e-9 (1 + norm^2), got alignment=-0.1, norm=1.0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MESSAGES)
def test_an_unmet_rule_is_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('need ' + message)}$"):
        call()


def test_rounding_in_a_measurement_is_let_through() -> None:
    off = 5e-10
    inside = bounds.surrogate_certificate(2, 5, 1.0, -off, 0.5, 1.0 + off)
    outside = bounds.surrogate_certificate(2, 5, 1.0, 1.0 + off, 1.0, -1.0 - off)
    huge = bounds.surrogate_certificate(2, 5, 30.0, 900.0 + off, 900.0, -900.0 - off)
    for ends in (inside, outside, huge, bounds.surrogate_bounds_paired(2, 5, 1.0, 1 + off, -off)):
        assert np.isfinite([ends.lower, ends.upper]).all()
    exact = bounds.surrogate_certificate(2, 5, 1.0, 0.0, 0.5, 1.0)
    assert 0 < abs(inside.lower - exact.lower) < 1e-9
    assert abs(huge.upper - np.log(2 / 6) + 1800.0) < 1e-8


def test_numbers_of_classes_and_limits_of_norm_are_inclusive() -> None:
    assert bounds.surrogate_upper(2.0, 3.0) == bounds.surrogate_upper(2, 3)
    for c, k, a in ((2, 32, 2.0), (10, 32, 0.8), (10, 1, 0.909), (1, 9, 100.0)):
        norm = np.sqrt(a)
        assert bounds.surrogate_upper_intercept(c, k, norm) == np.log(c) - np.log1p(k)
        if c > 1:
            with pytest.raises(ValueError, match=r"^need n_classes"):
                bounds.surrogate_upper_intercept(c, k, norm * (1 + 1e-9))
    assert bounds.surrogate_upper_unit(3, 3, 1 + 1e-13) == bounds.surrogate_upper_unit(3, 3)


NORMS = np.array([0.0, 5e-324, 1e-160, 1e-154, 1e-8, 0.3, 1.0, 13.0, 18.0, 27.0, 1e3, 1e160, 1e308])


@pytest.mark.parametrize(("calculator", "args"), COMPLETE)
def test_extreme_norms_give_numbers_without_a_warning(
    calculator: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    if calculator in (bounds.surrogate_upper_intercept, bounds.surrogate_upper_unit):
        norms = NORMS[NORMS < 0.9]
    else:
        norms = NORMS
    at = 1 if len(args) == 2 else 2
    moments = [0.0] * (len(args) - 3)  # of constant zero features
    got = calculator(*args[:at], norms, *moments)
    for values in (got.lower, got.upper) if hasattr(got, "lower") else (got,):
        assert values.shape == norms.shape
        assert not np.isnan(values).any()
        assert np.isfinite(values[norms <= 13.0]).all()


@pytest.mark.parametrize("calculator", WITH_PRIOR + WITH_CLASSES)
def test_a_million_classes_and_negatives(calculator: Callable[..., Any]) -> None:
    values = calculator(10**6, [1, 10**6], [[0.0], [1.0]])
    assert values.shape == (2, 2)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert np.isfinite(calculator(10**30, 2**62, 1.0))


@pytest.mark.parametrize(("calculator", "args"), COMPLETE)
def test_scalars_give_0_d_and_no_entries_give_none(
    calculator: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    for norm, shape in ((args[-1] if len(args) == 2 else args[2], ()), (np.empty(0), (0,))):
        at = 1 if len(args) == 2 else 2
        got = calculator(*args[:at], norm, *args[at + 1 :])
        for values in (got.lower, got.upper) if hasattr(got, "lower") else (got,):
            assert isinstance(values, np.ndarray)
            assert (values.shape, values.dtype) == (shape, np.float64)


def test_a_prior_groups_its_equal_classes() -> None:
    prior = read_prior([0.2, 0.3, 0.2, 0.3])
    assert (prior.n_classes, prior.smallest, prior.largest) == (4, 0.2, 0.3)
    assert prior.counts.tolist() == [2.0, 2.0]
    million = read_prior(10**6)
    assert (million.n_classes, len(million.values)) == (10**6, 1)
    np.testing.assert_allclose(million.entropy, np.log(1e6), rtol=1e-15)


def test_saboteur_a_calculator_without_its_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchecked(norm: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.square(norm)

    monkeypatch.setattr("bounds.surrogate._inputs.scale", unchecked)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_an_unmet_rule_is_one_sentence(lambda: bounds.surrogate_upper(2, 1, -1.0), "norm >= 0")
    with pytest.raises(RuntimeWarning):
        test_extreme_norms_give_numbers_without_a_warning(bounds.surrogate_upper, (3, 5, 1.0))
