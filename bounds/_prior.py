"""Class probabilities and whole numbers as arguments, checked once for every calculator."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, require, require_at_least

SUM_SLACK = 1e-9


@dataclass(frozen=True, kw_only=True)
class Prior:
    """Class probabilities, equal ones together: a million equal classes cost one entry."""

    n_classes: int
    values: NDArray[np.float64]  # (g,) distinct probabilities, ascending
    counts: NDArray[np.float64]  # (g,) classes that share each

    @property
    def smallest(self) -> float:
        """The probability of the rarest class."""
        return float(self.values[0])

    @property
    def largest(self) -> float:
        """The probability of the likeliest class."""
        return float(self.values[-1])

    @property
    def entropy(self) -> float:
        """-sum_c pi_c ln pi_c in nats; every term is nonnegative."""
        return float(-np.sum(self.counts * self.values * np.log(self.values)))


def read_prior(prior: ArrayLike) -> Prior:
    """A 0-d number of equal classes, or a 1-D vector of probabilities, used as it is."""
    given = real(prior)
    if given.ndim == 0:
        require_count(1, prior=given)
        return _uniform(int(given))
    if given.ndim > 1 or not given.size:
        shape = given.shape
        raise ValueError(f"need prior a number or a vector of probabilities, got shape {shape}")
    require(given > 0, "prior > 0", prior=given)
    require(np.isfinite(given), "finite prior", prior=given)
    total = _sum(given)
    require(abs(total - 1.0) <= SUM_SLACK, "prior that sums to 1 within 1e-9", sum=total)
    values, counts = np.unique(given.astype(np.float64), return_counts=True)
    return Prior(n_classes=given.size, values=values, counts=counts.astype(np.float64))


def require_count(low: int, **values: ArrayLike) -> None:
    """Each of `values` is a finite whole number, at least `low`; 2.0 is one."""
    require_at_least(low, **values)
    for name, value in values.items():
        require(np.equal(value, np.floor(value)), f"integer-valued {name}", **{name: value})


def _uniform(n_classes: int) -> Prior:
    """Equal classes."""
    count = float(n_classes)
    return Prior(n_classes=n_classes, values=np.array([1.0 / count]), counts=np.array([count]))


def _sum(values: NDArray[Any]) -> float:
    """A sum too large for float64 is infinite, silently."""
    with np.errstate(over="ignore"):
        return float(np.sum(values, dtype=np.float64))
