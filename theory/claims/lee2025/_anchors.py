"""A population with one unit vector per item, to be compared with the item's two prototypes."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from theory.claims._domain import Choices, Domain
from theory.claims.lee2025._population import (
    COSINE_DOMAIN,
    DOMAIN,
    OFF_ZERO,
    Population,
    build_population,
)

ANCHORS = Choices(
    "own",  # the item's first view
    "random",
    "ahead",  # along m_i
    "behind",  # along -m_i
    "bias",  # along m_i - M_y
    "opposed",  # across m_i at a random angle, away from M_y on the other side
)
ANY: Domain = {**DOMAIN, "anchor": ANCHORS}
# `sixty`: every item's views at +-60 degrees about the first axis, k even: r = 1/2
DIRECTED: Domain = {**COSINE_DOMAIN, "layout": Choices(*OFF_ZERO, "sixty"), "anchor": ANCHORS}
SIXTY: dict[str, Any] = {
    "n_classes": 2,
    "n_max": 1,
    "imbalance": "equal",
    "k": 2,
    "d": 2,
    "layout": "sixty",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "anchor": "behind",
}


@dataclass(frozen=True, kw_only=True)
class Anchored:
    """A population and one anchor u per item."""

    population: Population
    u: Tensor  # (n, d), unit rows

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same anchors and population in another precision, on another device."""
        return type(self)(
            population=self.population.to(dtype=dtype, device=device),
            u=self.u.to(device=device, dtype=dtype),
        )

    @property
    def prototypes(self) -> Tensor:
        """M of every item's class, (n, d)."""
        return self.population.own_means

    @property
    def means(self) -> Tensor:
        """m_i, (n, d)."""
        return self.population.item_means

    @cached_property
    def r(self) -> Tensor:
        """||m_i||, (n,)."""
        norms: Tensor = self.means.norm(dim=1)
        return norms

    @cached_property
    def surrogates(self) -> Tensor:
        """m_i/||m_i||, (n, d)."""
        return self.means / self.r[:, None]

    @cached_property
    def similarity(self) -> Tensor:
        """E_t <u_i, z_it>, (n,), as a sum over the views."""
        return torch.einsum("nd,nkd->nk", self.u, self.population.z).mean(dim=1)

    @property
    def roundoff(self) -> float:
        """Error of an average of inner products of the population."""
        return self.population.roundoff


def build(*, anchor: str, layout: str, k: int, generator: torch.Generator, **at: Any) -> Anchored:
    """Anchors as `ANCHORS` says, for a population of any layout or with views 120 degrees apart."""
    known = "equal" if layout == "sixty" else layout
    found = build_population(layout=known, k=k, generator=generator, **at)
    z = found.z
    if layout == "sixty":
        z = torch.zeros_like(z)
        z[..., 0] = 0.5
        z[..., 1] = math.sqrt(0.75) * (1.0 - 2.0 * (torch.arange(k) % 2).double())
    found = Population(z=z, labels=found.labels)
    return Anchored(population=found, u=_anchors(found, anchor, generator))


def _anchors(found: Population, anchor: str, generator: torch.Generator) -> Tensor:
    m = found.item_means
    noise = torch.randn(m.shape, generator=generator, dtype=torch.float64)
    if anchor == "own":
        return found.z[:, 0]
    towards = {
        "random": noise,
        "ahead": m,
        "behind": -m,
        "bias": m - found.own_means,
    }
    if anchor in towards:
        return _directions(towards[anchor], noise)
    along = _directions(m, noise)
    prototype = _directions(found.own_means, noise)
    across = prototype - (prototype * along).sum(dim=1, keepdim=True) * along
    angle = math.pi * torch.rand(len(m), 1, generator=generator, dtype=torch.float64)
    return _directions(angle.cos() * along - angle.sin() * _directions(across, noise), noise)


def _directions(x: Tensor, otherwise: Tensor) -> Tensor:
    """Unit rows; a row that is only rounding has no direction and takes another one's."""
    none = x.norm(dim=1, keepdim=True) < 1e-12
    return normalize(torch.where(none, otherwise, x), dim=1)
