"""The permutation test behind the trend claim: against enumeration, its error rates, reversals."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, spearmanr

from theory.claims import all_claims
from theory.claims.lee2025 import trend_bias
from theory.claims.lee2025.trend_bias import FAILURE, Paths, spearman
from theory.prototypes.experiment import train_many_on_views

CLAIM = all_claims()["lee2025-bias-accuracy"]
UP = np.arange(6.0)


def paths(accuracy: Any, relative: Any) -> Paths:
    return Paths(accuracy=np.array(accuracy, dtype=float), relative=np.array(relative, dtype=float))


def outcome(accuracy: Any, relative: Any) -> str:
    return CLAIM.compare(paths(accuracy, relative)).outcome


@given(seed=st.integers(0, 2**31 - 1), ties=st.booleans())
def test_correlations_are_those_of_scipy(seed: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3 if ties else 10**9, size=6).astype(float)
    y = rng.normal(size=6)
    if len(set(x)) > 1:
        assert abs(spearman(x, y) - spearmanr(x, y).statistic) <= 64 * 2.0**-52


@pytest.mark.parametrize("tied", [False, True])
def test_the_width_is_that_of_all_orders(tied: bool) -> None:
    """Two seeds of four levels: 576 pairs of orders."""
    x = [[0.0, 1.0, 1.0 if tied else 1.5, 3.0], [0.0, 2.0, 1.0, 0.0 if tied else 3.0]]
    y = np.array([[0.1, 0.5, 0.4, 0.9], [3.0, 2.0, 5.0, 1.0]])
    sample = paths(x, y)
    each = [
        (spearman(np.array(a), y[0]) + spearman(np.array(b), y[1])) / 2
        for a in itertools.permutations(x[0])
        for b in itertools.permutations(x[1])
    ]

    def tail(width: float) -> float:
        above, below = sum(c > width for c in each), sum(c < -width for c in each)
        return max(above, below) / len(each)

    assert tail(sample.width) <= FAILURE < tail(sample.width - 1e-6)


def test_error_rates_are_as_stated() -> None:
    rng, trials, seeds = np.random.default_rng(0), 4_000, 3
    drawn = [paths(rng.normal(size=(seeds, 6)), np.tile(UP, (seeds, 1))) for _ in range(trials)]
    width = drawn[0].width  # that of every sample without ties
    assert drawn[1].width == width
    most = binom.isf(1e-9, trials, FAILURE)
    assert 0 < sum(sample.correlation < -width for sample in drawn) <= most
    assert 0 < sum(sample.correlation > width for sample in drawn) <= most


def test_outcomes() -> None:
    down = np.tile(UP[::-1], (4, 1))
    rows = np.tile(UP, (4, 1))
    assert outcome(down, rows) == "holds"
    assert outcome(rows, rows) == "violated"
    assert outcome(np.zeros((4, 6)), rows) == "inconclusive"
    assert outcome(np.concatenate((rows[:2], down[:2])), rows) == "inconclusive"
    assert outcome(down[:1], rows[:1]) == "inconclusive", "720 orders of one seed do not suffice"


def test_what_is_not_a_number_is_a_violation() -> None:
    accuracy = np.tile(UP[::-1], (4, 1))
    accuracy[1, 2] = math.nan
    assert outcome(accuracy, np.tile(UP, (4, 1))) == "violated"


def test_a_reversed_path_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Views that lose the content instead: less bias, less accuracy."""
    levels, setup = trend_bias.SIZES["small"]
    tiny = replace(setup, steps=20, n_per_class=40, n_test_per_class=100)
    monkeypatch.setitem(trend_bias.SIZES, "small", (levels, tiny))

    def reverse(setups: Any) -> Any:
        runs = train_many_on_views(setups)
        return [replace(run, relative=-run.relative) for run in runs]

    monkeypatch.setattr(trend_bias, "train_many_on_views", reverse)
    assert CLAIM.check(size="small", n_seeds=4).outcome == "violated"


def test_a_trend_is_one_case_and_owes_no_proof() -> None:
    for name in ("lee2025-bias-accuracy", "lee2025-bias-accuracy-full"):
        claim = all_claims()[name]
        assert claim.kind == "trend"
        assert claim.status == "conjecture"
        assert claim.most_cases == 1
        assert claim.slow == name.endswith("full")
