"""Gaps of representations on which a literal bound fails, to the digits on record."""

import math

import pytest
import torch

from tests.theory.risks.models import SKEWED, agree, line, rounding
from theory.risks import (
    contrastive_risk,
    contrastive_risk_paired,
    mean_supervised_risk,
    positive_score,
    risk_statistics,
)


def two_point_classes(square: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two classes, each {+L, -L}."""
    side = math.sqrt(square)
    return line(side, -side, side, -side), torch.tensor([0, 0, 1, 1])


ITSELF = torch.eye(4, dtype=torch.float64)
OTHER = ITSELF[[1, 0, 3, 2]]  # the other point of the class
ACROSS = ITSELF[[2, 3, 0, 1]]  # a point of the other class


@pytest.mark.parametrize(
    ("square", "b", "excess"), [(3.0, 0.755, 0.00350798330684), (8.0, 0.511, 0.189896041486)]
)
def test_two_points_above_the_intercept(square: float, b: float, excess: float) -> None:
    x = math.sqrt(square) * line(1, b)
    y = torch.arange(2)
    gap = mean_supervised_risk(x, y, 2) - contrastive_risk(x, y, 2, 1)
    assert agree(gap - math.log(2 / 2), excess, 1e-12 * (1 + square))


@pytest.mark.parametrize(("k", "excess"), [(4, 0.1557878927989398), (64, 0.16012978432183056)])
def test_a_skewed_prior_above_the_intercept(k: int, excess: float) -> None:
    x, y = line(0.5, 1, 1), torch.arange(3)
    gap = mean_supervised_risk(x, y, SKEWED) - contrastive_risk(x, y, SKEWED, k)
    assert agree(gap - math.log(3 / (k + 1)), excess, 2e-12)


def paired_gap(x: torch.Tensor, y: torch.Tensor, k: int, pairing: torch.Tensor) -> float:
    """R_mu - R_cont with positives from the pairing, two equal classes."""
    return float(mean_supervised_risk(x, y, 2) - contrastive_risk_paired(x, y, 2, k, pairing))


@pytest.mark.parametrize(
    ("square", "k", "excess"), [(0.5, 4096, 0.1393256325), (0.5, 16, 0.0579076516)]
)
def test_a_positive_that_is_the_anchor(square: float, k: int, excess: float) -> None:
    x, y = two_point_classes(square)
    upper = math.log(2 / k) + 2 * math.log(math.cosh(square))
    assert agree(paired_gap(x, y, k, ITSELF) - upper, excess, 6e-11)


def test_the_gap_of_a_positive_that_is_the_anchor() -> None:
    x, y = two_point_classes(0.5)
    assert agree(paired_gap(x, y, 4096, ITSELF), -7.245064339791556, 2e-12)


@pytest.mark.parametrize(
    ("square", "k", "deficit", "digits"),
    [(1.0, 16, 0.4411566970, 1e-10), (1.0, 4096, 0.56572, 1e-5), (0.5, 16, 0.28534, 1e-5)],
)
def test_a_positive_that_is_never_the_anchor(
    square: float, k: int, deficit: float, digits: float
) -> None:
    x, y = two_point_classes(square)
    lower = math.log(2 * k) - 2 * math.log(k + 1) - 2 * math.log(math.cosh(square))
    assert agree(lower - paired_gap(x, y, k, OTHER), deficit, 0.6 * digits)


def test_the_gap_of_a_positive_that_is_never_the_anchor() -> None:
    x, y = two_point_classes(1.0)
    # The binomial sum over the sixteen negatives, in thirty digits.
    assert agree(paired_gap(x, y, 16, OTHER), -3.50940914328152244, 2e-12)


@pytest.mark.parametrize("a", [0.25, 1.0, 4.0])
def test_a_positive_from_the_other_class(a: float) -> None:
    side = math.sqrt(a)
    x, y = line(side, side, -side, -side), torch.tensor([0, 0, 1, 1])
    shift = positive_score(x, y, 2, ACROSS) - risk_statistics(x, y, 2).alignment
    assert agree(shift, -2 * a, 1e-15 * (1 + a))
    gap = paired_gap(x, y, 1, ACROSS)
    assert agree(gap - shift, (a + math.log(math.cosh(a))) / 2, 1e-12 * (1 + a))


@pytest.mark.parametrize(
    ("square", "c", "excess", "digits"),
    [
        (1.62, 1000, 3.661419e-6, 1e-12),
        (2.0, 10, 0.03101995, 1e-8),
        (2.0, 20, 0.02454606, 1e-8),
        (2.0, 100, 0.006977225, 1e-9),
    ],
)
def test_mean_classifiers_worse_than_a_guess(
    square: float, c: int, excess: float, digits: float
) -> None:
    x, y = one_class_apart(square, c)
    assert agree(mean_supervised_risk(x, y, c) - math.log(c), excess, digits)


@pytest.mark.parametrize(("c", "excess"), [(3, -0.386), (5, -0.458)])
def test_noisy_candidates_keep_the_gap_below_the_intercept(c: int, excess: float) -> None:
    x, y = one_class_apart(2.0, c)
    gap = mean_supervised_risk(x, y, c) - contrastive_risk(x, y, c, 1)
    assert agree(gap - math.log(c / 2), excess, 6e-4)


def one_class_apart(square: float, c: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Class 0 at L, every other class {+L, -L}."""
    side = math.sqrt(square)
    signs = torch.tensor([1.0] + [1.0, -1.0] * (c - 1), dtype=torch.float64)
    return side * signs[:, None], torch.tensor([0] + [j for j in range(1, c) for _ in range(2)])


def test_the_rounding_model_covers_the_record() -> None:
    x, y = two_point_classes(0.5)
    found = contrastive_risk_paired(x, y, 2, 4096, ITSELF)
    exact = math.log(2) + 7.245064339791556
    assert agree(found, exact, rounding(x, found))
    assert not agree(0.999999 * found, exact, rounding(x, found))
