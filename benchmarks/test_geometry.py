"""Class statistics and CDNV: one pass against a loop over pairs of classes."""

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from theory import geometry

N, CLASSES, DIM = 20_000, 100, 64


def world() -> tuple[Tensor, Tensor]:
    """Overlapping clusters."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(N) % CLASSES
    means = torch.randn(CLASSES, DIM, generator=generator)
    return means[labels] + torch.randn(N, DIM, generator=generator), labels


def loop(x: Tensor, labels: Tensor) -> Tensor:
    """The definition, pair by pair."""
    total, pairs = torch.zeros(()), 0
    groups = [x[labels == c] for c in range(CLASSES)]
    for i, own in enumerate(groups):
        variance = (own - own.mean(dim=0)).square().sum(dim=1).mean()
        for j, other in enumerate(groups):
            if i != j:
                total += variance / (own.mean(dim=0) - other.mean(dim=0)).square().sum()
                pairs += 1
    return total / pairs


@pytest.mark.benchmark(group=f"CDNV, N = {N}, C = {CLASSES}, d = {DIM}")
@pytest.mark.parametrize("measure", [geometry.cdnv, loop])
def test_cdnv(benchmark: BenchmarkFixture, measure: object) -> None:
    x, labels = world()
    value = benchmark.pedantic(measure, args=(x, labels), rounds=3, warmup_rounds=1)
    assert value.item() == pytest.approx(loop(x, labels).item(), rel=1e-4)


@pytest.mark.benchmark(group=f"directional CDNV, N = {N}, C = {CLASSES}, d = {DIM}")
def test_directional_cdnv(benchmark: BenchmarkFixture) -> None:
    value = benchmark.pedantic(geometry.directional_cdnv, args=world(), rounds=3, warmup_rounds=1)
    assert value.item() > 0
