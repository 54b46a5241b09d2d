"""Points in the plane: classes told apart by their norm, or by their angle; splits and pairs."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic._require import require
from synthetic.training import Labelled


def circle_world(
    n_classes: int = 100,
    n_per_class: int = 1000,
    *,
    generator: torch.Generator,
    dtype: torch.dtype = torch.float64,
) -> Labelled:
    """Concentric circles: class c = 0, 1, ... has norm (c + 1) / 2.

    Points are uniform on a square and scaled to the circle, so that directions of the square's
    corners are the more frequent ones.

    >>> world = circle_world(3, 2, generator=torch.Generator().manual_seed(0))
    >>> world.x.norm(dim=1).round(decimals=12).tolist()
    [0.5, 0.5, 1.0, 1.0, 1.5, 1.5]
    """
    labels = _labels(n_classes, n_per_class, generator)
    square = torch.rand(len(labels), 2, generator=generator, device=generator.device, dtype=dtype)
    return Labelled(x=normalize(square - 0.5, dim=1) * ((labels + 1) / 2)[:, None], labels=labels)


def norm_world(
    n_classes: int = 10,
    n_per_class: int = 1000,
    *,
    generator: torch.Generator,
    dtype: torch.dtype = torch.float64,
) -> Labelled:
    """One cloud N((0, C + 1), I), and the same points rotated by 360 c / C degrees as class c.

    >>> norm_world(4, 5, generator=torch.Generator().manual_seed(0)).x.shape
    torch.Size([20, 2])
    """
    labels = _labels(n_classes, n_per_class, generator)
    cloud = torch.randn(n_per_class, 2, generator=generator, device=generator.device, dtype=dtype)
    cloud[:, 1] += n_classes + 1
    angle = torch.arange(n_classes, device=generator.device, dtype=dtype)
    angle *= 2 * torch.pi / n_classes
    cos, sin = angle.cos()[:, None], angle.sin()[:, None]
    x, y = cloud.T
    turned = torch.stack((cos * x + sin * y, cos * y - sin * x), dim=-1)  # (c, n, 2), clockwise
    return Labelled(x=turned.flatten(0, 1), labels=labels)


@dataclass(frozen=True, kw_only=True)
class Split:
    """A world in two parts, each sorted by class."""

    train: Labelled
    validation: Labelled


def stratified_split(world: Labelled, share: float, *, generator: torch.Generator) -> Split:
    """A random `share` of every class for training, rounded, and the rest for validation."""
    parts: tuple[list[Tensor], list[Tensor]] = ([], [])
    for c in sorted(set(world.labels.tolist())):
        members = (world.labels == c).nonzero()[:, 0]
        n = len(members)
        order = members[torch.randperm(n, generator=generator, device=generator.device)]
        first = round(share * n)
        require(0 < first < n, "both parts of every class non-empty", share=share, n=n)
        parts[0].append(order[:first])
        parts[1].append(order[first:])
    train, validation = (torch.cat(part) for part in parts)
    return Split(train=_part(world, train), validation=_part(world, validation))


def partners(labels: Tensor, *, generator: torch.Generator) -> Tensor:
    """For every sample another one of its class, uniformly: indices (n,), never one's own.

    >>> labels = torch.tensor([0, 1, 0, 1])
    >>> partners(labels, generator=torch.Generator().manual_seed(0)).tolist()
    [2, 3, 0, 1]
    """
    counts = labels.bincount()
    size, first = counts[labels], (counts.cumsum(0) - counts)[labels]
    smallest = int(size.min())
    require(smallest >= 2, "two samples in every class", smallest=smallest)
    by_class = labels.argsort(stable=True)
    rank = by_class.argsort() - first  # of each sample among its class
    uniform = torch.rand(
        len(labels), generator=generator, device=generator.device, dtype=torch.float64
    )
    drawn = (uniform * (size - 1)).long().clamp(max=size - 2)
    others: Tensor = by_class[first + drawn + (drawn >= rank)]
    return others


def _labels(n_classes: int, n_per_class: int, generator: torch.Generator) -> Tensor:
    require(n_classes >= 1, "n_classes >= 1", n_classes=n_classes)
    require(n_per_class >= 1, "n_per_class >= 1", n_per_class=n_per_class)
    return torch.arange(n_classes, device=generator.device).repeat_interleave(n_per_class)


def _part(world: Labelled, index: Tensor) -> Labelled:
    return Labelled(x=world.x[index], labels=world.labels[index])
