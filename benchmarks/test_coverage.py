"""Coverage probabilities: a circle through the saddle against a sum over every class and node."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from bounds import expected_draws_to_cover, log_coverage_probability

CLASSES = 100_000
Prior = int | NDArray[np.float64]


def zipf(exponent: float) -> NDArray[np.float64]:
    weights = np.arange(1.0, CLASSES + 1.0) ** -exponent
    return np.asarray(weights / weights.sum())


PRIORS: dict[str, Callable[[], Prior]] = {
    "uniform": lambda: CLASSES,
    "Zipf, 0.5": lambda: zipf(0.5),
    "Zipf, 1": lambda: zipf(1.0),
    "Zipf, 1.5": lambda: zipf(1.5),
}


@pytest.mark.benchmark(group=f"cover probability, C = {CLASSES}, n = E T")
@pytest.mark.parametrize("name", PRIORS)
def test_cover_probability(benchmark: BenchmarkFixture, name: str) -> None:
    prior = PRIORS[name]()
    draws = round(float(expected_draws_to_cover(prior)))
    args = (prior, draws)
    value = benchmark.pedantic(log_coverage_probability, args=args, rounds=7, warmup_rounds=1)
    assert -1.0 < value < -0.3


@pytest.mark.benchmark(group=f"cover probability, C = {CLASSES}, n = 2 C, Zipf")
@pytest.mark.parametrize("every_class", [False, True], ids=["compressed", "class by class"])
def test_compression(
    benchmark: BenchmarkFixture, monkeypatch: pytest.MonkeyPatch, every_class: bool
) -> None:
    if every_class:
        plain = "bounds.coverage._circle.compressed"
        monkeypatch.setattr(plain, lambda x, counts, width: (x, counts))
    args = (zipf(1.0), 2 * CLASSES)
    value = benchmark.pedantic(log_coverage_probability, args=args, rounds=5, warmup_rounds=1)
    assert value == pytest.approx(-131589.66923574, rel=1e-12)


@pytest.mark.benchmark(group=f"expected draws to cover, C = {CLASSES}")
@pytest.mark.parametrize("name", PRIORS)
def test_expected_draws(benchmark: BenchmarkFixture, name: str) -> None:
    args = (PRIORS[name](),)
    value = benchmark.pedantic(expected_draws_to_cover, args=args, rounds=7, warmup_rounds=1)
    assert value > CLASSES
