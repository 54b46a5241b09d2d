"""Anchors against the prototypes and the items of the classes that are not theirs."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from theory.claims._domain import Choices, Domain, Point
from theory.claims.lee2025._population import (
    ALPHA,
    COSINE_DOMAIN,
    DOMAIN,
    OFF_ZERO,
    Population,
    build_population,
)

ANCHORS = Choices(
    "own",  # the item's first view
    "random",
    "towards",  # along the next class's prototype
    "away",  # against the sum of all the other classes' prototypes
)
REPEL_DOMAIN: Domain = {**DOMAIN, "anchor": ANCHORS, "alpha": ALPHA}
# `sixty`: the views of all items at +-60 degrees about the first axis by turns;
# `behind`: the first class at that axis, all others behind it, every second one of them spread out
REPEL_COSINE_DOMAIN: Domain = {
    **COSINE_DOMAIN,
    "layout": Choices(*OFF_ZERO, "sixty", "behind"),
    "anchor": ANCHORS,
    "alpha": ALPHA,
}
ONE_VIEW_EACH: Point = {
    "n_classes": 2,
    "n_max": 1,
    "imbalance": "equal",
    "k": 1,
    "d": 3,
    "layout": "random",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "anchor": "random",
    "alpha": 5.0,
}


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """Unit vectors u, each with an item whose class is not compared with and whose rows are not."""

    population: Population
    u: Tensor  # (a, d), unit rows
    item: Tensor  # (a,), int64
    share: float = 1.0  # nu over the least norm of a class mean

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same anchors and population in another precision, on another device."""
        return dataclasses.replace(
            self,
            population=self.population.to(dtype=dtype, device=device),
            u=self.u.to(device=device, dtype=dtype),
            item=self.item.to(device),
        )

    @property
    def alpha(self) -> float:
        """Inverse temperature."""
        return self.population.alpha

    @cached_property
    def other(self) -> Tensor:
        """Which classes are not the anchor's, (a, c)."""
        classes = torch.arange(len(self.population.sizes), device=self.u.device)
        return classes != self.population.labels[self.item, None]

    @cached_property
    def similarities(self) -> Tensor:
        """s(u, z), (a, n, k)."""
        return torch.einsum("ad,nkd->ank", self.u, self.population.z)

    @cached_property
    def to_prototypes(self) -> Tensor:
        """<u, M_y'>, -inf for the anchor's own class, (a, c)."""
        return self.of_others(self.u @ self.population.class_means.mT)

    @cached_property
    def lengths(self) -> Tensor:
        """R_y, (c,)."""
        norms: Tensor = self.population.class_means.norm(dim=1)
        return norms

    @cached_property
    def to_directions(self) -> Tensor:
        """<u, M_y'/R_y'>, -inf for the anchor's own class, (a, c)."""
        return self.to_prototypes / self.lengths

    @cached_property
    def largest(self) -> Tensor:
        """max over the other classes of <u, M_y'>, (a,)."""
        return self.to_prototypes.amax(dim=1)

    @cached_property
    def fewest(self) -> Tensor:
        """Items in the smallest of the other classes, (a,)."""
        sizes = self.u.new_tensor(self.population.sizes).expand(len(self.u), -1)
        return sizes.masked_fill(~self.other, torch.inf).amin(dim=1)

    @property
    def nu(self) -> float:
        """A lower bound on the norms of the class means."""
        return self.share * self.lengths.min().item()

    def of_others(self, x: Tensor) -> Tensor:
        """-inf in the place of the anchor's own class."""
        return x.masked_fill(~self.other, -torch.inf)

    def log_means(self, alpha: Tensor) -> Tensor:
        """log E_{z'|y'} e^{alpha_y' s(u,z')} of the other classes, (a, c); alpha (c,)."""
        rows = self.similarities.flatten(1)
        label = self.population.row_labels
        of_class = [
            (alpha[y] * rows[:, label == y]).logsumexp(dim=1) - math.log(int((label == y).sum()))
            for y in range(len(self.population.sizes))
        ]
        return self.of_others(torch.stack(of_class, dim=1))

    def log_form(self, steepness: float | Tensor = 1.0) -> Tensor:
        """(1/alpha) log sum_{y' != y} E_{z'|y'} e^{alpha steepness_y' s(u,z')}, (a,)."""
        alpha = self.alpha * steepness * torch.ones_like(self.lengths)
        return self.log_means(alpha).logsumexp(dim=1) / self.alpha

    def label_free(self) -> Tensor:
        """(1/alpha)[log sum_{i' != i} E_t e^{alpha s(u,z_{i',t})} - log n_min(y)], (a,)."""
        k = self.similarities.shape[2]
        of_item = (self.alpha * self.similarities).logsumexp(dim=2) - math.log(k)
        of_item = of_item.scatter(1, self.item[:, None], -torch.inf)
        return (of_item.logsumexp(dim=1) - self.fewest.log()) / self.alpha

    @property
    def roundoff(self) -> float:
        """Error of (1/alpha) log of a weighted sum of e^{alpha s}, and of an average of s."""
        return 2.0 * self.population.log_roundoff


def build(
    *,
    anchor: str,
    layout: str,
    k: int,
    share: float = 1.0,
    generator: torch.Generator,
    **at: object,
) -> Anchors:
    """One anchor per item, as `ANCHORS` says, for a population of any layout."""
    known = "equal" if layout in ("sixty", "behind") else layout
    found = build_population(layout=known, k=k, generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    if known != layout:
        found = dataclasses.replace(found, z=_in_the_plane(found, layout))
    noise = torch.randn(len(found.z), found.z.shape[2], generator=generator, dtype=torch.float64)
    means, label = found.class_means, found.labels
    towards = {
        "random": noise,
        "towards": means[(label + 1) % len(means)],
        "away": found.own_means - means.sum(dim=0),
    }
    # A direction that is 0 becomes that of the noise.
    u = found.z[:, 0] if anchor == "own" else normalize(towards[anchor] + 1e-12 * noise, dim=1)
    return Anchors(population=found, u=u, item=torch.arange(len(found.z)), share=share)


def every_view(population: Population) -> Anchors:
    """All rows of the population as anchors."""
    n, k, _ = population.z.shape
    item = torch.arange(n, device=population.z.device).repeat_interleave(k)
    return Anchors(population=population, u=population.rows, item=item)


def _in_the_plane(found: Population, layout: str) -> Tensor:
    n, k, _ = found.z.shape
    ahead = torch.full((n,), 0.5, dtype=torch.float64)
    spread = torch.ones(n, dtype=torch.bool)
    if layout == "behind":
        spread = found.labels % 2 == 1
        ahead = -0.3 + 0.2 * spread.double()
        ahead[found.labels == 0] = 1.0
    sign = 1.0 - 2.0 * (torch.arange(k) % 2).double()
    z = torch.zeros_like(found.z)
    z[..., 0] = ahead[:, None]
    z[..., 1] = (1.0 - ahead.square()).sqrt()[:, None] * torch.where(spread[:, None], sign, 1.0)
    return z
