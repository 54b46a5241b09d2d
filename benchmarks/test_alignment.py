"""CKA and RSA from moments against their n x n forms, and against the bare matrix products."""

from collections.abc import Callable

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from theory import alignment

N, DIM, MANY = 4000, 128, 1_000_000
Measure = Callable[[Tensor, Tensor], object]


def features(n: int) -> tuple[Tensor, Tensor]:
    """Two representations that share half of their noise."""
    x, y = torch.randn(2, n, DIM, generator=torch.Generator().manual_seed(0))
    return x, x + y


def gram_cka(x: Tensor, y: Tensor) -> Tensor:
    """Debiased CKA from n x n Gram matrices."""
    k, l = (v.double() @ v.double().mT for v in (x, y))  # noqa: E741
    return alignment.gram_cka(k, l, debiased=True)


def pearson(x: Tensor, y: Tensor) -> Tensor:
    """RSA from n x n tables of cosines."""
    upper = torch.triu_indices(len(x), len(x), 1)
    units = (torch.nn.functional.normalize(v.double(), dim=1) for v in (x, y))
    return torch.corrcoef(torch.stack([(u @ u.mT)[upper[0], upper[1]] for u in units]))[0, 1]


def products(x: Tensor, y: Tensor) -> list[Tensor]:
    """The three products that cannot be avoided, on float64 copies made block by block."""
    total = [torch.zeros(DIM, DIM, dtype=torch.float64) for _ in range(3)]
    for p, q in zip(x.split(4096), y.split(4096), strict=True):
        a, b = p.double(), q.double()
        for to, (u, v) in zip(total, ((a, a), (b, b), (a, b)), strict=True):
            to += u.mT @ v
    return total


@pytest.mark.benchmark(group=f"CKA, n = {N}, d = {DIM}")
@pytest.mark.parametrize("measure", [alignment.cka, gram_cka])
def test_cka(benchmark: BenchmarkFixture, measure: Measure) -> None:
    x, y = features(N)
    value = benchmark.pedantic(measure, args=(x, y), rounds=5, warmup_rounds=1)
    assert float(value) == pytest.approx(gram_cka(x, y).item(), abs=1e-7)


@pytest.mark.benchmark(group=f"RSA, n = {N}, d = {DIM}")
@pytest.mark.parametrize("measure", [alignment.rsa, pearson])
def test_rsa(benchmark: BenchmarkFixture, measure: Measure) -> None:
    x, y = features(N)
    value = benchmark.pedantic(measure, args=(x, y), rounds=5, warmup_rounds=1)
    assert float(value) == pytest.approx(pearson(x, y).item(), abs=1e-7)


@pytest.mark.benchmark(group=f"n = {MANY}, d = {DIM}")
@pytest.mark.parametrize("measure", [products, alignment.cka, alignment.rsa])
def test_a_million_items(benchmark: BenchmarkFixture, measure: Measure) -> None:
    benchmark.pedantic(measure, args=features(MANY), rounds=2, warmup_rounds=1)
