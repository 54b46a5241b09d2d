"""The runs that the prototype figures show."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from theory.prototypes.experiment import ViewRun, ViewSetup, train_many_on_views

SETUP = ViewSetup()
SWEPT = ViewSetup(resampled=8, content_noise=0.3)
SEEDS, FULL_SEEDS = 2, 8


@cache
def runs(setups: tuple[ViewSetup, ...]) -> tuple[ViewRun, ...]:
    """Trained once per process, on one thread as everywhere else."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return tuple(train_many_on_views(setups))
    finally:
        torch.set_num_threads(threads)


def trained(setup: ViewSetup) -> ViewRun:
    """A run of its own."""
    return runs((setup,))[0]


def column(found: tuple[ViewRun, ...], of: str) -> NDArray[np.float64]:
    """One of the numbers of each run."""
    return np.array([getattr(run, of) for run in found])


def plural(n_seeds: int) -> str:
    """How many, in words for a title."""
    return "1 seed" if n_seeds == 1 else f"mean of {n_seeds} seeds"
