"""Corollary 3 for shuffled epochs, whose batches depend on one another, by sampling."""

from dataclasses import dataclass

import torch

from synthetic import Trials
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Reals
from theory.claims.luthra2025.alignment._batches import (
    SIZES,
    Batches,
    at_least,
    class_sizes,
    shuffled_counts,
)
from theory.claims.luthra2025.alignment._source import COMPOSITION, restated
from theory.claims.luthra2025.alignment.composition import deviation

RUNS, ERROR = 2000, 1e-9  # sampled runs, and how often each side of their interval may be wrong


@dataclass(frozen=True, kw_only=True)
class Epochs(Batches):
    """Runs of shuffled epochs, and how many of them failed."""

    trials: Trials

    @property
    def limits(self) -> tuple[float, float]:
        """Clopper-Pearson limits of the failure probability, each wrong with `ERROR`."""
        return self.trials.lower(ERROR), self.trials.upper(ERROR)


def build_epochs(
    *,
    batch_size: int,
    n_classes: int,
    per_epoch: int,
    n_epochs: int,
    layout: str,
    delta: float,
    generator: torch.Generator,
) -> Epochs:
    """Whole batches of epochs that each visit a shuffled population once."""
    sizes = at_least(class_sizes(layout, n_classes, 0.4), per_epoch * batch_size)
    steps = n_epochs * (sum(sizes) // batch_size)
    case = Batches(
        sizes=sizes,
        batch_size=batch_size,
        n_steps=steps,
        delta=delta,
        deviation=deviation(batch_size, n_classes, steps, delta),
        distinct=True,
    )
    counts = shuffled_counts(sizes, batch_size, n_epochs, RUNS, generator)
    failed = (counts - 1 > case.share * (batch_size - 1)).flatten(1).any(dim=1)
    failures = int(failed.sum()) if case.share < 1 else 0
    return Epochs(**vars(case), trials=Trials(failures, RUNS))


CLAIM = Claim(
    name="luthra2025-alignment-composition-epochs",
    statement=r"\text{sampled runs of shuffled epochs, whole batches, }"
    r"u=\pi_{\max}+\epsilon<1:\quad"
    r"\Pr\Bigl[\exists\text{ anchor: }\frac{n_s}{n_d}>\frac u{1-u}\Bigr]\le\delta,\quad"
    r"\epsilon^2=\frac{\log(TB/\delta)}{2B}",
    source=restated("Corollary 3, with its hypotheses added"),
    proof=f"{COMPOSITION}#corollary-3",
    status="corrected",
    kind="probability",
    domain={
        "batch_size": Integers(8, 32),
        "n_classes": Integers(3, 8),
        "per_epoch": Integers(2, 4),
        "n_epochs": Integers(1, 3),
        "layout": SIZES,
        "delta": Reals(0.05, 0.5),
    },
    build=build_epochs,
    measured=lambda case: sum(case.limits) / 2.0,
    bound=lambda case: case.delta,
    rounding=lambda case: (case.limits[1] - case.limits[0]) / 2.0,
    cost=20.0,
)
