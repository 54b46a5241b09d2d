"""The least cross-entropy of a linear classifier on given features, with a lower bound."""

from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.risks._inputs import Model, read_model
from theory.risks._softmax_fit import fit_softmax
from theory.risks.mean_classifier import cross_entropy


@dataclass(frozen=True, kw_only=True)
class SupervisedRisk:
    """An upper and a lower value of inf_W R(W), and the weights that reach the upper one."""

    value: Tensor  # (...,), R at `weights`, differentiable in the features
    lower_bound: Tensor  # (...,), in [0, value]: no W of norm up to `radius` does better
    weights: Tensor  # (..., c, d)
    gradient_norm: Tensor  # (...,), |dR/dW| at `weights`, Frobenius
    radius: Tensor  # (...,), 10 (1 + |W|)

    @property
    def gap(self) -> Tensor:
        """How far `value` can be above the least one within `radius`."""
        return self.value.detach() - self.lower_bound


def supervised_risk(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    *,
    max_iterations: int = 2000,
) -> SupervisedRisk:
    r"""Supervised risk: the infimum over linear classifiers without bias.

    Formula
        R_supv = inf_W E log sum_j exp(f(x).(w_j - w_c)),   c the class of x        [nats]

    Symbols
        features, classes, prior  as `mean_supervised_risk`
        max_iterations            of L-BFGS, from W = the class means, and of Newton's method; >= 0

    Returns
        `SupervisedRisk`, in the dtype of `features`, computed in float64. `value` is R at the
        weights reached, hence an upper bound, and at most `mean_supervised_risk`. Its derivative
        is taken at fixed weights, which is that of the infimum where it is attained.

    Lower bound
        R is convex: with G its gradient at the weights W reached, every V has
        R(V) >= R(W) + <G, V - W> >= R(W) - |G| (|W| + |V|), and R >= 0. Where the infimum is
        not attained (0 at infinity for separable classes) `value` is what the iterations
        reached, and the bound speaks of |V| <= `radius`; 0 is always below. The bound is as
        exact as R(W), see `risk_rounding`.

    Errors
        ValueError as `contrastive_risk`, and for max_iterations < 0.

    Source
        standard convex duality; R_supv <= R_mu in Arora et al. (2019), arXiv:1902.09229.

    >>> points = [[1.0], [1.0], [-1.0]]
    >>> risk = supervised_risk(points, [0, 1, 1], prior=[0.5, 0.5])
    >>> bool(risk.gap < 1e-9), round(risk.value.item(), 6)
    (True, 0.562335)
    """
    if not max_iterations >= 0:
        raise ValueError(f"need max_iterations >= 0, got max_iterations={max_iterations}")
    model = read_model(features, classes, prior)
    batch = model.x.shape[:-2]
    points = model.x.detach().flatten(0, -3) if batch else model.x.detach()[None]
    starts = model.means.detach().reshape(len(points), len(model.prior), -1)
    w, y = model.weights.cpu().numpy(), model.classes.cpu().numpy()
    fits = [
        torch.as_tensor(fit_softmax(x, start, w, y, max_iterations))
        for x, start in zip(points.cpu().numpy(), starts.cpu().numpy(), strict=True)
    ]
    return _certified(model, torch.stack(fits).to(model.x).reshape(model.means.shape))


def _certified(model: Model, weights: Tensor) -> SupervisedRisk:
    """The better of the weights and the class means, with the bound from its gradient."""
    means = model.means.detach()
    worse = cross_entropy(model, weights).detach() >= cross_entropy(model, means).detach()
    weights = torch.where(worse[..., None, None], means, weights)
    value = cross_entropy(model, weights)
    x = model.x.detach()
    residual = (x @ weights.mT).softmax(dim=-1) - torch.nn.functional.one_hot(model.classes)
    gradient = (model.weights[:, None] * residual).mT @ x
    gradient_norm = gradient.norm(dim=(-2, -1))
    size = weights.norm(dim=(-2, -1))
    radius = 10 * (1 + size)
    lower = (value.detach() - gradient_norm * (size + radius)).clamp(min=0.0)
    return SupervisedRisk(
        value=value.to(model.dtype),
        lower_bound=lower.to(model.dtype),
        weights=weights.to(model.dtype),
        gradient_norm=gradient_norm.to(model.dtype),
        radius=radius.to(model.dtype),
    )
