"""Embeddings to audit."""

from collections.abc import Iterator

import pytest
import torch

from contrastbounds.embeddings import Embeddings, embeddings
from synthetic import simplex_etf


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small tensors: threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def collapsed() -> Embeddings:
    """Balanced classes, each one vertex of a regular simplex."""
    labels = torch.arange(4).repeat_interleave(6)
    z = simplex_etf(4, 5)[labels][:, None].expand(-1, 2, -1)
    return embeddings(z.numpy(), labels.numpy())


def clusters(
    sizes: tuple[int, ...], *, spread: float = 0.3, d: int = 8, k: int = 2, seed: int = 0
) -> Embeddings:
    """Noisy views around random class means, not normalised."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    means = torch.randn(len(sizes), d, generator=generator, dtype=torch.float64)
    noise = torch.randn(len(labels), k, d, generator=generator, dtype=torch.float64)
    return embeddings((means[labels][:, None] + spread * noise).numpy(), labels.numpy())
