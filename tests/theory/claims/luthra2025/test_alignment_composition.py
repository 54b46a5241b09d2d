"""The composition of batches: exact probabilities by enumeration, the proof's finite check."""

import dataclasses
import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from bounds import composition_deviation, composition_quantile
from synthetic import Trials
from theory.claims import all_claims
from theory.claims.luthra2025.alignment._batches import (
    Batches,
    crowded,
    failure,
    shuffled_counts,
)
from theory.claims.luthra2025.alignment.composition import beyond, deviation
from theory.claims.luthra2025.alignment.composition_epochs import Epochs
from theory.verify import verify

CLAIMS = all_claims()
PREFIX = "luthra2025-alignment-composition"
CELLS = 400_000
RATIOS = {3: 0.6217, 4: 0.3516, 5: 0.2194, 6: 0.1756, 7: 0.1566}  # as the page of the proof says


def enumerated(sizes: tuple[int, ...], batch_size: int, most: int, *, distinct: bool) -> Fraction:
    """P(some class occurs more than `most` times), over every sequence of labels or of items."""
    if distinct:
        items = [c for c, n in enumerate(sizes) for _ in range(n)]
        draws = list(itertools.combinations(items, batch_size))
        bad = sum(max(Counter(draw).values()) > most for draw in draws)
        return Fraction(bad, len(draws))
    chance = Fraction(0)
    for draw in itertools.product(range(len(sizes)), repeat=batch_size):
        if max(Counter(draw).values()) > most:
            chance += Fraction(math.prod(sizes[c] for c in draw), sum(sizes) ** batch_size)
    return chance


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple),
    batch_size=st.integers(1, 5),
    most=st.integers(0, 6),
    distinct=st.booleans(),
)
def test_exact_probability_is_that_of_enumeration(
    sizes: tuple[int, ...], batch_size: int, most: int, distinct: bool
) -> None:
    assume(not distinct or sum(sizes) >= batch_size)
    assume(distinct or len(sizes) ** batch_size <= 300)
    exact = crowded(sizes, batch_size, most, distinct=distinct)
    assert exact == enumerated(sizes, batch_size, most, distinct=distinct)


def test_more_classes_than_places() -> None:
    """Eight items of twelve classes: no two of one class has probability 12!/(4! 12^8)."""
    none = Fraction(math.perm(12, 8), 12**8)
    assert crowded((1,) * 12, 8, 1, distinct=False) == 1 - none
    apart = Fraction(2**8 * math.comb(12, 8), math.comb(24, 8))
    assert crowded((2,) * 12, 8, 1, distinct=True) == 1 - apart


@pytest.mark.parametrize("batch_size", RATIOS)
def test_finite_check_of_the_proof(batch_size: int) -> None:
    """Step (c): binom(B, k+1) pi^k <= .622 d on every cell in which d < 1 somewhere."""
    b, worst = batch_size, 0.0
    for k in range(1, b):
        ends = np.linspace(0.0, k / (b - 1), CELLS + 1)
        d = b * np.exp(-2 * b * (k / (b - 1) - ends[:-1]) ** 2)
        side = math.comb(b, k + 1) * ends[1:] ** k
        worst = max(worst, float((side / d)[d * (1 - 1e-13) < 1].max(initial=0.0)))
    assert round(worst, 4) == RATIOS[b]
    assert worst * (1 + 1e-13) <= 0.622


def test_finite_check_would_fail_for_two_items() -> None:
    """B = 2, k = 1: pi against 2 e^(-4 (1 - pi)^2); equal at pi = 1/2 already, worse below."""
    pi = np.linspace(0.0, 1.0, 1001)
    d = 2 * np.exp(-4 * (1 - pi) ** 2)
    assert float((pi / d)[d < 1].max()) > 0.622
    assert any(pi[d < 0.16] > d[d < 0.16]), "where the counterexample lives"


@pytest.mark.parametrize("batch_size", [8, 9, 16, 1024])
def test_step_b_of_the_proof(batch_size: int) -> None:
    """1 + epsilon (B - 1) >= e^(2 epsilon^2) on [0, 1]: a concave function between its ends."""
    epsilon = np.linspace(0.0, 1.0, 10_001)
    h = 1 + epsilon * (batch_size - 1) - np.exp(2 * epsilon**2)
    assert h[0] == 0
    assert (h[1:] > 0).all()
    assert (np.diff(h, 2) < 0).all()


@given(
    b=st.integers(3, 7),
    n_classes=st.integers(2, 12),
    largest=st.integers(1, 6),
    place=st.floats(0.001, 0.999),
    distinct=st.booleans(),
)
def test_one_batch_fails_with_less_than_the_checked_share(
    b: int, n_classes: int, largest: int, place: float, distinct: bool
) -> None:
    """More classes than places: at most .622 delta/T, the exact probability beside step (c)."""
    assume(n_classes > b)
    sizes = (largest,) + (1,) * (n_classes - 1)
    pi = largest / sum(sizes)
    least = math.sqrt(math.log(b) / (2 * b))
    assume(pi + least < 0.999)
    epsilon = least + place * (1 - pi - least)
    each = b * math.exp(-2 * b * epsilon**2)
    most = math.floor((pi + epsilon) * (b - 1)) + 1
    population = tuple(b * n for n in sizes) if distinct else sizes
    chance = float(crowded(population, b, most, distinct=distinct))
    assert chance <= 0.622 * each * (1 + 1e-9)


def test_published_form_at_eight_items() -> None:
    """2/256 at C = 2, B = 8, T = 1, delta = .5."""
    epsilon = composition_deviation(8, 1, 0.5).item()
    case = Batches(sizes=(1, 1), batch_size=8, n_steps=1, delta=0.5, deviation=epsilon)
    assert case.share < 1
    assert CLAIMS[PREFIX].compare(case).measured == 2 / 256


def test_quantile_at_eight_items() -> None:
    """k* = 5; left side .0714, exact probability 18/256 = .0703."""
    point: dict[str, Any] = {
        "batch_size": 8,
        "n_classes": 2,
        "layout": "equal",
        "n_steps": 1.0,
        "delta": 0.3,
    }
    check = CLAIMS[f"{PREFIX}-quantile"].check(**point)
    assert composition_quantile(8, 1, 0.3, 0.5) == 5
    assert round(8 / 7 * 8 / 128, 4) == 0.0714
    assert check.measured == 18 / 256
    assert 8 / 6 * 29 / 128 > 0.3, "k = 4 has P(Bin(7, 1/2) > 4) = 29/128"


@given(
    b=st.integers(2, 12),
    n_steps=st.integers(1, 50),
    delta=st.floats(1e-4, 0.9),
    largest=st.integers(1, 5),
    rest=st.integers(1, 9),
)
def test_quantile_in_rationals(b: int, n_steps: int, delta: float, largest: int, rest: int) -> None:
    pi = Fraction(largest, largest + rest)

    def left(k: int) -> Fraction:
        terms = (math.comb(b - 1, j) * pi**j * (1 - pi) ** (b - 1 - j) for j in range(k + 1, b))
        return Fraction(n_steps * b, k + 2) * sum(terms)

    k = int(composition_quantile(b, n_steps, delta, float(pi)))
    assert left(k) <= Fraction(delta) * (1 + Fraction(1, 10**11))
    assert k == 0 or left(k - 1) > Fraction(delta) * (1 - Fraction(1, 10**11))
    sizes = (largest,) + (1,) * rest
    exact = n_steps * crowded(sizes, b, k + 1, distinct=False)
    assert exact <= left(k), "the proof's step before Hoeffding's inequality"


def test_two_items_and_many_classes() -> None:
    """epsilon = .7946, u = .9946 < 1, failure 1/5 > .16; corrected, u > 1 claims nothing."""
    claim = CLAIMS[f"{PREFIX}-two"]
    assert claim.counterexample is not None
    case: Batches = claim.case(**claim.counterexample)
    assert (round(case.deviation, 4), round(case.share, 4)) == (0.7946, 0.9946)
    check = claim.compare(case)
    assert (check.measured, check.bound) == (1 / 5, 0.16)
    epsilon = deviation(2, 5, 1, 0.16)
    assert round(epsilon, 4) == 1.1238
    assert beyond(case, case.pi_max + epsilon) == 0.0


def test_corrected_deviation() -> None:
    for b, c in ((2, 2), (3, 7), (9, 2)):
        assert deviation(b, c, 10, 0.1) == composition_deviation(b, 10, 0.1)
    for c in (3, 9):
        assert math.isclose(deviation(2, c, 10, 0.1), math.sqrt(math.log(2 * 10 / 0.1) / 2))


@pytest.mark.parametrize(("sizes", "batch_size"), [((6, 3, 3), 4), ((3,) * 8, 8)])
def test_shuffled_epochs_by_the_exact_law(sizes: tuple[int, ...], batch_size: int) -> None:
    """Whole batches, every item at most once an epoch, a first batch without replacement."""
    generator = torch.Generator().manual_seed(5)
    counts = shuffled_counts(sizes, batch_size, 2, 8000, generator)
    per_epoch = sum(sizes) // batch_size
    assert counts.shape == (8000, 2 * per_epoch, len(sizes))
    assert (counts.sum(dim=2) == batch_size).all()
    seen = counts.reshape(8000, 2, per_epoch, len(sizes)).sum(dim=2)
    assert (seen <= torch.tensor(sizes)).all()
    for most in (1, 2):
        bad = int((counts[:, 0].amax(dim=1) > most).sum())
        trials = Trials(bad, 8000)
        exact = float(crowded(sizes, batch_size, most, distinct=True))
        assert trials.lower(1e-9) <= exact <= trials.upper(1e-9)


def test_worst_dependence_is_a_union() -> None:
    """Batches of which at most one fails: T times one batch's probability, never above 1."""
    assert failure((1, 1), 8, 10, 6, False) == 10 * 2 / 256
    assert failure((1, 1), 8, 1000, 6, False) == 1.0


@pytest.mark.parametrize(
    ("failures", "outcome"), [(0, "holds"), (100, "inconclusive"), (300, "violated")]
)
def test_sampled_runs_decide_only_with_power(failures: int, outcome: str) -> None:
    case = Epochs(
        sizes=(8,) * 4,
        batch_size=8,
        n_steps=4,
        delta=0.05,
        deviation=0.6,
        trials=Trials(failures, 2000),
    )
    assert CLAIMS[f"{PREFIX}-epochs"].compare(case).outcome == outcome


def test_half_the_exponent_is_seen() -> None:
    """4B for 2B in epsilon."""
    claim = CLAIMS[PREFIX]

    def measured(case: Batches) -> float:
        smaller = dataclasses.replace(case, deviation=case.deviation / math.sqrt(2))
        return float(np.asarray(claim.measured(smaller)))

    weakened = dataclasses.replace(claim, measured=measured)
    assert verify(weakened, 150, torch.Generator().manual_seed(0)).outcome == "violated"


@pytest.mark.parametrize(("batch_size", "delta"), [(2, 0.4), (3, 0.23)])
def test_a_deviation_without_the_union_over_classes_is_seen(batch_size: int, delta: float) -> None:
    """delta/T for delta/(TB): two classes, all items of one with probability 2^(1-B) > delta."""
    epsilon = math.sqrt(math.log(1 / delta) / (2 * batch_size))
    case = Batches(sizes=(1, 1), batch_size=batch_size, n_steps=1, delta=delta, deviation=epsilon)
    assert case.share < 1
    check = CLAIMS[PREFIX].compare(case)
    assert check.measured == 2.0 ** (1 - batch_size)
    assert check.outcome == "violated"
    proper = dataclasses.replace(case, deviation=deviation(batch_size, 2, 1, delta))
    assert CLAIMS[PREFIX].compare(proper).outcome == "holds"


def test_a_quantile_one_lower_is_seen() -> None:
    claim = CLAIMS[f"{PREFIX}-quantile"]

    def measured(case: Batches) -> float:
        k = int(composition_quantile(case.batch_size, case.n_steps, case.delta, case.pi_max))
        return failure(case.sizes, case.batch_size, case.n_steps, max(k - 1, 0), False)

    weakened = dataclasses.replace(claim, measured=measured, attained_by=())
    assert verify(weakened, 100, torch.Generator().manual_seed(0)).outcome == "violated"


def test_a_share_without_deviation_is_seen_by_sampling() -> None:
    """u = pi_max alone: shuffled epochs fail in most runs."""
    counts = shuffled_counts((8,) * 4, 8, 1, 2000, torch.Generator().manual_seed(1))
    failed = int((counts - 1 > 0.25 * 7).flatten(1).any(dim=1).sum())
    case = Epochs(sizes=(8,) * 4, batch_size=8, n_steps=4, delta=0.5, trials=Trials(failed, 2000))
    assert CLAIMS[f"{PREFIX}-epochs"].compare(case).outcome == "violated"
