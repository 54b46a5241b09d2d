"""E ln(e^s_0 + ... + e^s_K) for a finite law of scores, by one integral whatever K is.

With M_i = max_j G_ij, E_ij = e^(G_ij - M_i), w the law of a negative and P_i that of the positive,
Frullani's ln S = int (e^-t - e^(-t S)) dt/t and the independence of the K + 1 scores give, t = e^u,

    E LSE = M_i + int (e^-t - psi_i phi_i^K) du,   phi_i = sum_j w_j e^(-t E_ij),
                                                  psi_i = sum_j P_ij e^(-t E_ij).

The derivative is an integral too, of positive terms that add up to 1 over j:

    dE LSE/dG_ij = int t E_ij e^(-t E_ij) [P_ij phi_i^K + K w_j psi_i phi_i^(K-1)] du.

It is taken in the same pass: no graph is kept, and where phi rounds to 0 there is no logarithm
left to differentiate.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from scipy.special import exp1
from torch import Tensor

from theory._once import only_once

Law = Callable[[slice], Tensor]  # rows i of a law over the n points, (r, n)

_ORDER, _LENGTH = 16, 2.0  # Gauss-Legendre nodes of a panel, and its largest length in u
_TILE = 2**18  # exponentials held at a time
# The integrand is below e^-40 before the first node and e^-45 after the last.
_BEFORE, _AFTER = 40.0, math.log(45.0)


def expected_log_sum(x: Tensor, positive: Law, weights: Tensor, n_negatives: int) -> Tensor:
    """E LSE of the scores of every model, (...,), for float64 features x (..., n, d)."""
    with_slope = x.requires_grad and torch.is_grad_enabled()
    value: Tensor = _ExpectedLogSum.apply(  # type: ignore[no-untyped-call]  # torch does not annotate it
        x, positive, weights, n_negatives, with_slope
    )
    return value


class _ExpectedLogSum(torch.autograd.Function):
    """Value and gradient together, in blocks of anchors: O(n d) is kept, O(n block) is held."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, positive: Law, weights: Tensor, n_negatives: int, with_slope: bool
    ) -> Tensor:
        total, gradient = x.new_zeros(x.shape[:-2]), torch.zeros_like(x)
        block = max(1, _TILE // (_ORDER * x[..., 0].numel()))
        for start in range(0, x.shape[-2], block):
            rows = slice(start, start + block)
            scores = x[..., rows, :] @ x.mT
            value, slope = _row_log_sums(scores, positive(rows), weights, n_negatives, with_slope)
            total += value @ weights[rows]
            if with_slope:
                slope *= weights[rows, None]
                gradient[..., rows, :] += slope @ x
                gradient += slope.mT @ x[..., rows, :]
        ctx.save_for_backward(x, gradient)
        return total

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, gradient = ctx.saved_tensors
        slope = only_once(x, gradient, "contrastive risks")
        return upstream[..., None, None] * slope, None, None, None, None


def _row_log_sums(
    scores: Tensor, positive: Tensor, weights: Tensor, n_negatives: int, with_slope: bool
) -> tuple[Tensor, Tensor]:
    """E LSE of every row of scores (..., r, n), and its slope in them (zeros if not wanted)."""
    largest = scores.amax(dim=-1)
    log_ratio = scores - largest[..., None]
    laws = torch.stack([weights.expand_as(positive), positive], dim=-1)  # (r, n, 2)
    value, slope = largest.clone(), torch.zeros_like(scores)
    spread = -float(log_ratio.min())
    panels = max(1, _TILE // (_ORDER * scores.numel()))
    for u, step, edge, remaining in _nodes(spread, n_negatives, panels, scores):
        # Whatever t E is beyond e^7, its exponential is 0; the limit keeps inf * 0 out.
        first = (u[:, :1] + log_ratio[..., None, :]).clamp(max=7.0).exp()  # (..., r, p, n)
        within = (u[0] - u[0, 0]).exp()[:, None]
        t_ratio = (first[..., None, :] * within).flatten(-3, -2)  # (..., r, q, n)
        gone = torch.expm1(-t_ratio).neg_()  # 1 - e^(-t E), without cancellation for small t
        away = gone @ laws
        power, shared = _powers(away, n_negatives)
        integrand = (
            torch.expm1(-u.flatten().exp()) - torch.expm1(power) + away[..., 1] * power.exp()
        )
        value += integrand @ step
        if with_slope:
            both = torch.stack([shared, power.exp()], dim=-2) * step  # (..., r, 2, q)
            density = t_ratio.mul_(gone.neg_().add_(1.0))
            slope += ((both @ density) * laws.mT).sum(dim=-2)
        # psi and phi fall in t: the second term is at most this much per unit of u from here on,
        # and what the first has left is an exponential integral.
        if float(torch.maximum(shared, power.exp())[..., -1].max()) * remaining <= 1e-17:
            value += float(exp1(math.exp(min(edge, 700.0))))
            break
    return value, slope


def _powers(away: Tensor, n_negatives: int) -> tuple[Tensor, Tensor]:
    """Return K ln phi and K psi phi^(K-1), from 1 - phi and 1 - psi on the last axis of `away`."""
    log_phi = torch.log1p(-away[..., 0].clamp(max=1.0)).clamp_(min=-700.0)
    others = ((n_negatives - 1) * log_phi).exp_()
    return n_negatives * log_phi, n_negatives * (1.0 - away[..., 1]) * others


def _nodes(
    spread: float, n_negatives: int, panels: int, like: Tensor
) -> Iterator[tuple[Tensor, Tensor, float, float]]:
    """Nodes u (p, 16) of at most `panels` panels, their weights, the edge reached, what is left."""
    low = -_BEFORE - math.log1p(n_negatives)
    high = _AFTER + spread
    count = math.ceil((high - low) / _LENGTH)
    length = (high - low) / count
    points, steps = (like.new_tensor(v) for v in np.polynomial.legendre.leggauss(_ORDER))
    for first in range(0, count, panels):
        last = min(first + panels, count)
        centres = low + length * (0.5 + torch.arange(first, last).to(like))
        yield (
            centres[:, None] + 0.5 * length * points,
            (0.5 * length * steps).repeat(last - first),
            low + length * last,
            length * (count - last),
        )
