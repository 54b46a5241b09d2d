"""Sections of an audit beside the pass over all pairs that they share."""

from collections.abc import Callable

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from contrastbounds.audit import compare
from contrastbounds.audit._similarities import similarities
from contrastbounds.audit._views import Views, unit_views
from contrastbounds.audit.losses import losses
from contrastbounds.audit.prototypes import prototypes
from contrastbounds.embeddings import embeddings, items

N, VIEWS, DIM, CLASSES = 4000, 2, 128, 20
MANY = 50_000


def views() -> Views:
    """Noisy views of random class means."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(N) % CLASSES
    means = torch.randn(CLASSES, DIM, generator=generator)
    z = means[labels][:, None] + torch.randn(N, VIEWS, DIM, generator=generator)
    given = embeddings(z.numpy(), labels.numpy())
    return unit_views(given, tau=0.5, dtype=torch.float64, device="cpu")


@pytest.mark.benchmark(group=f"audit, {N} x {VIEWS} x {DIM}, {CLASSES} classes")
@pytest.mark.parametrize("section", ["losses", "prototypes"])
def test_a_section(benchmark: BenchmarkFixture, section: str) -> None:
    given = views()
    found = similarities(given)
    at = losses(given, found)
    sections: dict[str, Callable[[], object]] = {
        "losses": lambda: losses(given, found),
        "prototypes": lambda: prototypes(given, at),
    }
    benchmark.pedantic(sections[section], rounds=3, warmup_rounds=1)


@pytest.mark.benchmark(group=f"comparison, {MANY} x {DIM}")
def test_two_representations(benchmark: BenchmarkFixture) -> None:
    x, e = torch.randn(2, MANY, DIM, generator=torch.Generator().manual_seed(0))
    first, other = items(x.numpy()), items((x + e).numpy())
    found = benchmark.pedantic(compare, args=(first, other), rounds=1)
    assert found.rsa.p_value == 1 / (1 + found.permutations)
