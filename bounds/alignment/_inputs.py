"""What the calculators of this package ask of their arguments."""

import numpy as np
from numpy.typing import ArrayLike

from bounds._domain import reals, require, require_at_least, require_positive
from bounds.alignment._scaled import Array


def require_gap(gap: ArrayLike) -> None:
    """A bound on the reweighting error: any number >= 0, +inf where there is none."""
    require(np.asarray(gap) >= 0, "gap >= 0", gap=gap)


def run_arguments(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """Step sizes, anchors, temperature and reweighting error of a run, of one shape."""
    steps, size, temperature, bound = reals(step_sum, batch_size, tau, gap)
    require_at_least(0, step_sum=steps)
    require_at_least(1, batch_size=size)
    require_positive(tau=temperature)
    require_gap(bound)
    return steps, size, temperature, bound


def require_probability_of_failure(delta: ArrayLike) -> None:
    """0 < delta < 1."""
    delta = np.asarray(delta)
    require((0 < delta) & (delta < 1), "0 < delta < 1", delta=delta)
