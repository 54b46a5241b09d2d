"""Closed Gronwall, the directions of Theorem 1, and the readings of its gap that fail."""

import dataclasses
import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from theory.claims.luthra2025.alignment import gronwall, monotone, scale

NEGATIVE, RATE = scale.CLAIMS
DRAW: dict[str, Any] = NEGATIVE.counterexample or {}
CONSTANT: dict[str, Any] = RATE.counterexample or {}
BASE: dict[str, Any] = {
    "n_classes": 100.0,
    "batch_size": 1024.0,
    "n_steps": 58800.0,
    "delta": 0.05,
    "step_sum": 35280.0,
    "tau": 0.5,
}


@given(
    steps=st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=12),
    size=st.floats(1.0, 1e3),
    tau=st.floats(0.05, 5.0),
)
def test_the_recursion_is_what_it_says(steps: list[float], size: float, tau: float) -> None:
    """Run step by step in fifty digits."""
    case = gronwall.Schedule(step_sizes=tuple(steps), batch_size=size, tau=tau, gap=0.7)
    with mp.workdps(50):
        smoothness = 1 / (2 * mp.mpf(tau) ** 2 * size)
        gap = mp.mpf(0.7) / (mp.mpf(tau) * mp.sqrt(size))
        distance = mp.mpf(0)
        for eta in steps:
            distance = (1 + smoothness * eta) * distance + eta * gap
        error = abs(gronwall.log_recursion(case) - float(mp.log(distance)))
    assert error <= gronwall.rounding(case)


def test_saboteur_a_recursion_with_twice_the_smoothness_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = gronwall.Schedule(step_sizes=(5.0,) * 20, batch_size=8.0, tau=0.5, gap=1.0)
    assert gronwall.CLAIM.compare(case).outcome == "holds"
    doubled = dataclasses.replace(case, tau=case.tau / math.sqrt(2))
    closed = bounds.log_similarity_drift_gronwall(*doubled.run)
    monkeypatch.setattr(gronwall, "log_similarity_drift_gronwall", lambda *run: closed)
    assert gronwall.CLAIM.compare(case).outcome == "violated"


@pytest.mark.parametrize("direction", [*monotone.FALLS, *monotone.RISES])
def test_every_direction_moves_strictly_at_the_authors_scale(direction: str) -> None:
    check = monotone.CLAIM.check(direction=direction, factor=1.1, **BASE)
    assert check.outcome == "holds"
    assert check.slack > 1e-3


def test_saboteur_a_direction_read_backwards_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monotone, "FALLS", (*monotone.FALLS, "n_steps"))
    check = monotone.CLAIM.check(direction="n_steps", factor=1.1, **BASE)
    assert check.outcome == "violated"


def test_without_its_hypothesis_the_bound_rises_in_the_batch_size() -> None:
    small = monotone.Setting(
        n_classes=1e4, batch_size=1.0, n_steps=1.0, delta=0.999, step_sum=1e-3, tau=1.0
    )
    larger = dataclasses.replace(small, batch_size=1.5)
    assert small.n_steps * small.batch_size / small.delta < math.e
    assert larger.log_bound > small.log_bound + 3


def test_with_steps_in_proportion_to_the_batch_the_whole_bound_may_go_either_way() -> None:
    for classes, size, rises in ((2.0, 1024.0, True), (1e4, 256.0, False)):
        start = monotone.Setting(**{**BASE, "n_classes": classes, "batch_size": size})
        end = dataclasses.replace(start, batch_size=2 * size, step_sum=2 * start.step_sum)
        change = end.log_bound - start.log_bound
        assert change > 0.2 if rises else change < -0.04


def test_the_stored_negative_gap() -> None:
    case = NEGATIVE.case(**DRAW)
    assert case.share == pytest.approx(1.1294, abs=5e-5)
    gap = 2 * math.exp(2) * case.share / (1 - case.share)
    assert gap == pytest.approx(-129.0, abs=0.05)
    check = NEGATIVE.compare(case)
    assert (round(check.measured, 4), round(check.bound, 1)) == (0.0604, -33.3)
    assert bounds.gradient_gap(0.5, case.share - 0.5, 1.0) == np.inf
    # By hand: 7 same-class and 8 other negatives of each of 16 anchors, p uniform over 15.
    by_hand = math.sqrt(16 * (7 / 15**2 + 8 * (1 / 8 - 1 / 15) ** 2)) / 16
    assert check.measured == pytest.approx(by_hand, rel=1e-13)


def test_below_one_the_same_reading_holds() -> None:
    point = {**DRAW, "n_classes": 10, "batch_size": 32, "n_steps": 1}
    assert NEGATIVE.case(**point).share < 1
    assert NEGATIVE.check(**point).outcome == "holds"


@pytest.mark.parametrize(
    ("n_classes", "value"), [(10, 5.1), (100, 25.3), (1000, 230.0), (10**4, 2282.0)]
)
def test_the_scaled_gap_grows_with_the_classes(n_classes: int, value: float) -> None:
    epsilon = bounds.composition_deviation(1024, 1e5, 0.05)
    scaled = n_classes * bounds.gradient_gap(1 / n_classes, epsilon, 1.0) / math.exp(2)
    assert scaled == pytest.approx(value, rel=0.01)


@given(constant=st.floats(1.0, 1e9))
def test_no_constant_will_do(constant: float) -> None:
    check = RATE.check(**{**CONSTANT, "constant": constant})
    assert check.outcome == "violated"
    assert check.measured > 2 * constant * (1 - 1e-12)
