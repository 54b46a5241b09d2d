"""Augmentations and the views they make of a sample.

Those made here can be pickled, so that runs in other processes can have them.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic._require import require


class Augment(Protocol):
    """A random map of rows; every row is changed on its own, with its own randomness."""

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Changed copy of x, (..., d) to (..., d)."""
        ...


def make_views(
    x: Tensor, n_views: int, augment: Augment | None, *, generator: torch.Generator
) -> Tensor:
    """Independent views (n, k, d) of samples x (n, d); without `augment` they are copies.

    >>> x = torch.zeros(5, 3)
    >>> make_views(x, 2, additive_noise(0.1), generator=torch.Generator()).shape
    torch.Size([5, 2, 3])
    """
    require(x.ndim == 2, "x of shape (n, d)", shape=tuple(x.shape))
    require(n_views >= 1, "n_views >= 1", n_views=n_views)
    views = x[:, None].expand(-1, n_views, -1)
    return views.contiguous() if augment is None else augment(views, generator)


def additive_noise(std: float, dims: Sequence[int] | None = None) -> Augment:
    """Add independent N(0, std^2) to the coordinates `dims`, by default to all."""
    require(0 <= std < math.inf, "finite std >= 0", std=std)
    if dims is None:
        return partial(_add_noise, std=std)
    return partial(_add_noise_to, index=_distinct(dims), std=std)


def resample_nuisance(dims: Sequence[int], std: float) -> Augment:
    """Replace the coordinates `dims` by fresh N(0, std^2); the others keep their bits."""
    require(0 <= std < math.inf, "finite std >= 0", std=std)
    return partial(_resample, index=_distinct(dims), std=std)


def random_rotation(max_angle: float, plane: tuple[int, int] | None = None) -> Augment:
    """Rotate by an angle uniform on [-max_angle, max_angle] radians, about the origin.

    In the coordinate plane `plane`, or in a uniformly random plane drawn for every row.
    """
    require(0 <= max_angle < math.inf, "finite max_angle >= 0", max_angle=max_angle)
    require(plane is None or plane[0] != plane[1], "a plane of two axes", plane=plane)
    return partial(_rotate, max_angle=max_angle, plane=plane)


def compose(*augments: Augment) -> Augment:
    """Apply the augmentations in order.

    >>> noisy = compose(random_rotation(0.1), additive_noise(0.1))
    >>> make_views(torch.ones(4, 3), 2, noisy, generator=torch.Generator()).shape
    torch.Size([4, 2, 3])
    """
    return partial(_in_order, augments=augments)


def _add_noise(x: Tensor, generator: torch.Generator, *, std: float) -> Tensor:
    return torch.add(x, _normal(x.shape, x, generator), alpha=std)


def _add_noise_to(x: Tensor, generator: torch.Generator, *, index: list[int], std: float) -> Tensor:
    changed, noise = _at(x, generator, index, std)
    changed[..., index] += noise
    return changed


def _resample(x: Tensor, generator: torch.Generator, *, index: list[int], std: float) -> Tensor:
    changed, noise = _at(x, generator, index, std)
    changed[..., index] = noise
    return changed


def _distinct(dims: Sequence[int]) -> list[int]:
    index = list(dims)
    require(len(set(index)) == len(index) >= 1, "distinct dims, at least one", dims=index)
    return index


def _at(
    x: Tensor, generator: torch.Generator, index: list[int], std: float
) -> tuple[Tensor, Tensor]:
    """A copy of x, and noise for some of its coordinates."""
    fits = all(0 <= i < x.shape[-1] for i in index)
    require(fits, "0 <= dims < d", dims=index, d=x.shape[-1])
    changed = x.clone(memory_format=torch.contiguous_format)
    return changed, std * _normal((*x.shape[:-1], len(index)), x, generator)


def _rotate(
    x: Tensor, generator: torch.Generator, *, max_angle: float, plane: tuple[int, int] | None
) -> Tensor:
    d = x.shape[-1]
    fits = d >= 2 if plane is None else all(0 <= axis < d for axis in plane)
    require(fits, "d >= 2 and the plane within d", d=d, plane=plane)
    uniform = torch.rand(x.shape[:-1], generator=generator, device=generator.device, dtype=x.dtype)
    angle = max_angle * (2 * uniform.to(x.device) - 1)
    if plane is not None:
        return _rotate_axes(x, angle, plane)
    u = normalize(_normal(x.shape, x, generator), dim=-1)
    v = _normal(x.shape, x, generator)
    v = normalize(v - (v * u).sum(-1, keepdim=True) * u, dim=-1)
    a, b = (x * u).sum(-1, keepdim=True), (x * v).sum(-1, keepdim=True)
    turn, shrink = angle.sin()[..., None], angle.cos()[..., None] - 1
    return x + shrink * (a * u + b * v) + turn * (a * v - b * u)


def _in_order(x: Tensor, generator: torch.Generator, *, augments: tuple[Augment, ...]) -> Tensor:
    for each in augments:
        x = each(x, generator)
    return x


def _rotate_axes(x: Tensor, angle: Tensor, plane: tuple[int, int]) -> Tensor:
    i, j = plane
    rotated = x.clone(memory_format=torch.contiguous_format)
    rotated[..., i] = angle.cos() * x[..., i] - angle.sin() * x[..., j]
    rotated[..., j] = angle.sin() * x[..., i] + angle.cos() * x[..., j]
    return rotated


def _normal(shape: Sequence[int], like: Tensor, generator: torch.Generator) -> Tensor:
    """Normal variates of the dtype of `like`, drawn where the generator is."""
    noise = torch.randn(*shape, generator=generator, device=generator.device, dtype=like.dtype)
    return noise.to(like.device)
