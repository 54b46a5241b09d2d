"""How far similarities of a CL run and an NSCL run are apart: Theorem 1 and its recursion."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._logspace import log
from bounds.alignment._inputs import run_arguments
from bounds.alignment._scaled import Array, exponential, growth, log_growth, quotient


def similarity_drift(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on ||Sigma_T^CL - Sigma_T^NSCL||_F under shared randomness.

    Formula
        e^(S / (2 tau^2 B)) S gap / (tau sqrt B)         [1], +inf where float64 ends

    Symbols (arrays broadcast against each other)
        step_sum    S    sum of the step sizes, S >= 0
        batch_size  B    anchors per mini-batch, B >= 1
        tau         tau  temperature, tau > 0
        gap              bound on the reweighting error of every anchor at every step, in [0, +inf]:
                         `gradient_gap` (with high probability), 2 e^(2/tau) max n_s/n_d, or
                         sqrt(2) `same_class_mass` (both deterministic)

    S = 0 or gap = 0 gives 0, also against +inf. The trivial bound is 2 N.

    Accuracy
        1e-12 relative.

    Errors
        ValueError outside these ranges, for NaN, or an infinity other than gap = +inf.

    Source
        Corrected: Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Theorem 1, its constants as
        restated in secondary literature. Hypotheses and proof: this project,
        docs/theory/luthra2025/alignment/drift.md.

    >>> float(similarity_drift(step_sum=100, batch_size=1024, tau=1, gap=1.65).round(4))
    5.4143
    """
    steps, size, temperature, bound = run_arguments(step_sum, batch_size, tau, gap)
    factor, power = exponential(_smoothness_times(steps, size, temperature))
    return quotient([factor, steps, bound], [temperature, np.sqrt(size)], power)


def log_similarity_drift(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> NDArray[np.float64]:
    r"""Logarithm of `similarity_drift`, which it gives also where that overflows.

    Formula
        S / (2 tau^2 B) + log S - log tau - log(B)/2 + log gap           [nats]

    Symbols (arrays broadcast against each other)
        step_sum    S    sum of the step sizes, S >= 0
        batch_size  B    anchors per mini-batch, B >= 1
        tau         tau  temperature, tau > 0
        gap              bound on the reweighting error, in [0, +inf]

    S = 0 or gap = 0 gives -inf, also against +inf. Where `gradient_gap` overflows, add
    `log_gradient_gap` to the value at gap = 1.

    Accuracy
        1e-12 relative to the largest of its terms.

    Errors
        As `similarity_drift`.

    Source
        As `similarity_drift`.

    >>> float(log_similarity_drift(35280, batch_size=1024, tau=0.1, gap=1).round(2))
    1731.96
    """
    steps, size, temperature, bound = run_arguments(step_sum, batch_size, tau, gap)
    exponent = _smoothness_times(steps, size, temperature)
    return _plus_log(exponent, steps, size, temperature, bound)


def similarity_drift_gronwall(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on ||Sigma_T^CL - Sigma_T^NSCL||_F: the recursion of Theorem 1, summed exactly.

    Formula
        (gap / (tau sqrt B)) (e^(L S) - 1) / L,   L = 1 / (2 tau^2 B)          [1]

    Symbols (arrays broadcast against each other)
        step_sum    S    sum of the step sizes, S >= 0
        batch_size  B    anchors per mini-batch, B >= 1
        tau         tau  temperature, tau > 0
        gap              as in `similarity_drift`, in [0, +inf]

    S = 0 or gap = 0 gives 0, also against +inf. As L S falls to 0 it becomes
    `similarity_drift_nonexpansive`. Equals `parameter_drift` at smoothness L, Jacobian norm
    1 / sqrt B.

    Accuracy
        1e-12 relative.

    Errors
        As `similarity_drift`.

    Source
        Sharper than `similarity_drift`, under the same hypotheses: this project,
        docs/theory/luthra2025/alignment/calculators.md.

    >>> float(similarity_drift_gronwall(step_sum=100, batch_size=1024, tau=1, gap=1.65).round(4))
    5.2842
    """
    steps, size, temperature, bound = run_arguments(step_sum, batch_size, tau, gap)
    factor, power = growth(_smoothness_times(steps, size, temperature))
    return quotient([factor, steps, bound], [temperature, np.sqrt(size)], power)


def log_similarity_drift_gronwall(
    step_sum: ArrayLike, batch_size: ArrayLike, tau: ArrayLike, gap: ArrayLike
) -> NDArray[np.float64]:
    r"""Logarithm of `similarity_drift_gronwall`, which it gives also where that overflows.

    Formula
        log((e^(L S) - 1) / (L S)) + log S - log tau - log(B)/2 + log gap      [nats]
        L = 1 / (2 tau^2 B)

    Symbols (arrays broadcast against each other)
        step_sum    S    sum of the step sizes, S >= 0
        batch_size  B    anchors per mini-batch, B >= 1
        tau         tau  temperature, tau > 0
        gap              bound on the reweighting error, in [0, +inf]

    S = 0 or gap = 0 gives -inf, also against +inf.

    Accuracy
        1e-12 relative to the largest of its terms.

    Errors
        As `similarity_drift`.

    Source
        As `similarity_drift_gronwall`.

    >>> float(log_similarity_drift_gronwall(35280, batch_size=1024, tau=0.1, gap=1).round(2))
    1724.51
    """
    steps, size, temperature, bound = run_arguments(step_sum, batch_size, tau, gap)
    growing = log_growth(_smoothness_times(steps, size, temperature))
    return _plus_log(growing, steps, size, temperature, bound)


def _smoothness_times(steps: Array, size: Array, tau: Array) -> Array:
    """L S = S / (2 tau^2 B)."""
    return quotient([steps], [2.0, tau, tau, size])


def _plus_log(growing: Array, steps: Array, size: Array, tau: Array, gap: Array) -> Array:
    """The logarithm of e^growing S gap / (tau sqrt B); a factor 0 wins over every other."""
    zero = (steps == 0) | (gap == 0)
    with np.errstate(invalid="ignore"):
        value = growing + log(steps) - log(tau) - 0.5 * log(size) + log(gap)
    return np.where(zero, -np.inf, value)
