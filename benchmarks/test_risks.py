"""The exact contrastive risk of 200 points, alone and with its gradient, against sampling."""

from collections.abc import Iterator

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor
from torch.nn.functional import normalize

from theory import risks

N, CLASSES, DIM, MANY = 200, 10, 16, 10**6


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    """The promise is for one core."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def world() -> tuple[Tensor, Tensor]:
    """Unit rows in overlapping clusters."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(N) % CLASSES
    centres = torch.randn(CLASSES, DIM, generator=generator, dtype=torch.float64)
    noise = torch.randn(N, DIM, generator=generator, dtype=torch.float64)
    return normalize(centres[y] + noise, dim=-1), y


@pytest.mark.benchmark(group=f"contrastive risk, n = {N}, d = {DIM}")
@pytest.mark.parametrize("k", [1, 1000, MANY])
def test_forward(benchmark: BenchmarkFixture, k: int) -> None:
    x, y = world()
    args = (x, y, CLASSES, k)
    value = benchmark.pedantic(risks.contrastive_risk, args=args, rounds=5, warmup_rounds=1)
    assert value > 0


@pytest.mark.benchmark(group=f"contrastive risk, n = {N}, d = {DIM}: forward + backward")
@pytest.mark.parametrize("k", [1, 1000, MANY])
def test_forward_and_backward(benchmark: BenchmarkFixture, k: int) -> None:
    x, y = world()
    x.requires_grad_()

    def run() -> None:
        x.grad = None
        risks.contrastive_risk(x, y, CLASSES, k).backward()

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    assert x.grad is not None
    assert bool(x.grad.isfinite().all())


@pytest.mark.benchmark(group="contrastive risk, 64 models of 8 points: forward + backward")
@pytest.mark.parametrize("k", [1, MANY])
def test_many_small_models(benchmark: BenchmarkFixture, k: int) -> None:
    generator = torch.Generator().manual_seed(0)
    batch = torch.randn(64, 8, DIM, generator=generator, dtype=torch.float64).requires_grad_()

    def run() -> None:
        batch.grad = None
        risks.contrastive_risk(batch, torch.arange(8) % 4, 4, k).sum().backward()

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    assert batch.grad is not None


@pytest.mark.benchmark(group=f"contrastive risk, n = {N}, d = {DIM}")
def test_monte_carlo_of_a_thousand_negatives(benchmark: BenchmarkFixture) -> None:
    x, y = world()

    def run() -> risks.MonteCarloRisk:
        return risks.monte_carlo_contrastive_risk(
            x, y, CLASSES, 1000, n_samples=1000, generator=torch.Generator().manual_seed(0)
        )

    value = benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    exact = risks.contrastive_risk(x, y, CLASSES, 1000)
    assert abs(value.value - exact) < 6 * value.standard_error
