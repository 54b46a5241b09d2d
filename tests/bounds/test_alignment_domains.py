"""Corners of the alignment calculators row by row, their messages, and the order of the ladder."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from bounds import accumulated_rounding
from bounds.alignment import __all__ as NAMES
from tests.bounds.oracle import TAU

INF, NAN = float("inf"), float("nan")
EPS = float(np.finfo(np.float64).eps)

COMPLETE: dict[str, tuple[Any, ...]] = {
    "composition_deviation": (10, 5, 0.1),
    "composition_quantile": (10, 5, 0.1, 0.5),
    "gradient_gap": (0.1, 0.2, 1.0),
    "log_gradient_gap": (0.1, 0.2, 1.0),
    "same_class_mass": (1, 3, 0.5),
    "reweighting_distance": (2, 3, 0.5),
    "similarity_drift": (10, 8, 1.0, 0.5),
    "log_similarity_drift": (10, 8, 1.0, 0.5),
    "similarity_drift_gronwall": (10, 8, 1.0, 0.5),
    "log_similarity_drift_gronwall": (10, 8, 1.0, 0.5),
    "similarity_drift_nonexpansive": (10, 8, 1.0, 0.5),
    "similarity_drift_rowwise": (10, 50, 1.0, 0.5),
    "similarity_drift_by_row": ([1.0, 2.0], 8, 1.0),
    "parameter_drift": (10, 0.5, 2.0, 1.0, 0.5),
    "log_parameter_drift": (10, 0.5, 2.0, 1.0, 0.5),
    "cka_floor": (0.5,),
    "cka_floor_sharp": (0.5,),
    "rsa_floor": (0.5,),
    "rsa_floor_sharp": (0.5,),
}
INFINITE_ALLOWED = {"gap", "rho", "r"}


def test_every_calculator_is_here_and_exported() -> None:
    assert set(COMPLETE) == set(NAMES) <= set(bounds.__all__)


@pytest.mark.parametrize("name", COMPLETE)
def test_what_is_no_finite_number_raises(name: str) -> None:
    calculator, args = getattr(bounds, name), COMPLETE[name]
    keys = calculator.__annotations__
    assert calculator(*args).dtype == np.float64
    for position, key in zip(range(len(args)), keys, strict=False):
        for bad in (NAN, INF, -INF, -1, "ten", None, 1j):
            if bad == INF and key in INFINITE_ALLOWED:
                continue
            spoilt = [bad, bad] if key == "row_sums" else bad
            with pytest.raises(ValueError, match=r"^need "):
                calculator(*args[:position], spoilt, *args[position + 1 :])


@pytest.mark.parametrize("name", COMPLETE)
def test_arrays_of_any_shape_broadcast_and_hold_the_scalars(name: str) -> None:
    calculator, args = getattr(bounds, name), COMPLETE[name]
    value = calculator(*args)
    assert value.shape == ()
    if name == "similarity_drift_by_row":
        rows = np.broadcast_to(args[0], (3, 1, 2))
        assert (calculator(rows, [8, 8], 1.0) == np.full((3, 2), value)).all()
        return
    for position, arg in enumerate(args):
        column = [[arg], [arg]]
        row = [[args[0], args[0]]] if position else args[0]
        both = [row, *args[1:position], column, *args[position + 1 :]] if position else [column]
        got = calculator(*both) if position else calculator(column, *args[1:])
        assert (got == np.full(got.shape, value)).all()
        assert got.shape == ((2, 2) if position else (2, 1))


GAPPED: tuple[Callable[..., Any], ...] = (
    lambda s, gap: bounds.similarity_drift(s, 2, 1, gap),
    lambda s, gap: bounds.similarity_drift_gronwall(s, 2, 1, gap),
    lambda s, gap: bounds.similarity_drift_nonexpansive(s, 2, 1, gap),
    lambda s, gap: bounds.parameter_drift(s, 1, 1, 1, gap),
    lambda s, gap: bounds.parameter_drift(s, 0, 1, 1, gap),
)
LOGARITHMS: tuple[Callable[..., Any], ...] = (
    lambda s, gap: bounds.log_similarity_drift(s, 2, 1, gap),
    lambda s, gap: bounds.log_similarity_drift_gronwall(s, 2, 1, gap),
    lambda s, gap: bounds.log_parameter_drift(s, 1, 1, 1, gap),
    lambda s, gap: bounds.log_parameter_drift(s, 0, 1, 1, gap),
)


def test_zero_wins_over_infinity_and_infinity_over_the_rest() -> None:
    for drift in GAPPED:
        np.testing.assert_array_equal(
            drift([0, 0, 1, 1, 1e300], [INF, 0, 0, INF, INF])[:4], [0, 0, 0, INF]
        )
        assert drift(0, 1e300) == 0
    for drift in LOGARITHMS:
        got = drift([0, 0, 1, 1, 0], [INF, 0, 0, INF, 1])
        np.testing.assert_array_equal(got, [-INF, -INF, -INF, INF, -INF])
    assert bounds.parameter_drift(1e300, 1e300, 0, 1, INF) == 0
    assert bounds.log_parameter_drift(1e300, 1e300, 0, 1, INF) == -INF
    # e^inf beside a gap of 0.
    assert bounds.similarity_drift(1e300, 1, 1e-300, 0) == 0
    assert bounds.similarity_drift_gronwall(1e300, 1, 1e-300, 0) == 0


def test_corners_of_the_reweighting() -> None:
    assert bounds.gradient_gap([0.5, 0.3, 1, 0.5], [0.5, 0.7, 0, 0.7], 1.0).tolist() == [INF] * 4
    assert bounds.log_gradient_gap(0.5, 0.5, 1e-3) == INF
    assert bounds.gradient_gap(0.1, 0.1, 1e-3) == INF
    assert bounds.log_gradient_gap(0.1, 0.1, 1e-3) < 2001
    assert bounds.gradient_gap(0.1, 0.1, 1e-310) == bounds.log_gradient_gap(0.1, 0.1, 1e-310) == INF
    mass = bounds.same_class_mass(
        [0, 0, 0, 1, 1], [1, 1, 1e-300, 0, 0], [1e-3, 1e-310, 1, 1e-3, 1e3]
    )
    np.testing.assert_array_equal(mass, [0, 0, 0, 1, 1])
    assert bounds.same_class_mass(1, 1, 1e-310) == 1
    distance = bounds.reweighting_distance([0, 1, 1], [3, 0, 1], [1e-310, 1, 1e-310])
    np.testing.assert_array_equal(distance, np.sqrt([0.0, 2.0, 2.0]))


def test_corners_of_the_floors() -> None:
    at = [0, 1, 1.5, INF]
    np.testing.assert_allclose(bounds.cka_floor(at), [1, 0, -0.2, -1], rtol=2 * EPS)
    np.testing.assert_array_equal(bounds.cka_floor_sharp(at), [1, 0, 0, 0])
    np.testing.assert_array_equal(bounds.rsa_floor(at), [1, 0, -1, -1])
    np.testing.assert_array_equal(bounds.rsa_floor_sharp(at), [1, 0, -1, -1])
    assert bounds.cka_floor(1e308) == -1


def test_integers_do_not_overflow() -> None:
    big = 2**40
    assert bounds.composition_deviation(big, big, 0.1) < 1e-5
    assert bounds.similarity_drift_nonexpansive(big, big, 1, big) == float(big) ** 1.5
    assert bounds.log_similarity_drift(big, 1, 1, 1) == float(big) / 2 + np.log(float(big))
    assert bounds.parameter_drift(2**60, 0, 2**60, 1, 1) == 2.0**120
    assert bounds.similarity_drift_by_row([2**60, 0], 1, 1) == np.sqrt(2.0) * 2.0**60


RULES: list[tuple[Callable[[], Any], str]] = [
    (lambda: bounds.composition_deviation(0.5, 1, 0.1), "batch_size >= 1, got batch_size=0.5"),
    (
        lambda: bounds.composition_deviation(5, [1, 0], 0.1),
        "n_steps >= 1, got n_steps=0 at index (1,)",
    ),
    (lambda: bounds.composition_deviation(5, 1, 1), "0 < delta < 1, got delta=1"),
    (lambda: bounds.composition_deviation(5, INF, 0.1), "finite n_steps, got n_steps=inf"),
    (lambda: bounds.composition_quantile(1, 1, 0.1, 0.5), "batch_size >= 2, got batch_size=1"),
    (
        lambda: bounds.composition_quantile(2.5, 1, 0.1, 0.5),
        "a whole batch_size, got batch_size=2.5",
    ),
    (lambda: bounds.composition_quantile(4, 1, 0.0, 0.5), "0 < delta < 1, got delta=0.0"),
    (lambda: bounds.composition_quantile(4, 1, 0.1, 1.5), "0 < pi_max <= 1, got pi_max=1.5"),
    (lambda: bounds.gradient_gap(0, 0.1, 1), "0 < pi_max <= 1, got pi_max=0"),
    (lambda: bounds.gradient_gap(0.1, -0.1, 1), "epsilon >= 0, got epsilon=-0.1"),
    (lambda: bounds.log_gradient_gap(0.1, 0.1, 0), "tau > 0, got tau=0"),
    (lambda: bounds.log_gradient_gap(0.1, 0.1, INF), "finite tau, got tau=inf"),
    (
        lambda: bounds.same_class_mass([1, 0], 0, 1),
        "n_same + n_different > 0, got n_same=0, n_different=0 at index (1,)",
    ),
    (
        lambda: bounds.reweighting_distance(0.5, 2, 1),
        "n_same 0 or >= 1, got n_same=0.5",
    ),
    (lambda: bounds.same_class_mass(1, -1, 1), "n_different >= 0, got n_different=-1"),
    (lambda: bounds.similarity_drift(-1, 1, 1, 1), "step_sum >= 0, got step_sum=-1"),
    (lambda: bounds.similarity_drift_gronwall(1, 0, 1, 1), "batch_size >= 1, got batch_size=0"),
    (lambda: bounds.log_similarity_drift(1, 1, 1, -1), "gap >= 0, got gap=-1"),
    (lambda: bounds.similarity_drift_rowwise(1, 1, 1, 1.5), "0 <= kappa <= 1, got kappa=1.5"),
    (lambda: bounds.similarity_drift_rowwise(1, 0, 1, 1), "n_reference >= 1, got n_reference=0"),
    (
        lambda: bounds.similarity_drift_by_row([1, -2], 1, 1),
        "row_sums >= 0, got row_sums=-2 at index (1,)",
    ),
    (
        lambda: bounds.similarity_drift_by_row(3, 1, 1),
        "at least one item on the last axis of row_sums, got n_items=0",
    ),
    (lambda: bounds.parameter_drift(1, -1, 1, 1, 1), "smoothness >= 0, got smoothness=-1"),
    (lambda: bounds.parameter_drift(1, 1, -1, 1, 1), "jacobian_norm >= 0, got jacobian_norm=-1"),
    (lambda: bounds.cka_floor([0, -0.1]), "rho >= 0, got rho=-0.1 at index (1,)"),
    (lambda: bounds.rsa_floor_sharp(-1), "r >= 0, got r=-1"),
]


@pytest.mark.parametrize(("call", "message"), RULES)
def test_an_unmet_rule_is_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('need ' + message)}$"):
        call()


@given(s=st.floats(1e-9, 1e6), b=st.floats(1.0, 1e6), tau=TAU, gap=st.floats(1e-9, 1e9))
def test_the_ladder_is_in_order(s: float, b: float, tau: float, gap: float) -> None:
    top = bounds.similarity_drift(s, b, tau, gap)
    middle = bounds.similarity_drift_gronwall(s, b, tau, gap)
    low = bounds.similarity_drift_nonexpansive(s, b, tau, gap)
    # They share the rounded exponent, at most 1400 where a value is finite; e^x keeps it, split by
    # multiples of log 2, to half an eps of it twice. Some ten more roundings each.
    slack = 1 + 2 * accumulated_rounding(2 * 1400 + 10, EPS)
    assert low <= middle * slack
    assert middle <= top * slack
    low, high = (
        f(s, b, tau, gap)
        for f in (bounds.log_similarity_drift_gronwall, bounds.log_similarity_drift)
    )
    assert low <= high + accumulated_rounding(16, EPS) * max(abs(float(high)), 50.0)


@given(x=st.floats(0.0, 2.0))
def test_sharp_floors_are_above_the_printed_ones(x: float) -> None:
    assert bounds.cka_floor_sharp(x) >= bounds.cka_floor(x) - 4 * EPS
    assert bounds.rsa_floor_sharp(x) >= bounds.rsa_floor(x) - 4 * EPS


@given(n=st.integers(1, 50), total=st.floats(1e-6, 1e3), kappa=st.floats(0.01, 1.0), tau=TAU)
def test_equal_visits_are_the_row_sum(n: int, total: float, kappa: float, tau: float) -> None:
    size = max(1, n // 2)
    rows = np.full(n, kappa * size * total / n)
    got = bounds.similarity_drift_by_row(rows, size, tau)
    np.testing.assert_allclose(
        got, bounds.similarity_drift_rowwise(total, n, tau, kappa), rtol=60 * EPS
    )
    # Unequal visits of the same total collect more.
    rows[0], rows[-1] = rows[0] * 1.5, rows[-1] * 0.5 if n > 1 else rows[-1] * 1.5
    assert bounds.similarity_drift_by_row(rows, size, tau) >= got * (1 - 60 * EPS)


def test_gronwall_becomes_nonexpansive_as_the_steps_shrink() -> None:
    s = np.array([1e-3, 1e-8, 1e-20, 1e-300])
    ratio = bounds.similarity_drift_gronwall(s, 4, 1, 1) / bounds.similarity_drift_nonexpansive(
        s, 4, 1, 1
    )
    np.testing.assert_allclose(ratio - 1, s / 16, atol=4 * EPS, rtol=1e-3)


def test_saboteur_a_lost_corner_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from bounds.alignment import floors

    monkeypatch.setattr(floors, "_printed", lambda x: (1.0 - x) / (1.0 + x))
    with pytest.raises((AssertionError, RuntimeWarning)):
        test_corners_of_the_floors()
