"""What the gradient gaps of a coupled run prove about the distance of its twins' weights."""

import numpy as np
from numpy.typing import NDArray

from synthetic import Twins


def weight_drift_certificate(
    twins: Twins, of: str, at: str, *, smoothness: float = 0.0
) -> NDArray[np.float64]:
    r"""A bound on the distance of two encoders' weights after every step, from the run's record.

    Formula
        c_0 = 0,  c_{t+1} = (1 + beta eta_t) c_t + eta_t ||grad L_of - grad L_at||_2     [unit of w]
        both gradients on batch t, at the weights of `at`: `twins.gradient_gaps[of, at]`

    Symbols
        twins       of `train_coupled` by plain SGD, with the gradient gaps (of, at)
        of, at      names of two losses
        smoothness  beta >= 0, a Lipschitz constant of the gradient of L_of in the encoder's weights
                    on the segment between the twins, for every batch; 0 if L_of is convex in them
                    and no step exceeds 2 over its smoothness (similarities linear in the weights)

    Returns c_0 .. c_T, of shape (steps + 1,): entries `twins.recorded_at` bound the recorded
    distances (`weight_distance`). beta is the caller's promise; for a network it is not known, and
    the value at 0 is no bound, only the path that the gaps account for. None of the hypotheses on
    batches and similarities is needed. Rounding is not accounted for.

    Errors
        ValueError for a recipe other than plain SGD, gradient gaps (of, at) that were not recorded,
        smoothness not a finite number >= 0.

    Source
        This project, docs/theory/luthra2025/alignment/parameters.md, "Certificate of a run".
    """
    if not 0 <= smoothness < float("inf"):
        raise ValueError(f"need finite smoothness >= 0, got smoothness={smoothness}")
    left = twins.recipe.departures()
    if left:
        raise ValueError(f"need plain SGD, got {'; '.join(left)}")
    if (of, at) not in twins.gradient_gaps:
        known = list(twins.gradient_gaps)
        raise ValueError(f"need gradient gaps of {of!r} at {at!r} recorded, got those of {known}")
    certified = [0.0]
    steps, gaps = twins.step_sizes.tolist(), twins.gradient_gaps[of, at].tolist()
    for eta, gap in zip(steps, gaps, strict=True):
        certified.append((1.0 + smoothness * eta) * certified[-1] + eta * gap)
    return np.array(certified)
