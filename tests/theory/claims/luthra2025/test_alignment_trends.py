"""The tests behind the trend claims: against scipy, their error rates, and a reversed trend."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, ttest_1samp

from theory.alignment.setups import TwinSetup
from theory.claims import Claim, all_claims
from theory.claims.luthra2025.alignment.trends import temperature
from theory.claims.luthra2025.alignment.trends._sample import (
    FAILURE,
    Sample,
    distances,
    field,
)

TRENDS = [c for name, c in all_claims().items() if name.startswith("luthra2025-alignment-trend")]
CLAIM = all_claims()["luthra2025-alignment-trend-temperature"]


def outcome(differences: Any) -> str:
    """What a trend claim says of a sample."""
    return CLAIM.compare(Sample(differences=np.asarray(differences))).outcome


@given(
    m=st.integers(1, 4),
    seeds=st.integers(3, 12),
    shift=st.sampled_from([-5.0, -2.0, 0.0, 2.0, 5.0]),
    seed=st.integers(0, 2**31 - 1),
)
def test_the_outcome_is_that_of_one_sided_t_tests(
    m: int, seeds: int, shift: float, seed: int
) -> None:
    x = shift + np.random.default_rng(seed).normal(size=(m, seeds))
    above = ttest_1samp(x, 0.0, axis=1, alternative="greater").pvalue
    below = ttest_1samp(x, 0.0, axis=1, alternative="less").pvalue
    expected = "inconclusive"
    if (below < FAILURE / m).any():
        expected = "violated"
    elif (above < FAILURE / m).all():
        expected = "holds"
    assert outcome(x) == expected


def test_error_rates_are_as_stated() -> None:
    """Without a trend `violated` is as rare as FAILURE, with half of one `holds` as FAILURE / m."""
    rng, trials, m, seeds = np.random.default_rng(0), 5_000, 2, 8
    noise = rng.normal(size=(trials, m, seeds))
    drawn = [Sample(differences=x) for x in noise]
    violated = sum(sample.mean < -sample.width for sample in drawn)
    assert 0 < violated <= binom.isf(1e-9, trials, FAILURE)
    half = [Sample(differences=np.stack((x[0], x[1] + 9.0))) for x in noise]
    held = sum(sample.mean > sample.width for sample in half)
    assert 0 < held <= binom.isf(1e-9, trials, FAILURE / m)


def test_the_comparison_that_fails_most_plainly_decides() -> None:
    up, down = np.array([1.0, 1.1, 0.9, 1.0] * 4), np.array([-1.0, -1.2, -0.8, -1.0] * 4)
    assert outcome([up, up]) == "holds"
    assert outcome([up, down]) == "violated"
    assert outcome([up, 0.01 * up + down - down.mean()]) == "inconclusive"


def test_without_spread_the_sign_decides() -> None:
    assert outcome(np.full((2, 5), 40.0)) == "holds"
    assert outcome([[1.0, 1.0], [-1e-300, -1e-300]]) == "violated"
    assert outcome(np.zeros((1, 5))) == "inconclusive"


def test_a_difference_that_is_not_a_number_is_a_violation() -> None:
    assert outcome([[1.0, 1.1, 0.9], [1.0, np.nan, 1.0]]) == "violated"


@pytest.fixture
def taus(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The temperatures of the small size, to be changed; with even smaller runs."""
    setup = TwinSetup(
        steps=20, record_at=(20,), batch_size=16, n_reference=60, comparators=("nscl",)
    )
    taus = [0.1, 1.0]
    monkeypatch.setitem(temperature.SIZES, "small", (taus, setup))
    return taus


def test_a_reversed_trend_is_caught(taus: list[float]) -> None:
    assert CLAIM.check(size="small", n_seeds=8).outcome == "holds"
    taus.reverse()
    assert CLAIM.check(size="small", n_seeds=8).outcome == "violated"


def test_no_trend_and_too_few_seeds_are_inconclusive(taus: list[float]) -> None:
    assert CLAIM.check(size="small", n_seeds=2).outcome == "inconclusive"
    taus[:] = [0.5, 0.5]
    assert CLAIM.check(size="small", n_seeds=4).outcome == "inconclusive"


@pytest.mark.parametrize("claim", TRENDS, ids=lambda c: c.name)
def test_a_trend_is_one_case_and_owes_no_proof(claim: Claim[Any]) -> None:
    assert claim.kind == "trend"
    assert claim.most_cases == 1
    assert claim.status in ("published", "conjecture")
    assert claim.slow == (claim.domain["size"].extremes != ("small",))


def test_seeds_are_shared_by_the_settings_that_are_compared() -> None:
    setup = TwinSetup(steps=2, record_at=(2,), batch_size=8, n_reference=20, comparators=("nscl",))
    same = distances(setup, [{}, {}], 2, torch.Generator().manual_seed(3))
    first, second = (field("weight_gap", runs) for runs in same)
    assert first.shape == (1, 2)
    np.testing.assert_array_equal(first, second)
    assert first[0, 0] != first[0, 1]
