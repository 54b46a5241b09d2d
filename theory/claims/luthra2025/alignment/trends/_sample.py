"""A fixed-sample test that several differences are all positive, with stated error rates."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import stdtrit

from theory.alignment.distances import Distances, Values
from theory.alignment.setups import TwinSetup
from theory.alignment.twins import train_many_twins
from theory.claims._claim import Claim, Source, Status
from theory.claims._domain import Choices

FAILURE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Paired differences, seed by seed, of which a trend says that their means are positive.

    The one that says so least decides. With one-sided Student intervals at level FAILURE / m for
    each of the m comparisons, and differences that are normal over seeds: `violated` has
    probability at most FAILURE where every mean is positive, `holds` has at most FAILURE / m where
    one is not; between the two the sample is `inconclusive`.
    """

    differences: NDArray[np.float64]  # (m, seeds)

    @property
    def mean(self) -> float:
        """Of the comparison that decides."""
        return float(self.differences[self._at].mean())

    @property
    def width(self) -> float:
        """Of its interval."""
        return float(self._widths[self._at])

    @property
    def _widths(self) -> NDArray[np.float64]:
        m, seeds = self.differences.shape
        quantile = float(stdtrit(seeds - 1, 1.0 - FAILURE / m))
        spread: NDArray[np.float64] = self.differences.std(axis=1, ddof=1)
        return quantile * spread / math.sqrt(seeds)

    @property
    def _at(self) -> int:
        # The least mean in units of its width; without any width its sign alone counts.
        with np.errstate(over="ignore"):
            widths = np.maximum(self._widths, np.finfo(np.float64).tiny)
            return int((self.differences.mean(axis=1) / widths).argmin())


def distances(
    setup: TwinSetup,
    settings: Sequence[Mapping[str, Any]],
    n_seeds: int,
    generator: torch.Generator,
) -> list[list[Mapping[str, Distances]]]:
    """How far each comparator ends up from CL: for each of the settings, for each seed.

    The seeds are the same for all settings, so that their differences are paired.
    """
    seeds = torch.randint(2**31, (n_seeds,), generator=generator).tolist()
    setups = [replace(setup, seed=seed, **changes) for changes in settings for seed in seeds]
    runs = [run.distances for run in train_many_twins(setups)]
    return [runs[i : i + n_seeds] for i in range(0, len(runs), n_seeds)]


def field(name: str, of: Sequence[Mapping[str, Distances]], comparator: str = "nscl") -> Values:
    """One of the distances, (stops, seeds)."""
    return np.array([getattr(d[comparator], name) for d in of]).T


def trend(
    *,
    name: str,
    statement: str,
    source: Source,
    status: Status,
    build: Callable[..., Sample],
    size: str,
    n_seeds: int,
    cost: float,
    slow: bool = False,
) -> Claim[Sample]:
    """A claim that is one such test: `build` trains `n_seeds` twins of that `size`."""
    return Claim(
        name=f"luthra2025-alignment-trend-{name}",
        statement=statement,
        source=source,
        status=status,
        kind="trend",
        domain={"size": Choices(size), "n_seeds": Choices(n_seeds)},
        build=build,
        measured=lambda case: case.mean,
        relation=">=",
        bound=lambda case: 0.0,
        rounding=lambda case: case.width,
        cost=cost,
        most_cases=1,
        slow=slow,
    )
