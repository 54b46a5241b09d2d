"""Least errors of affine and of bias-free rules, against other ways to find them."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from theory.claims import Point, all_claims
from theory.claims.luthra2025.few_shot._affine import least_affine_error, least_linear_error


def lattice(seed: int, c: int, n: int, d: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 3, (c * n, d)).astype(np.float64), np.repeat(np.arange(c), n)


def realisable(x: NDArray[np.float64], chosen: tuple[int, ...], c: int) -> bool:
    """Whether some affine rule strictly prefers `chosen[k]` at x[k] (linear programming)."""
    lifted = np.hstack([x, np.ones((len(x), 1))])
    rows = []
    for point, own in zip(lifted, chosen, strict=True):
        for other in set(range(c)) - {own}:
            row = np.zeros((c, lifted.shape[1]))
            row[own], row[other] = -point, point
            rows.append(row.ravel())
    bound = -np.ones(len(rows))
    free = [(None, None)] * (c * lifted.shape[1])
    return bool(linprog(np.zeros(len(free)), A_ub=rows, b_ub=bound, bounds=free).status == 0)


def error_by_programmes(x: NDArray[np.float64], labels: NDArray[np.int64], c: int) -> float:
    """Predictions in order of their errors until one is realisable; no rule needs a tie."""
    every = sorted(
        itertools.product(range(c), repeat=len(x)), key=lambda p: int((np.array(p) != labels).sum())
    )
    best = next(p for p in every if realisable(x, p, c))
    return float((np.array(best) != labels).mean())


@pytest.mark.parametrize(("c", "n", "d"), [(2, 3, 1), (3, 2, 1), (2, 3, 2)])
def test_affine_rules_against_linear_programming(c: int, n: int, d: int) -> None:
    for seed in range(8):
        x, labels = lattice(seed, c, n, d)
        assert least_affine_error(x, labels) == error_by_programmes(x, labels, c)


def test_bias_free_rules_against_all_orders_of_slopes() -> None:
    for seed in range(20):
        x, labels = lattice(seed, 3, 4, 1)
        errors = []
        for slopes in itertools.product([-2.0, -1.0, 0.0, 1.0, 2.0], repeat=3):
            scores = x * np.array(slopes)
            own = np.take_along_axis(scores, labels[:, None], axis=1)
            is_best = (scores < own).sum(axis=1) == 2
            errors.append(1.0 - is_best.mean())
        assert least_linear_error(x, labels) == pytest.approx(min(errors), abs=1e-12)


def test_one_and_three_on_the_line() -> None:
    point: Point = {"layout": "one-and-three", "d": 1, "n_classes": 2, "n": 1, "m_shot": 1}
    affine = all_claims()["luthra2025-linear-probe"].check(**point)
    bias_free = all_claims()["luthra2025-linear-probe-bias-free"].check(**point)
    assert (affine.measured, affine.bound, affine.attained) == (0.0, 0.0, True)
    assert (bias_free.measured, bias_free.bound, bias_free.outcome) == (0.5, 0.0, "violated")


def test_mirrored_classes_have_an_error_that_no_affine_rule_avoids() -> None:
    point: Point = {"layout": "mirrored", "d": 1, "n_classes": 2, "n": 3, "m_shot": 3}
    check = all_claims()["luthra2025-linear-probe"].check(**point)
    assert check.measured == check.bound == 1 / 3


def test_xor_costs_a_quarter() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert least_affine_error(corners, np.array([0, 0, 1, 1])) == 0.25
