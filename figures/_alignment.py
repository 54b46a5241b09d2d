"""The coupled runs that the alignment figures show, at a size for a laptop and at full size."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray

from figures._style import MEASURED, RIVAL
from theory.alignment.setups import TwinSetup
from theory.alignment.twins import TwinRun, train_many_twins

SMALL = TwinSetup(steps=500, batch_size=64)
FULL = TwinSetup()
SEEDS, FULL_SEEDS = 2, 5
TAUS = (0.1, 0.25, 0.5, 1.0, 2.0)

NAMES = {"nscl": "NSCL", "supcon": "SupCon", "ce": "cross-entropy"}
LOOKS = {
    "nscl": MEASURED,
    "supcon": RIVAL,
    "ce": {**RIVAL, "marker": "^", "ls": "--"},
}


def setup(*, full: bool) -> TwinSetup:
    """The size of a run."""
    return FULL if full else SMALL


def seeds(*, full: bool) -> range:
    """The repetitions of a run."""
    return range(FULL_SEEDS if full else SEEDS)


@cache
def runs(setup: TwinSetup, among: range) -> tuple[TwinRun, ...]:
    """One for each seed: trained once per process, on one thread as everywhere else."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return tuple(train_many_twins([replace(setup, seed=seed) for seed in among]))
    finally:
        torch.set_num_threads(threads)


def distances(
    setup: TwinSetup, among: range, field: str, *, comparator: str = "nscl"
) -> NDArray[np.float64]:
    """One of the `Distances` of a comparator from CL, (seeds, stops)."""
    return np.array([getattr(run.distances[comparator], field) for run in runs(setup, among)])


def band(ax: Axes, x: Sequence[float], values: NDArray[np.float64], **look: Any) -> None:
    """The mean over seeds, and from the least to the greatest of them; values (seeds, x)."""
    ax.plot(x, values.mean(axis=0), **look)
    low, high = values.min(axis=0), values.max(axis=0)
    ax.fill_between(x, low, high, color=look["color"], alpha=0.15, lw=0)


def size(setup: TwinSetup, n_seeds: int) -> str:
    """How large the drawn runs are, for a title."""
    of = f" of {FULL.steps}" if setup.steps < FULL.steps else ""
    return f"{setup.steps}{of} steps, B = {setup.batch_size}, {n_seeds} seeds"
