"""Few-shot errors of the data themselves: the law of a class is a uniform draw of its rows.

The bounds are about shots and queries that are independent draws from the law of a class. Drawn
with replacement from the rows, they are exactly that, and the CDNV that enters the bounds is that
law's, not an estimate of it. So a simulated error above a bound is a counterexample.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from contrastbounds.audit._views import Views
from synthetic import Trials, ncc_trials, sampled_episodes

WORK = 2**26  # coordinates drawn per number of shots
TRIALS = (400, 20_000)  # fewest and most
PIECE = 2**22  # indices held at a time


@dataclass(frozen=True, kw_only=True)
class RowSampler:
    """The laws of the classes: uniform on their rows, all views pooled."""

    rows: Tensor  # (n k, d), sorted by class
    first: Tensor  # (c,), where a class begins
    counts: Tensor  # (c,)

    @classmethod
    def of(cls, views: Views) -> "RowSampler":
        """Sort the pooled rows by class."""
        rows, labels = views.pooled
        counts = torch.bincount(labels)
        first = counts.cumsum(0) - counts
        return cls(rows=rows[labels.argsort(stable=True)], first=first, counts=counts)

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,)."""
        return self.rows[self._draw(class_index, count, generator)]

    def centres(self, class_index: Tensor, m_shot: int, generator: torch.Generator) -> Tensor:
        """Means (t, d) of `m_shot` fresh samples of each class."""
        step = max(1, PIECE // m_shot)
        parts = [
            embedding_bag(self._draw(part, m_shot, generator), self.rows, mode="mean")
            for part in torch.split(class_index, step)
        ]
        return torch.cat(parts)

    def _draw(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        at = class_index.to(self.rows.device)
        uniform = torch.rand(
            len(at), count, generator=generator, device=generator.device, dtype=torch.float64
        ).to(self.rows.device)
        sizes = self.counts[at, None]
        # A product that rounds up to the size would be the next class's first row.
        return self.first[at, None] + (uniform * sizes).long().minimum(sizes - 1)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Error of a linear probe, from a few episodes whose queries share their shots."""

    error: float
    low: float
    high: float
    n_episodes: int


def centre_error(
    sampler: RowSampler, m_shot: int, means: Tensor, *, generator: torch.Generator
) -> Trials:
    """Independent trials of the nearest-class-centre rule: fresh shots for every query."""
    c, d = means.shape
    n_trials = min(max(WORK // (c * d * m_shot), TRIALS[0]), TRIALS[1])
    return ncc_trials(means, sampler, m_shot, n_trials, generator=generator)


def probe_error(
    sampler: RowSampler, m_shot: int, means: Tensor, *, n_episodes: int, generator: torch.Generator
) -> Probe:
    """Logistic regression on fresh shots, Student's interval over episodes at 95 %."""
    n_query = max(1, min(100, 2000 // len(means)))
    found = sampled_episodes(
        means, sampler, m_shot, n_episodes, n_query, generator=generator, probe="linear"
    )
    low, high = found.interval(0.95)
    return Probe(error=found.error, low=low, high=high, n_episodes=n_episodes)


def limit_error(sampler: RowSampler, means: Tensor) -> tuple[float, float]:
    """Error with infinitely many shots, and how much of it rows next to a tie can change.

    Exact up to those: the mean over classes of the share of their rows that are not strictly
    nearest to their own mean.
    """
    error = unsettled = 0.0
    rounding = 4.0 * (means.shape[1] + 4) * torch.finfo(means.dtype).eps
    for c, (start, count) in enumerate(zip(sampler.first, sampler.counts, strict=True)):
        own_rows = sampler.rows[start : start + count]
        for part in torch.split(own_rows, max(1, PIECE // means.numel())):
            distances = (part[:, None] - means).square().sum(-1)
            own = distances[:, c].clone()
            distances[:, c] = torch.inf
            margin = distances.amin(dim=1) - own
            weight = 1.0 / (int(count) * len(means))
            error += weight * int((~(margin > 0)).sum())
            unsettled += weight * int((margin.abs() <= rounding).sum())
    return error, unsettled
