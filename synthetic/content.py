"""Clusters of which some coordinates tell the class and the others nothing, and views of them."""

from functools import partial

import torch
from torch import Tensor

from synthetic._require import require
from synthetic.clusters import Clusters, gaussian_clusters
from synthetic.training.worlds import World
from synthetic.views import Augment, additive_noise, compose, resample_nuisance


def content_clusters(
    n_classes: int,
    n_per_class: int,
    *,
    n_nuisance: int,
    generator: torch.Generator,
    radius: float = 3.0,
    nuisance_std: float = 2.0,
    dtype: torch.dtype = torch.float64,
) -> Clusters:
    r"""Draw x = (radius v_c + N(0, I), nuisance_std N(0, I)), v_c a regular simplex.

    Symbols
        n_classes   K  classes; the first K - 1 coordinates are the content, with unit vectors v_c
                       of inner products -1/(K - 1)
        n_nuisance     further coordinates, alike in all classes

    The best that can be done is to take the nearest vertex, which is right with probability
    E Phi(t + radius sqrt(K/(K - 1)))^(K - 1), t ~ N(0, 1): .9701 for K = 5 and radius 3.

    >>> g = torch.Generator().manual_seed(0)
    >>> content_clusters(5, 2, n_nuisance=10, generator=g).x.shape
    torch.Size([10, 14])
    """
    require(n_classes >= 2, "n_classes >= 2", n_classes=n_classes)
    require(n_nuisance >= 1, "n_nuisance >= 1", n_nuisance=n_nuisance)
    spread = torch.ones(n_classes - 1 + n_nuisance)
    spread[n_classes - 1 :] = nuisance_std
    return gaussian_clusters(
        n_classes,
        n_per_class,
        len(spread),
        spread=spread,
        means="simplex",
        radius=radius,
        generator=generator,
        dtype=dtype,
    )


def content_views(
    world: Clusters, *, resampled: int, content_noise: float, swap: float = 0.0
) -> Augment:
    """Views of the items of `content_clusters` that keep more or less of what they are about.

    In this order: with probability `swap` another item of the class (`swap_within_class`), noise
    N(0, content_noise^2) on the content, and fresh values for the first `resampled` of the nuisance
    coordinates. So `resampled` takes away what says nothing about the class, and `content_noise`
    what does.
    """
    n_content = len(world.means) - 1
    nuisance_std = float(world.factors[0].expand(1, world.x.shape[1])[0, -1])
    n_nuisance = world.x.shape[1] - n_content
    require(
        0 <= resampled <= n_nuisance,
        "0 <= resampled <= nuisance coordinates",
        resampled=resampled,
        nuisance=n_nuisance,
    )
    steps: list[Augment] = []
    if swap > 0:
        steps.append(swap_within_class(world, swap))
    steps.append(additive_noise(content_noise, dims=range(n_content)))
    if resampled:
        steps.append(resample_nuisance(range(n_content, n_content + resampled), nuisance_std))
    return compose(*steps)


def swap_within_class(world: World, probability: float) -> Augment:
    """Replace a row, with this probability, by a uniformly drawn item of its class, maybe itself.

    A label oracle: it knows the classes of the items of `world`, and refuses other rows with a
    ValueError. So it comes first in a `compose`.
    """
    require(0 <= probability <= 1, "0 <= probability <= 1", probability=probability)
    items, labels = world.x, world.labels
    n_distinct = len(torch.unique(items, dim=0))
    require(n_distinct == len(items), "distinct items", n=len(items), distinct=n_distinct)
    by_class = labels.argsort(stable=True)
    _, classes, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    first = (counts.cumsum(0) - counts)[classes]
    return partial(
        _swap,
        probability=probability,
        items=items,
        by_class=by_class,
        first=first,  # of each item's class, among `by_class`
        size=counts[classes],
    )


def _swap(
    x: Tensor,
    generator: torch.Generator,
    *,
    probability: float,
    items: Tensor,
    by_class: Tensor,
    first: Tensor,
    size: Tensor,
) -> Tensor:
    rows = x.reshape(-1, x.shape[-1])
    require(rows.shape[1] == items.shape[1], "rows of the world", d=rows.shape[1])
    # By differences, so that an item is at distance 0 from itself and nothing else is.
    at = torch.cdist(rows, items, compute_mode="donot_use_mm_for_euclid_dist").argmin(dim=1)
    same = (items[at] == rows).all(dim=1)
    require(bool(same.all()), "items of the world", row=int(same.int().argmin()))
    u, v = torch.rand(
        2, len(rows), generator=generator, device=generator.device, dtype=torch.float64
    ).to(x.device)
    place = torch.minimum((v * size[at]).long(), size[at] - 1)
    drawn = items[by_class[first[at] + place]]
    return torch.where((u < probability)[:, None], drawn, rows).reshape(x.shape)
