"""Class statistics and CDNV: one pass against loops over pairs of classes, reads and products."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from theory import geometry

N, MANY, FEW, DIM = 100_000, 1000, 100, 128
LONG = 10_000_000  # rows of the file in constant memory
Measure = Callable[[Tensor, Tensor], Tensor]


def world(n_classes: int) -> tuple[Tensor, Tensor]:
    """Overlapping clusters, labels in no order."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(n_classes, (N,), generator=generator)
    means = torch.randn(n_classes, DIM, generator=generator)
    return means[labels] + torch.randn(N, DIM, generator=generator), labels


def read(x: Tensor, labels: Tensor) -> Tensor:
    """The floor: every number once."""
    return x.sum()


def product(x: Tensor, labels: Tensor) -> Tensor:
    """The floor of the directional sums: 2 N d^2 operations in float64."""
    wide = x[: N // 10].double()
    return torch.stack([(wide.mT @ wide).sum() for _ in range(10)]).sum()


def pair_by_pair(x: Tensor, labels: Tensor) -> Tensor:
    """The definition: moments once, then a distance at a time."""
    groups = [x[labels == c] for c in range(int(labels.max()) + 1)]
    means = [own.mean(dim=0) for own in groups]
    variances = [
        (own - mean).square().sum(dim=1).mean() for own, mean in zip(groups, means, strict=True)
    ]
    total, pairs = torch.zeros(()), 0
    for i, (own, variance) in enumerate(zip(means, variances, strict=True)):
        for j, other in enumerate(means):
            if i != j:
                total += variance / (own - other).square().sum()
                pairs += 1
    return total / pairs


def directional_pair_by_pair(x: Tensor, labels: Tensor) -> Tensor:
    """The definition: the class's rows along one axis at a time."""
    groups = [x[labels == c] for c in range(int(labels.max()) + 1)]
    means = [own.mean(dim=0) for own in groups]
    total, pairs = torch.zeros(()), 0
    for i, (own, mean) in enumerate(zip(groups, means, strict=True)):
        for j, other in enumerate(means):
            if i != j:
                axis = mean - other
                square = axis.square().sum()
                total += ((own - mean) @ axis).square().mean() / square.square()
                pairs += 1
    return total / pairs


def timed(
    benchmark: BenchmarkFixture, measure: Measure, rounds: int, n_classes: int
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """The value and what it is of; a loop of many seconds runs once and cold."""
    given = world(n_classes)
    warm = min(1, rounds - 1)
    return benchmark.pedantic(measure, args=given, rounds=rounds, warmup_rounds=warm), given


@pytest.mark.benchmark(group=f"CDNV, N = {N}, C = {MANY}, d = {DIM}")
@pytest.mark.parametrize(("measure", "rounds"), [(read, 7), (geometry.cdnv, 7), (pair_by_pair, 1)])
def test_cdnv(benchmark: BenchmarkFixture, measure: Measure, rounds: int) -> None:
    value, given = timed(benchmark, measure, rounds, MANY)
    if measure is not read:
        assert value.item() == pytest.approx(geometry.cdnv(*given).item(), rel=1e-4)


@pytest.mark.benchmark(group=f"directional CDNV, N = {N}, C = {FEW}, d = {DIM}")
@pytest.mark.parametrize(
    ("measure", "rounds"),
    [(product, 5), (geometry.directional_cdnv, 5), (directional_pair_by_pair, 3)],
)
def test_directional_cdnv(benchmark: BenchmarkFixture, measure: Measure, rounds: int) -> None:
    value, given = timed(benchmark, measure, rounds, FEW)
    if measure is not product:
        assert value.item() == pytest.approx(geometry.directional_cdnv(*given).item(), rel=1e-4)


STREAM = """
import resource, sys
import numpy as np, torch
from theory.geometry import streamed_geometry
x = np.load(sys.argv[1], mmap_mode="r")
labels = torch.arange(len(x)) % 100
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = streamed_geometry(x, labels, unit=True)
float(found.directional_cdnv.nanmean())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.benchmark(group=f"from a file, N = {LONG}, C = 100, d = 16, float32")
def test_a_file_in_constant_memory(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    x = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(LONG, 16))
    rng = np.random.default_rng(0)
    for start in range(0, LONG, 100_000):
        part = rng.standard_normal((100_000, 16), dtype=np.float32)
        x[start : start + len(part)] = part + (np.arange(len(part)) % 100)[:, None] / 10 - 4.95
    x.flush()
    del x

    def stream() -> int:
        run = [sys.executable, "-c", STREAM, str(path)]
        return int(subprocess.run(run, capture_output=True, check=True, text=True).stdout)

    grown = benchmark.pedantic(stream, rounds=1) * 1024
    benchmark.extra_info["grown"] = grown
    # Less than the file, of which 64 MB stay mapped: 8 bytes of a label a row, and blocks.
    assert grown < 3 * 8 * LONG + 2**28 < path.stat().st_size
