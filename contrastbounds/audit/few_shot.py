"""Few-shot error of this representation beside every bound of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Progress, Views
from contrastbounds.audit.few_shot_bounds import BoundsAt, FewShotBounds
from contrastbounds.audit.geometry import Geometry, Pairs
from contrastbounds.audit.simulation import (
    Probe,
    RowSampler,
    centre_error,
    limit_error,
    probe_error,
)
from theory.geometry import class_statistics

CONFIDENCE = 0.95  # of the intervals that are shown
FAILURE = 1e-9  # of the interval that decides whether a bound is violated
PROBED_CLASSES = 100  # with more, fitting a linear probe takes minutes


@dataclass(frozen=True, kw_only=True)
class FewShotAt:
    """One number of shots per class: the measured error and its bounds."""

    m_shot: int
    error: float
    low: float
    high: float
    """Clopper-Pearson limits at 95 %."""
    n_trials: int
    rows: tuple[Row, ...]
    probe: Probe | None = None


@dataclass(frozen=True, kw_only=True)
class FewShot:
    """Error on a query of a uniformly chosen class; shots and queries drawn from the rows."""

    at: tuple[FewShotAt, ...]
    limit_error: float
    """With infinitely many shots: every class mean known."""
    limit_rows: tuple[Row, ...]
    trivial: float
    """1 - 1/C, the error of guessing: a bound from here on is vacuous."""
    skipped: tuple[int, ...] = ()
    why_skipped: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, fewest shots first."""
        return (*(row for at in self.at for row in at.rows), *self.limit_rows)


def few_shot(
    views: Views,
    found: Geometry,
    pairs: Pairs | None,
    *,
    shots: Sequence[int],
    seed: int,
    progress: Progress,
) -> FewShot:
    """Simulate every number of shots that the classes have samples for."""
    smallest = min(views.sizes)
    wanted = tuple(sorted(set(shots)))
    kept = tuple(m for m in wanted if m <= smallest)
    skipped = wanted[len(kept) :]
    sampler = RowSampler.of(views)
    means = class_statistics(*views.pooled).means
    bounds = FewShotBounds.of(views, found, pairs)
    trivial = 1.0 - 1.0 / views.n_classes
    limit, unsettled = limit_error(sampler, means)
    probed = _probed(kept) if views.n_classes <= PROBED_CLASSES else ()
    at = []
    for m, rows in zip(kept, bounds.at(kept), strict=True):
        progress(f"few-shot error, {m} shot{'s' if m > 1 else ''} per class")
        at.append(_at(sampler, means, m, rows, seed=seed, probed=m in probed))
    return FewShot(
        at=tuple(at),
        limit_error=limit,
        limit_rows=bounds.limits(limit, unsettled + views.bound_roundoff),
        trivial=trivial,
        skipped=skipped,
        why_skipped=f"the smallest class has {smallest} samples" if skipped else "",
    )


def _at(
    sampler: RowSampler,
    means: Tensor,
    m: int,
    bounds: BoundsAt,
    *,
    seed: int,
    probed: bool,
) -> FewShotAt:
    trials = centre_error(sampler, m, means, generator=_generator(seed, m, 0))
    low, high = trials.interval(CONFIDENCE)
    margin = trials.error - trials.lower(FAILURE)
    probe = None
    if probed:
        n_episodes = min(10, max(4, 200 // len(means)))
        probe = probe_error(
            sampler, m, means, n_episodes=n_episodes, generator=_generator(seed, m, 1)
        )
    return FewShotAt(
        m_shot=m,
        error=trials.error,
        low=low,
        high=high,
        n_trials=trials.n_trials,
        rows=bounds(trials.error, margin),
        probe=probe,
    )


def _probed(shots: Sequence[int]) -> tuple[int, ...]:
    """The fewest shots, and the two numbers nearest to 5 and 20."""
    return tuple({min(shots, key=lambda m: abs(m - near)) for near in (1, 5, 20)})


def _generator(seed: int, m_shot: int, stream: int) -> torch.Generator:
    """Numbers that depend on the shots they are for, not on what was drawn before."""
    state = np.random.SeedSequence((seed, m_shot, stream)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]) >> 1)
