"""The finite law whose risks are exact: the embeddings themselves, or a part of them."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import normalize

from contrastbounds.audit._views import Views

ROWS = 400  # up to which an exact risk takes well under a second
USUAL = 70.0  # nodes of its integral over one pair, about, for tau >= 0.1


@dataclass(frozen=True, kw_only=True)
class Law:
    """Features z/sqrt(tau) of norm L, equal weights within a class, classes by their frequency."""

    x: Tensor  # (n k, d) float64, the views of a sample beside each other
    classes: Tensor  # (n k,), 0 .. C-1, every one present
    prior: int | tuple[float, ...]  # C for equal classes
    n_views: int
    tau: float
    note: str
    """Which part of the embeddings this is."""

    @property
    def n_classes(self) -> int:
        """C."""
        return self.prior if isinstance(self.prior, int) else len(self.prior)

    @property
    def uniform(self) -> bool:
        """Whether all classes are equally likely."""
        return isinstance(self.prior, int)

    @property
    def imbalance(self) -> str:
        """Which hypothesis fails with unequal classes, and by how much; empty for equal ones."""
        if isinstance(self.prior, int):
            return ""
        low, high = min(self.prior), max(self.prior)
        return (
            f"needs equally likely classes: their frequencies are {low:.3g}...{high:.3g}, "
            f"largest/smallest {high / low:.3g}"
        )

    @cached_property
    def norm(self) -> float:
        """L: tau^(-1/2), or what rounding has made of it."""
        return max(1.0 / math.sqrt(self.tau), float(self.x.norm(dim=-1).max()))

    @property
    def scale(self) -> float:
        """a = L^2: every score is in [-a, a]."""
        return self.norm * self.norm

    @cached_property
    def pairing(self) -> Tensor | None:
        """Positive = another view of the anchor's sample, (n k, n k); None for a single view."""
        k, n = self.n_views, len(self.x)
        if k < 2:
            return None
        sample = torch.arange(n, device=self.x.device) // k
        others = (sample[:, None] == sample).double().fill_diagonal_(0.0)
        return others / (k - 1)


def law(views: Views, *, seed: int, rows: int = ROWS) -> Law:
    """All rows where the risks are cheap, else a random part with the classes' own frequencies."""
    n, k, _ = views.z.shape
    rows = max(8, round(rows * min(1.0, math.sqrt(USUAL / (50.0 + 2.0 / views.tau)))))
    if n * k <= rows:
        samples, kept = torch.arange(n), k
        classes = torch.arange(views.n_classes)
        note = f"all {n * k} rows"
    else:
        generator = torch.Generator().manual_seed(seed)
        kept = min(k, max(2, rows // n))
        classes = _classes(views.n_classes, rows // (2 * kept), generator)
        samples = _samples(views, classes, rows // kept, generator)
        some = f" from {len(classes)} of {views.n_classes} classes"
        note = (
            f"{len(samples) * kept} of {n * k} rows: {len(samples)} random samples"
            + (some if len(classes) < views.n_classes else ", classes in proportion")
            + (f", {kept} of {k} views" if kept < k else "")
        )
    z = views.z[samples.to(views.z.device), :kept].double().flatten(0, 1)
    labels = torch.searchsorted(classes.to(views.labels), views.labels[samples.to(views.z.device)])
    return Law(
        x=normalize(z, dim=-1) / math.sqrt(views.tau),
        classes=labels.repeat_interleave(kept),
        prior=_prior([views.sizes[c] for c in classes.tolist()]),
        n_views=kept,
        tau=views.tau,
        note=note,
    )


def _classes(n_classes: int, most: int, generator: torch.Generator) -> Tensor:
    """All classes, or a random part of them: a class of one sample would have no spread."""
    if n_classes <= most:
        return torch.arange(n_classes)
    return torch.randperm(n_classes, generator=generator)[: max(2, most)].sort().values


def _samples(views: Views, classes: Tensor, budget: int, generator: torch.Generator) -> Tensor:
    """From every class in proportion to its size, and at least one."""
    labels = views.labels.cpu()
    total = sum(views.sizes[c] for c in classes.tolist())
    share = min(1.0, budget / total)
    parts = []
    for c in classes.tolist():
        members = (labels == c).nonzero()[:, 0]
        wanted = max(1, math.floor(share * len(members)))
        parts.append(members[torch.randperm(len(members), generator=generator)[:wanted]])
    return torch.cat(parts).sort().values


def _prior(sizes: list[int]) -> int | tuple[float, ...]:
    if min(sizes) == max(sizes):
        return len(sizes)
    return tuple(size / sum(sizes) for size in sizes)
