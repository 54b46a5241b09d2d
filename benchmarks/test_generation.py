"""Streams of clusters against the normal variates alone, chunk by chunk in turn."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from synthetic import Clusters, stream_gaussian_clusters, write_clusters

DIM, CHUNKS = 64, 15
GROUP = f"generation, d = {DIM}, float32"


def stream(chunk_size: int, n_classes: int, chunks: int = CHUNKS) -> Iterator[Clusters]:
    return stream_gaussian_clusters(
        n_classes,
        chunk_size * chunks // n_classes,
        DIM,
        spread=0.5,
        chunk_size=chunk_size,
        dtype=torch.float32,
        generator=torch.Generator().manual_seed(0),
    )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize("n_classes", [10, 1000])
@pytest.mark.parametrize("chunk_size", [10_000, 100_000, 1_000_000])
def test_stream(benchmark: BenchmarkFixture, chunk_size: int, n_classes: int) -> None:
    """The ratio to the variates alone, written to the same memory each time."""
    generator = torch.Generator().manual_seed(0)
    variates = torch.empty(chunk_size, DIM)
    ratios = []

    def draw() -> None:
        chunks = stream(chunk_size, n_classes)
        for i in range(CHUNKS):
            alone = seconds(lambda: variates.normal_(generator=generator))
            with_clusters = seconds(lambda: next(chunks))
            if i >= 2:  # the first two take fresh memory
                ratios.append(with_clusters / alone)

    benchmark.pedantic(draw, rounds=3)
    low, middle, high = statistics.quantiles(ratios, n=4)
    benchmark.extra_info["ratio to the variates"] = [round(q, 2) for q in (low, middle, high)]
    print(
        f"\nchunks of {chunk_size}, C = {n_classes}: {middle:.2f} x normal_ [{low:.2f}, {high:.2f}]"
    )


@pytest.mark.benchmark(group=f"{GROUP}, to a file")
def test_file(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    def write() -> int:
        return write_clusters(stream(65_536, 100), tmp_path / "x.npy", tmp_path / "y.npy")

    assert benchmark.pedantic(write, rounds=3, warmup_rounds=1) > 900_000
