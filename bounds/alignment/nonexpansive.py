"""Bounds on the drift of similarities without an exponential, for step sizes up to 4 tau^2 B."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, reals, require, require_at_least, require_positive
from bounds.alignment._inputs import run_arguments
from bounds.alignment._scaled import quotient


def similarity_drift_nonexpansive(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on ||Sigma_T^CL - Sigma_T^NSCL||_F without an exponential, for moderate steps.

    Formula
        S gap / (tau sqrt B)                             [1], every step size <= 4 tau^2 B

    Symbols (arrays broadcast against each other)
        step_sum    S    sum of the step sizes, S >= 0
        batch_size  B    anchors per mini-batch, B >= 1
        tau         tau  temperature, tau > 0
        gap              as in `similarity_drift`, in [0, +inf]

    S = 0 or gap = 0 gives 0, also against +inf. That each step size is at most 4 tau^2 B (4096 at
    B = 1024, tau = 1) is the caller's promise.

    Accuracy
        1e-12 relative.

    Errors
        As `similarity_drift`.

    Source
        Sharper than `similarity_drift`: this project,
        docs/theory/luthra2025/alignment/drift.md.

    >>> float(similarity_drift_nonexpansive(100, batch_size=1024, tau=1, gap=1.65).round(4))
    5.1562
    """
    steps, size, temperature, bound = run_arguments(step_sum, batch_size, tau, gap)
    return quotient([steps, bound], [temperature, np.sqrt(size)])


def similarity_drift_rowwise(
    step_sum: ArrayLike, n_reference: ArrayLike, tau: ArrayLike, kappa: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on ||Sigma_T^CL - Sigma_T^NSCL||_F when every row is visited equally.

    Formula
        sqrt(2) kappa S / (tau sqrt N)                   [1], every step size <= 4 tau^2 B

    Symbols (arrays broadcast against each other)
        step_sum     S      sum of the step sizes, S >= 0
        n_reference  N      items of the reference set, N >= 1
        tau          tau    temperature, tau > 0
        kappa        kappa  largest `same_class_mass` of an anchor, 0 <= kappa <= 1

    Equal visits, the step sizes of every item's batches summing to B S / N (whole epochs, the step
    size constant within each), are the caller's promise. Otherwise this is no bound: use
    `similarity_drift_by_row`.

    Accuracy
        1e-12 relative.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        Sharper than `similarity_drift_nonexpansive` by sqrt(N/B): this project,
        docs/theory/luthra2025/alignment/drift.md.

    >>> float(similarity_drift_rowwise(35280, n_reference=50000, tau=1, kappa=0.48).round(1))
    107.1
    """
    steps, n, temperature, mass = reals(step_sum, n_reference, tau, kappa)
    require_at_least(0, step_sum=steps)
    require_at_least(1, n_reference=n)
    require_positive(tau=temperature)
    require((0 <= mass) & (mass <= 1), "0 <= kappa <= 1", kappa=mass)
    return quotient([np.sqrt(2.0), mass, steps], [temperature, np.sqrt(n)])


def similarity_drift_by_row(
    row_sums: ArrayLike, batch_size: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on ||Sigma_T^CL - Sigma_T^NSCL||_F from what every row has collected.

    Formula
        (sqrt(2) / (tau B)) (sum_i R_i^2)^(1/2)          [1], every step size <= 4 tau^2 B
        R_i = sum over the steps t whose batch holds i of eta_t kappa_(i,t)

    Symbols
        row_sums    R_i  items of the reference set on the last axis, at least one, each R_i >= 0;
                         kappa_(i,t) is the `same_class_mass` of anchor i at step t
        batch_size  B    anchors per mini-batch, B >= 1; broadcasts with the other axes of row_sums
        tau         tau  temperature, tau > 0; broadcasts likewise

    Accuracy
        1e-12 relative for up to a million items.

    Errors
        ValueError outside these ranges, for NaN or an infinity, or a scalar for row_sums.

    Source
        Sharper than `similarity_drift_nonexpansive`: this project,
        docs/theory/luthra2025/alignment/drift.md.

    >>> float(similarity_drift_by_row([3.0, 4.0], batch_size=2, tau=0.5).round(6))
    7.071068
    """
    rows = real(row_sums)
    n_rows = rows.shape[-1] if rows.ndim else 0
    require(n_rows >= 1, "at least one item on the last axis of row_sums", n_items=n_rows)
    require_at_least(0, row_sums=rows)
    size, temperature = reals(batch_size, tau)
    require_at_least(1, batch_size=size)
    require_positive(tau=temperature)
    largest = rows.max(axis=-1)
    scale = np.where(largest > 0, largest, 1.0)
    norm = np.sqrt(np.sum((rows / scale[..., None]) ** 2, axis=-1))
    return quotient([np.sqrt(2.0), norm, largest], [temperature, size])
