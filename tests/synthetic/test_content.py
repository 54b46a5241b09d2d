"""Content and nuisance: what views of these clusters keep, and how well the classes can be told."""

import math
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from torch import Tensor

from synthetic import (
    Clusters,
    Labelled,
    compose,
    content_clusters,
    content_views,
    make_views,
    simplex_etf,
    swap_within_class,
)
from synthetic.clusters import gaussian_clusters

Z = 6.2  # normal quantile at 1e-9, two sides, with a margin


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def world(n_per_class: int = 40, seed: int = 0) -> Clusters:
    return content_clusters(5, n_per_class, n_nuisance=10, generator=seeded(seed))


def best_accuracy(n_classes: int, radius: float) -> float:
    shift = radius * math.sqrt(n_classes / (n_classes - 1))
    found, _ = quad(
        lambda t: norm.pdf(t) * norm.cdf(t + shift) ** (n_classes - 1), -12, 12, epsabs=1e-12
    )
    return float(found)


def nearest_vertex(x: Tensor) -> Tensor:
    return (x[:, :4] @ simplex_etf(5, 4).T).argmax(dim=1)


def test_the_best_accuracy_is_as_stated() -> None:
    assert round(best_accuracy(5, 3.0), 4) == 0.9701


def test_the_nearest_vertex_attains_it() -> None:
    drawn = world(20_000)
    right = (nearest_vertex(drawn.x) == drawn.labels).double().mean().item()
    p = best_accuracy(5, 3.0)
    assert abs(right - p) <= Z * math.sqrt(p * (1 - p) / 100_000)


def test_saboteur_a_smaller_radius_is_seen() -> None:
    drawn = content_clusters(5, 20_000, n_nuisance=10, radius=2.9, generator=seeded())
    p = best_accuracy(5, 3.0)
    right = (nearest_vertex(drawn.x) == drawn.labels).double().mean().item()
    assert abs(right - p) > Z * math.sqrt(p * (1 - p) / 100_000)


def test_the_nuisance_says_nothing_and_is_as_wide_as_said() -> None:
    drawn = world(4000)
    assert torch.equal(drawn.means[:, 4:], torch.zeros(5, 10, dtype=torch.float64))
    assert bool(((drawn.means[:, :4].norm(dim=1) - 3).abs() < 1e-14).all())
    spread = torch.tensor([1.0] * 4 + [4.0] * 10, dtype=torch.float64)
    assert torch.equal(drawn.covs, torch.diag(spread).expand(5, 14, 14))
    square = drawn.x[:, 4:].square().mean().item()
    assert abs(square - 4) <= Z * 4 * math.sqrt(2 / (20_000 * 10))


@pytest.mark.parametrize("resampled", [0, 3, 10])
def test_views_change_the_content_by_noise_and_redraw_some_of_the_nuisance(resampled: int) -> None:
    items = world(400)
    augment = content_views(items, resampled=resampled, content_noise=0.3)
    views = make_views(items.x, 5, augment, generator=seeded(1))
    kept, x = 4 + resampled, items.x[:, None].expand(-1, 5, -1)
    assert torch.equal(views[..., kept:], x[..., kept:])
    noise = (views - x)[..., :4]
    assert abs(float(noise.square().mean()) - 0.09) <= Z * 0.09 * math.sqrt(2 / noise.numel())
    if resampled:
        fresh = views[..., 4:kept]
        assert not torch.equal(fresh[:, 0], fresh[:, 1])
        square = float(fresh.square().mean())
        assert abs(square - 4) <= Z * 4 * math.sqrt(2 / fresh.numel())


@given(p=st.sampled_from([0.0, 0.3, 1.0]), seed=st.integers(0, 2**32 - 1))
def test_a_swap_stays_within_the_class(p: float, seed: int) -> None:
    items = gaussian_clusters(3, (1, 4, 2), 2, spread=1.0, generator=seeded(seed))
    shuffled = torch.randperm(7, generator=seeded(seed))
    mixed = Labelled(x=items.x[shuffled], labels=items.labels[shuffled] * 7 - 3)
    index = torch.tensor([3, 0, 0, 6, 5])
    views = make_views(mixed.x[index], 6, swap_within_class(mixed, p), generator=seeded(seed))
    hits = (views[..., None, :] == mixed.x).all(dim=-1)  # (5, 6, 7)
    assert bool((hits.sum(dim=-1) == 1).all()), "every view is an item"
    found = mixed.labels[hits.int().argmax(dim=-1)]
    assert torch.equal(found, mixed.labels[index][:, None].expand(-1, 6))
    if p == 0:
        assert torch.equal(views, mixed.x[index][:, None].expand(-1, 6, -1))


def test_swaps_are_uniform_over_the_class_and_as_frequent_as_said() -> None:
    items, p, n = world(4), 0.6, 60_000
    views = make_views(items.x[:1], n, swap_within_class(items, p), generator=seeded())[0]
    counts = (views[:, None] == items.x[:4]).all(dim=-1).sum(dim=0).tolist()
    assert sum(counts) == n
    for count, share in zip(counts, (1 - p + p / 4, p / 4, p / 4, p / 4), strict=True):
        assert abs(count - n * share) <= Z * math.sqrt(n * share * (1 - share))


def test_an_oracle_that_leaves_the_class_would_be_seen() -> None:
    items = world(4)
    blind = Labelled(x=items.x, labels=torch.zeros_like(items.labels))
    views = make_views(items.x, 8, swap_within_class(blind, 1.0), generator=seeded())
    at = (views[..., None, :] == items.x).all(dim=-1).int().argmax(dim=-1)
    assert bool((items.labels[at] != items.labels[:, None]).any())


def test_content_views_swap_before_they_disturb() -> None:
    items = world(20)
    augment = content_views(items, resampled=0, content_noise=0.0, swap=1.0)
    views = make_views(items.x, 2, augment, generator=seeded())
    assert bool((views[..., None, :] == items.x).all(dim=-1).any(dim=-1).all())
    assert not torch.equal(views[:, 0], views[:, 1])


def test_rows_and_numbers_outside_the_domain_are_refused() -> None:
    items = world(3)
    swap = swap_within_class(items, 0.5)
    with pytest.raises(ValueError, match="need items of the world, got row=0"):
        make_views(items.x + 1.0, 1, swap, generator=seeded())
    late = compose(partial(_shift, by=1e-9), swap)
    with pytest.raises(ValueError, match="need items of the world"):
        make_views(items.x, 1, late, generator=seeded())
    with pytest.raises(ValueError, match="need rows of the world, got d=3"):
        make_views(items.x[:, :3], 1, swap, generator=seeded())
    with pytest.raises(ValueError, match=r"need 0 <= probability <= 1, got probability=1.5"):
        swap_within_class(items, 1.5)
    twice = Labelled(x=items.x[[0, 0]], labels=torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="need distinct items, got n=2, distinct=1"):
        swap_within_class(twice, 0.5)
    with pytest.raises(ValueError, match="coordinates, got resampled=11, nuisance=10"):
        content_views(items, resampled=11, content_noise=0.1)
    with pytest.raises(ValueError, match="need n_nuisance >= 1, got n_nuisance=0"):
        content_clusters(5, 2, n_nuisance=0, generator=seeded())
    with pytest.raises(ValueError, match="need n_classes >= 2, got n_classes=1"):
        content_clusters(1, 2, n_nuisance=3, generator=seeded())


def _shift(x: Tensor, generator: torch.Generator, *, by: float) -> Tensor:
    return x + by
