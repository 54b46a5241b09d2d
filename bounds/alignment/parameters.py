"""How far the weights of a CL run and of an NSCL run are apart after training (Theorem 2)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least, require_positive
from bounds._logspace import log
from bounds.alignment._inputs import require_gap
from bounds.alignment._scaled import Array, growth, log_growth, quotient


def parameter_drift(
    step_sum: ArrayLike,
    smoothness: ArrayLike,
    jacobian_norm: ArrayLike,
    tau: ArrayLike,
    gap: ArrayLike,
) -> NDArray[np.float64]:
    r"""Upper bound on ||w_T^CL - w_T^NSCL||_2 under shared randomness.

    Formula
        (G gap / (beta tau)) (e^(beta S) - 1)     [unit of w], G gap S / tau at beta = 0

    Symbols (arrays broadcast against each other)
        step_sum       S     sum of the step sizes, S >= 0
        smoothness     beta  Lipschitz constant of the gradient in w of one of the two batch losses
                             on the segment between the runs, beta >= 0
        jacobian_norm  G     bound on ||grad_w s_ij(w)||_2 for all pairs, G >= 0
        tau            tau   temperature, tau > 0
        gap                  bound on 2 m_i, twice the softmax mass on the anchor's own class, along
                             the other loss's run, in [0, +inf]: `gradient_gap`, or twice
                             `same_class_mass`

    S = 0, G = 0 or gap = 0 gives 0, also against +inf.

    Accuracy
        1e-12 relative.

    Errors
        ValueError outside these ranges, for NaN, or an infinity other than gap = +inf.

    Source
        Corrected: Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Theorem 2, which gives it up
        to a constant. Hypotheses and proof: this project,
        docs/theory/luthra2025/alignment/parameters.md.

    >>> float(parameter_drift(5, smoothness=0.5, jacobian_norm=2, tau=0.5, gap=0.1).round(4))
    8.946
    """
    steps, exponent, norm, temperature, bound = _run(step_sum, smoothness, jacobian_norm, tau, gap)
    factor, power = growth(exponent)
    return quotient([factor, steps, norm, bound], [temperature], power)


def log_parameter_drift(
    step_sum: ArrayLike,
    smoothness: ArrayLike,
    jacobian_norm: ArrayLike,
    tau: ArrayLike,
    gap: ArrayLike,
) -> NDArray[np.float64]:
    r"""Logarithm of `parameter_drift`, which it gives also where that overflows.

    Formula
        log((e^(beta S) - 1) / (beta S)) + log S + log G - log tau + log gap   [nats]

    Symbols (arrays broadcast against each other)
        step_sum       S     sum of the step sizes, S >= 0
        smoothness     beta  beta >= 0
        jacobian_norm  G     G >= 0
        tau            tau   temperature, tau > 0
        gap                  in [0, +inf]

    S = 0, G = 0 or gap = 0 gives -inf, also against +inf.

    Accuracy
        1e-12 relative to the largest of its terms.

    Errors
        As `parameter_drift`.

    Source
        As `parameter_drift`.

    >>> float(log_parameter_drift(1e4, smoothness=1, jacobian_norm=1, tau=1, gap=1))
    10000.0
    """
    steps, exponent, norm, temperature, bound = _run(step_sum, smoothness, jacobian_norm, tau, gap)
    zero = (steps == 0) | (norm == 0) | (bound == 0)
    with np.errstate(invalid="ignore"):
        scale = log(steps) + log(norm) - log(temperature) + log(bound)
        return np.where(zero, -np.inf, log_growth(exponent) + scale)


def _run(
    step_sum: ArrayLike,
    smoothness: ArrayLike,
    jacobian_norm: ArrayLike,
    tau: ArrayLike,
    gap: ArrayLike,
) -> tuple[Array, Array, Array, Array, Array]:
    """The arguments in their domain, beta S in place of beta."""
    steps, beta, norm, temperature, bound = reals(step_sum, smoothness, jacobian_norm, tau, gap)
    require_at_least(0, step_sum=steps, smoothness=beta, jacobian_norm=norm)
    require_positive(tau=temperature)
    require_gap(bound)
    return steps, quotient([beta, steps]), norm, temperature, bound
