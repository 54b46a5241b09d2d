"""The loss gap of one anchor, from both sides, by what its similarities are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require, require_at_least, require_tau
from bounds._logspace import log, log1p_exp, over_tau


@dataclass(frozen=True, kw_only=True)
class AnchorGap:
    """Bounds on an anchor's log(1 + Same/Diff), in nats."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def dcl_nscl_gap_anchor(
    same_mean: ArrayLike,
    same_max: ArrayLike,
    diff_mean: ArrayLike,
    diff_max: ArrayLike,
    n_same: ArrayLike,
    n_diff: ArrayLike,
    tau: ArrayLike,
) -> AnchorGap:
    r"""Two-sided bound on one anchor's part of L_DCL(f) - L_NSCL(f), log(1 + Same/Diff).

    Formula
        lower = log(1 + r e^((same_mean - diff_max) / tau))                          [nats]
        upper = log(1 + r e^((same_max - diff_mean) / tau)),   r = n_same / n_diff   [nats]

    Symbols (arrays broadcast against each other)
        same_mean, same_max   mean and largest similarity to the other samples of the class, all
                              views, not divided by tau; not looked at where n_same = 0
        diff_mean, diff_max   the same over the samples of the other classes
        n_same   n_c - 1      other samples of the anchor's class, n_same >= 0
        n_diff   N - n_c      samples of the other classes, n_diff > 0
        tau      tau          temperature, tau > 0

    Accuracy
        1e-12 relative. That a mean is at most its maximum is not checked.

    Source
        Sharper than Theorem 1 of Luthra, Yang & Galanti (2025): this project,
        docs/theory/luthra2025/loss-gap.md. Both sides are attained by equal similarities.

    >>> gap = dcl_nscl_gap_anchor(0.8, 0.9, -0.1, 0.2, n_same=9, n_diff=90, tau=1.0)
    >>> float(gap.lower.round(4)), float(gap.upper.round(4))
    (0.1674, 0.2405)
    """
    s_mean, s_max, d_mean, d_max, same, diff, temperature = reals(
        same_mean, same_max, diff_mean, diff_max, n_same, n_diff, tau
    )
    require_at_least(0, n_same=same)
    require(diff > 0, "n_diff > 0", n_diff=diff)
    require_at_least(0, n_diff=diff)
    require_tau(temperature)
    alone = same == 0
    require(alone | np.isfinite(s_mean), "finite same_mean", same_mean=s_mean, n_same=same)
    require(alone | np.isfinite(s_max), "finite same_max", same_max=s_max, n_same=same)
    require(np.isfinite(d_mean), "finite diff_mean", diff_mean=d_mean)
    require(np.isfinite(d_max), "finite diff_max", diff_max=d_max)
    log_r = log(same) - np.log(diff)
    low = np.where(alone, 0.0, s_mean) - d_max
    high = np.where(alone, 0.0, s_max) - d_mean
    return AnchorGap(
        lower=log1p_exp(log_r, over_tau(low, temperature)),
        upper=log1p_exp(log_r, over_tau(high, temperature)),
    )
