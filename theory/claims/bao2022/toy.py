"""The toy experiment: trained encoders inside the published band, and whether K helps."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import stdtrit

from bounds import surrogate_lower, surrogate_upper
from synthetic.toy import ToySetup, train_toy
from theory.claims._claim import Claim, Interval
from theory.claims._domain import Choices, Integers
from theory.claims.bao2022._source import paper

APART = 0.05  # nats; validation losses, against class means of the training part, are not risks
SEEDS, FAILURE = 8, 1e-3  # repetitions of the published experiment; of a one-sided test


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Validation gaps of one run, epoch by epoch."""

    gaps: NDArray[np.float64]  # (epochs,)
    n_classes: int
    n_negatives: int


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Best validation supervised loss with many negatives less that with few, seed by seed."""

    differences: NDArray[np.float64]  # (SEEDS,)


def build_run(
    *, data: str, n_classes: int, n_negatives: int, epochs: int, generator: torch.Generator
) -> Trained:
    """Train a small copy of the experiment."""
    setup = ToySetup(
        data="circle" if data == "circle" else "norm",
        n_classes=n_classes,
        n_per_class=50,
        n_negatives=n_negatives,
        batch_size=128,
        width=32,
        seed=int(torch.randint(2**31, (), generator=generator).item()),
    )
    history = train_toy(setup, epochs)
    return Trained(gaps=history.gap, n_classes=n_classes, n_negatives=n_negatives)


def band(case: Trained) -> Interval:
    """Both published intercepts, and what the estimate of both risks may add."""
    return Interval(
        lower=surrogate_lower(case.n_classes, case.n_negatives).item() - APART,
        upper=surrogate_upper(case.n_classes, case.n_negatives).item() + APART,
    )


def build_repetitions(*, few: int, times: int, epochs: int, generator: torch.Generator) -> Repeated:
    """The same seeds with `few` negatives and with `times` as many."""
    seeds = torch.randint(2**31, (SEEDS,), generator=generator).tolist()

    def best(seed: int, n_negatives: int) -> float:
        setup = ToySetup(
            n_per_class=50, batch_size=320, width=64, seed=seed, n_negatives=n_negatives
        )
        return float(train_toy(setup, epochs).column("supervised").min())

    differences = [best(seed, few * times) - best(seed, few) for seed in seeds]
    return Repeated(differences=np.array(differences))


def width(case: Repeated) -> float:
    """Of the one-sided Student interval for the mean: inside it the trend is undecided."""
    quantile = float(stdtrit(SEEDS - 1, 1.0 - FAILURE))
    return quantile * float(case.differences.std(ddof=1)) / math.sqrt(SEEDS)


CLAIMS = (
    Claim(
        name="bao2022-toy-band",
        statement=r"\text{toy runs, every epoch, validation losses, } L=1:\quad \Delta_L-0.05\le"
        r"\widehat R_\mu-\widehat R_{\mathrm{cont}}\le\Delta_U+0.05",
        source=paper("toy experiment, trajectories"),
        status="published",
        kind="trend",
        domain={
            "data": Choices("circle", "norm"),
            "n_classes": Integers(5, 10),
            "n_negatives": Choices(1, 4, 16, 64),
            "epochs": Integers(1, 3),
        },
        build=build_run,
        measured=lambda case: case.gaps,
        relation="in",
        bound=band,
        rounding=lambda case: 0.0,
        cost=12.0,
    ),
    Claim(
        name="bao2022-toy-trend",
        statement=r"\text{toy runs, } K<K':\quad\text{best supervised loss with } K'"
        r"\text{ negatives}\le\text{ that with } K,\ \text{on average over seeds}",
        source=paper("toy experiment, supervised loss against K"),
        status="published",
        kind="trend",
        domain={
            "few": Choices(1),  # closer numbers need more seeds and epochs to tell apart
            "times": Choices(16, 64),
            "epochs": Integers(40, 40),  # of 300: enough to separate them
        },
        build=build_repetitions,
        measured=lambda case: float(case.differences.mean()),
        bound=lambda case: 0.0,
        rounding=width,
        cost=30_000.0,
        slow=True,
    ),
)
