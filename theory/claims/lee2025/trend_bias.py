"""While views keep the content, accuracy rises as the bias relative to separation falls."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata

from theory.claims._claim import Claim
from theory.claims._domain import Choices
from theory.claims.lee2025._source import ours
from theory.prototypes.experiment import ViewSetup, train_many_on_views

Array = NDArray[np.float64]
FAILURE = 1e-3
DIGITS = 9  # to which correlations are told apart: they differ by rounding, or by far more
SIZES = {
    "small": ((0, 2, 4, 6, 8, 10), ViewSetup(steps=80, batch_size=32, n_views=4)),
    "full": ((0, 2, 4, 6, 8, 10), ViewSetup()),
}


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Accuracy and relative bias along the same path of views, seed by seed.

    Tested by the mean over seeds of Spearman's correlation, against all orders of each seed's
    accuracies: if these are exchangeable, whatever the biases, the correlation leaves +-`width` on
    either side with probability at most FAILURE. So `violated` has probability at most FAILURE
    then, as has `holds`; beyond that the sample is `inconclusive`.
    """

    accuracy: Array  # (seeds, levels)
    relative: Array  # (seeds, levels)

    @property
    def correlation(self) -> float:
        """Mean of Spearman's correlation over seeds; one without any order counts as 0."""
        pairs = zip(self.accuracy, self.relative, strict=True)
        return math.fsum(spearman(a, r) for a, r in pairs) / len(self.accuracy)

    @cached_property
    def width(self) -> float:
        """The least w that the correlation exceeds, in size, with probability <= FAILURE a side."""
        values: Array = np.zeros(1)
        weights: Array = np.ones(1)
        for a, r in zip(self.accuracy, self.relative, strict=True):
            own, share = orders(a, r)
            # Sums of multiples of the same fraction: equal ones differ by rounding alone.
            sums = np.round(np.add.outer(values, own).ravel(), DIGITS)
            values, at = np.unique(sums, return_inverse=True)
            both = np.multiply.outer(weights, share).ravel()
            weights = np.asarray(np.bincount(at, both), dtype=np.float64)
        values = values / len(self.accuracy)
        above = weights[::-1].cumsum()[::-1] - weights  # P(X > value)
        below = weights.cumsum() - weights
        upper = float(values[above <= FAILURE][0])
        lower = float(values[below <= FAILURE][-1])
        return max(upper, -lower) + 2 * 0.1**DIGITS


def spearman(x: Array, y: Array) -> float:
    """Correlation of the ranks, ties sharing theirs; 0 if all of x or of y are tied."""
    if np.isnan(x).any() or np.isnan(y).any():
        return math.nan
    a, b = ranks(x), ranks(y)
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / size if size else 0.0


def orders(x: Array, y: Array) -> tuple[Array, Array]:
    """The correlations that the orders of x could have had with y, and their shares."""
    a, b = ranks(x), ranks(y)
    size = math.sqrt(float(a @ a) * float(b @ b))
    each = a[np.array(list(permutations(range(len(x)))))] @ b
    values, counts = np.unique(np.round(each / (size or 1.0), DIGITS), return_counts=True)
    return values, counts / len(each)


def ranks(x: Array) -> Array:
    """Centred; ties share theirs."""
    return np.asarray(rankdata(x), dtype=np.float64) - (len(x) + 1) / 2


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Paths:
    """Train every seed on every view of the path; the seeds' worlds and weights are their own."""
    levels, setup = SIZES[size]
    seeds = torch.randint(2**31, (n_seeds,), generator=generator).tolist()
    runs = train_many_on_views(
        [replace(setup, seed=seed, resampled=j) for seed in seeds for j in levels]
    )

    def table(of: str) -> Array:
        return np.array([getattr(run, of) for run in runs]).reshape(n_seeds, len(levels))

    return Paths(accuracy=table("accuracy"), relative=table("relative"))


def trend(name: str, statement: str, *, size: str, n_seeds: int, cost: float) -> Claim[Paths]:
    """The test at one of the `SIZES`."""
    return Claim(
        name=name,
        statement=statement,
        source=ours("accuracy against relative bias where views keep the content: an experiment"),
        status="conjecture",
        kind="trend",
        domain={"size": Choices(size), "n_seeds": Choices(n_seeds)},
        build=build,
        measured=lambda case: case.correlation,
        bound=lambda case: 0.0,
        rounding=lambda case: case.width,
        cost=cost,
        most_cases=1,
        slow=size == "full",
    )


FALLS = (
    r"j\in\{0,2,4,6,8,10\}\text{ nuisance coordinates redrawn}:\quad\mathbb{E}\,\rho_{"
    r"\mathrm{Spearman}}(\mathrm{accuracy},\mathrm{relative\ bias})\le0"
)

CLAIMS = (
    trend(
        "lee2025-bias-accuracy",
        rf"\text{{clusters with nuisance, }} B=32,\ t=80,\ {FALLS}",
        size="small",
        n_seeds=4,
        cost=1_500.0,
    ),
    trend(
        "lee2025-bias-accuracy-full",
        rf"\text{{clusters with nuisance, }} B=128,\ t=250,\ {FALLS}",
        size="full",
        n_seeds=8,
        cost=40_000.0,
    ),
)
