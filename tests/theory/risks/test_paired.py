"""Positives from any law given the anchor."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.theory.risks.models import World, agree, draw_world, rounding, worlds
from theory.risks import (
    contrastive_risk,
    contrastive_risk_paired,
    enumerated_contrastive_risk,
    monte_carlo_contrastive_risk,
    positive_score,
    risk_statistics,
)


def draw_pairing(n: int, seed: int, sharpness: float) -> Tensor:
    """A row-stochastic matrix, close to a permutation for large sharpness."""
    g = torch.Generator().manual_seed(seed)
    return (sharpness * torch.randn(n, n, generator=g, dtype=torch.float64)).softmax(dim=1)


pairings = st.builds(
    draw_pairing, n=st.just(5), seed=st.integers(0, 99), sharpness=st.sampled_from([0.0, 1.0, 99.0])
)
WORLD = draw_world(sizes=[3, 2, 1], d=3, norm=2.0, seed=6, skew=1.0)
SAME = (WORLD.y[:, None] == WORLD.y).double()
WITHIN = SAME / SAME.sum(dim=1, keepdim=True)


@given(world=worlds(most=5), k=st.integers(1, 3), pairing=pairings)
def test_equals_enumeration(world: World, k: int, pairing: Tensor) -> None:
    n = len(world.y)
    law = pairing[:n, :n] / pairing[:n, :n].sum(dim=1, keepdim=True)
    if not bool(law.isfinite().all()):
        law = torch.eye(n, dtype=torch.float64)
    found = contrastive_risk_paired(world.x, world.y, world.prior, k, law)
    wanted = enumerated_contrastive_risk(world.x, world.y, world.prior, k, law)
    assert agree(found, wanted, world.exact)


@pytest.mark.parametrize("k", [1, 100, 10**6])
def test_independent_positives_are_a_pairing(k: int) -> None:
    paired = contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, k, WITHIN)
    independent = contrastive_risk(WORLD.x, WORLD.y, WORLD.prior, k)
    assert agree(paired, independent, WORLD.exact)


def test_their_mean_score_is_the_alignment() -> None:
    score = positive_score(WORLD.x, WORLD.y, WORLD.prior, WITHIN)
    assert agree(score, risk_statistics(WORLD.x, WORLD.y, WORLD.prior).alignment, WORLD.exact)


@pytest.mark.parametrize("k", [2, 60])
def test_lies_within_six_standard_errors_of_monte_carlo(k: int) -> None:
    pairing = draw_pairing(6, seed=1, sharpness=2.0)
    sampled = monte_carlo_contrastive_risk(
        WORLD.x,
        WORLD.y,
        WORLD.prior,
        k,
        pairing,
        n_samples=40_000,
        generator=torch.Generator().manual_seed(k),
    )
    width = 6 * float(sampled.standard_error)
    found = contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, k, pairing)
    assert agree(found, sampled.value, width)
    # Another law is noticed.
    other = torch.eye(6, dtype=torch.float64)
    assert not agree(
        contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, k, other), sampled.value, width
    )


def test_a_batch_of_models_shares_the_pairing() -> None:
    pairing = draw_pairing(6, seed=2, sharpness=1.0)
    batch = torch.stack([WORLD.x, -0.5 * WORLD.x.roll(1, dims=0)])
    risks = contrastive_risk_paired(batch, WORLD.y, WORLD.prior, 9, pairing)
    scores = positive_score(batch, WORLD.y, WORLD.prior, pairing)
    for i in range(2):
        alone = contrastive_risk_paired(batch[i], WORLD.y, WORLD.prior, 9, pairing)
        assert agree(risks[i], alone, WORLD.exact)
        alone = positive_score(batch[i], WORLD.y, WORLD.prior, pairing)
        assert agree(scores[i], alone, WORLD.exact)


@pytest.mark.parametrize("bad", [-1e-12, float("nan"), float("inf")])
def test_entries_are_probabilities(bad: float) -> None:
    pairing = WITHIN.clone()
    pairing[2, 1] = bad
    with pytest.raises(ValueError, match=r"need finite pairing >= 0, got .* at index \(2, 1\)"):
        contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, 1, pairing)


def test_rows_sum_to_one_within_a_billionth() -> None:
    exact = contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, 1, WITHIN)
    close = contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, 1, (1 + 9e-10) * WITHIN)
    # A law used as it is: E s_0 and the mass in psi move by its excess.
    assert agree(close, exact, rounding(WORLD.x, exact) + 1e-9 * WORLD.scale)
    with pytest.raises(ValueError, match=r"need rows of pairing that sum to 1.*at row 0"):
        contrastive_risk_paired(WORLD.x, WORLD.y, WORLD.prior, 1, (1 + 2e-9) * WITHIN)


def test_is_a_square_matrix_of_the_points() -> None:
    with pytest.raises(
        ValueError, match=r"need pairing of shape \(n, n\) = \(6, 6\), got \(6, 5\)"
    ):
        positive_score(WORLD.x, WORLD.y, WORLD.prior, WITHIN[:, :5])
