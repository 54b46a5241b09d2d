"""The toy experiment at a size that a laptop draws in seconds: narrower, and with fewer points."""

from dataclasses import replace
from functools import cache

from synthetic.toy import ToyHistory, ToySetup, train_toy

PUBLISHED_EPOCHS = 300
NEGATIVES = (1, 4, 16, 64, 256)
SMALL = ToySetup(n_per_class=100, batch_size=320, width=64)
EPOCHS = 16  # of the trajectories, at the authors' seed
SEEDS, SHORT = 3, 6  # seeds, and the epochs of each


@cache
def trajectories() -> tuple[ToyHistory, ...]:
    """One run for each number of negatives, from the same initial weights."""
    return tuple(train_toy(replace(SMALL, n_negatives=k), EPOCHS) for k in NEGATIVES)


@cache
def repetitions() -> tuple[ToyHistory, ...]:
    """Short runs for each number of negatives and seed."""
    return tuple(
        train_toy(replace(SMALL, n_negatives=k, seed=seed), SHORT)
        for k in NEGATIVES
        for seed in range(1, SEEDS + 1)
    )


def size(run: ToyHistory) -> str:
    """The size of a run beside the published one, for a title."""
    mine, full = run.setup, ToySetup()
    parts = (
        (mine.n_per_class, full.n_per_class, "per class"),
        (mine.width, full.width, "units"),
        (mine.batch_size, full.batch_size, "in a batch"),
        (len(run.epochs), PUBLISHED_EPOCHS, "epochs"),
    )
    sizes = (f"{n} of {all_} {what}" if n < all_ else f"{n} {what}" for n, all_, what in parts)
    return f"{mine.data} data, C = {mine.n_classes}: {', '.join(sizes)}"
