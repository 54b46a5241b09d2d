"""Few-shot episodes: one score matrix against a loop over pairs, probes against scikit-learn."""

from itertools import permutations

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from synthetic import pairwise_errors
from synthetic._logistic import logistic_scores

CLASSES, DIM, SHOTS, QUERIES = 50, 64, 5, 15
EPISODES = 20
PROBES = 200


def world() -> tuple[Tensor, Tensor]:
    """Overlapping clusters, as many samples as an episode takes."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(CLASSES).repeat_interleave(SHOTS + QUERIES)
    means = torch.randn(CLASSES, DIM, generator=generator)
    return means[labels] + 3 * torch.randn(len(labels), DIM, generator=generator), labels


def all_pairs(x: Tensor, labels: Tensor) -> Tensor:
    """Every episode's pairs from one matrix of scores."""
    generator = torch.Generator().manual_seed(1)
    return pairwise_errors(
        x, labels, m_shot=SHOTS, n_query=QUERIES, n_episodes=EPISODES, generator=generator
    )


def pair_by_pair(x: Tensor, labels: Tensor) -> Tensor:
    """One episode of each pair, with its own centres and distances."""
    generator = torch.Generator().manual_seed(1)
    groups = [x[labels == c] for c in range(CLASSES)]
    errors = torch.zeros(CLASSES, CLASSES, dtype=torch.float64)
    for a, b in permutations(range(CLASSES), 2):
        order = torch.randperm(SHOTS + QUERIES, generator=generator)
        own, other = groups[a][order], groups[b][order]
        to_own = (own[SHOTS:] - own[:SHOTS].mean(dim=0)).square().sum(dim=1)
        to_other = (own[SHOTS:] - other[:SHOTS].mean(dim=0)).square().sum(dim=1)
        errors[a, b] = (~(to_own < to_other)).double().mean()
    return errors


# A loop's round has one episode, the other's EPISODES: divide by as many.
@pytest.mark.benchmark(group=f"two-way episodes of all pairs, C = {CLASSES}, d = {DIM}")
@pytest.mark.parametrize("measure", [all_pairs, pair_by_pair])
def test_all_pairs(benchmark: BenchmarkFixture, measure: object) -> None:
    errors = benchmark.pedantic(measure, args=world(), rounds=5, warmup_rounds=1)
    benchmark.extra_info["episodes"] = EPISODES if measure is all_pairs else 1
    assert 0 < errors.nanmean().item() < 0.5


def probes(n_ways: int) -> tuple[Tensor, Tensor]:
    """Shots (e, n, d) and their classes (n,)."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(n_ways).repeat_interleave(SHOTS)
    shots = torch.randn(PROBES, len(targets), DIM, generator=generator, dtype=torch.float64)
    return shots, targets


def together(shots: Tensor, targets: Tensor) -> Tensor:
    """All fits at once, scored on their shots."""
    return logistic_scores(shots, targets, int(targets.max()) + 1, shots)


def one_by_one(shots: Tensor, targets: Tensor) -> Tensor:
    """scikit-learn's fits, to the same solution."""
    found = []
    for x in shots.numpy():
        rule = LogisticRegression(max_iter=1000, tol=1e-6).fit(x, targets.numpy())
        found.append(rule.decision_function(x))
    return torch.from_numpy(np.stack(found))


@pytest.mark.benchmark(group=f"{PROBES} linear probes, {SHOTS} shots, d = {DIM}")
@pytest.mark.parametrize("n_ways", [2, 5])
@pytest.mark.parametrize("fit", [together, one_by_one])
def test_probes(benchmark: BenchmarkFixture, fit: object, n_ways: int) -> None:
    shots, targets = probes(n_ways)
    scores = benchmark.pedantic(fit, args=(shots, targets), rounds=3, warmup_rounds=1)
    ours = together(shots, targets)
    if scores.ndim == 2:
        ours = ours[:, :, 1]
    else:
        ours, scores = (each - each.mean(dim=2, keepdim=True) for each in (ours, scores))
    assert float((ours - scores).abs().max()) < 1e-3  # scores of 64 weights, each to 1e-4
