"""The classifier whose weights are the class means: its risk and its errors."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from bounds import accumulated_rounding
from theory.risks._inputs import Model, read_model


def mean_supervised_risk(
    features: Tensor | ArrayLike, classes: Tensor | ArrayLike, prior: Tensor | ArrayLike
) -> Tensor:
    r"""Cross-entropy of the softmax whose weights are the class means.

    Formula
        R_mu = E log sum_j exp(f(x).(mu_j - mu_c)),   mu_j = E[f(x) | class j],  c the class
        of x        [nats]

    Symbols
        features  f   (..., n, d) float32 or float64, one model per leading index
        classes       (n,) integers 0..C-1, every class present; points of a class equally likely
        prior     pi  C for the uniform law, or (C,) probabilities, used as they are

    Returns
        a (...,) tensor of the dtype of `features`, computed in float64, differentiable.

    Range
        >= `supervised_risk`, >= 0; log C for constant features.

    Errors
        ValueError as `contrastive_risk`.

    Source
        Arora et al. (2019), arXiv:1902.09229; Bao, Nagano & Nozawa (2022), arXiv:2110.02501.

    >>> corners = torch.eye(3, dtype=torch.float64)
    >>> round(mean_supervised_risk(corners, torch.arange(3), [0.7, 0.2, 0.1]).item(), 12)
    0.551444713932
    """
    model = read_model(features, classes, prior)
    return cross_entropy(model, model.means).to(model.dtype)


def zero_one_error(
    features: Tensor | ArrayLike, classes: Tensor | ArrayLike, prior: Tensor | ArrayLike
) -> Tensor:
    r"""Probability that the mean classifier errs; a tie is an error.

    Formula
        P( max_{j != c} f(x).mu_j >= f(x).mu_c ),   c the class of x        [no unit]

    Symbols, Errors
        as `mean_supervised_risk`

    Tie
        the margin f(x).(mu_c - mu_j) is a sum of n_c + n_j and d products; it counts as a tie
        when it is at most g(n + d + 3) sum_a |f_a(x)| (m_ca + m_ja), g(k) = k u/(1 - k u) with
        the u of float64 and m the class means of |f|: Higham's bound on what rounding can have
        made of 0. So means that coincide are ties in every order of summation, and a result is
        never below the exact probability.

    Range
        [0, 1], at most R_mu/log 2 up to that rounding; 0 for one class. No gradient.

    Source
        standard; in this setting Arora et al. (2019), arXiv:1902.09229.

    >>> zero_one_error([[1.0], [-1.0], [-2.0]], [0, 1, 1], prior=2).item()
    0.0
    >>> zero_one_error([[1.0], [1.0], [0.0]], [0, 1, 2], prior=3).item()
    1.0
    """
    model = read_model(features, classes, prior)
    x, means = model.x.detach(), model.means.detach()
    sizes = model.within_class @ x.abs()
    own, own_size = means[..., model.classes, :], sizes[..., model.classes, :]  # (..., n, d)
    n, d = x.shape[-2:]
    unit = accumulated_rounding(n + d + 3, torch.finfo(torch.float64).eps)
    errs = torch.zeros(x.shape[:-1], dtype=torch.bool, device=x.device)
    for j in range(len(model.prior)):
        # f(x).(mu_c - mu_j) in this order: equal means cancel before they are multiplied.
        margin = (x * (own - means[..., j : j + 1, :])).sum(dim=-1)
        rounding = unit * (x.abs() * (own_size + sizes[..., j : j + 1, :])).sum(dim=-1)
        errs |= (margin <= rounding) & (model.classes != j)
    # Errors are counted before they are weighed: a class that errs throughout weighs pi_c.
    members = torch.nn.functional.one_hot(model.classes).double()
    return (errs.double() @ members / model.counts @ model.prior).to(model.dtype)


def cross_entropy(model: Model, weights: Tensor) -> Tensor:
    """E [LSE_j f(x).w_j - f(x).w_c], (...,), for weights (..., c, d)."""
    scores = model.x @ weights.mT  # (..., n, c)
    own = scores.gather(-1, model.classes[:, None].expand(*scores.shape[:-1], 1)).squeeze(-1)
    return (scores.logsumexp(dim=-1) - own) @ model.weights
