"""The contrastive risk by its definition: every tuple counted, or tuples drawn."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.risks._inputs import Model, read_model, read_negatives, read_pairing

_MOST_TUPLES = 10**7
_TILE = 2**20  # scores held at a time


@dataclass(frozen=True, kw_only=True)
class MonteCarloRisk:
    """A sample mean and its standard error, (...,) tensors; models share the tuples."""

    value: Tensor
    standard_error: Tensor


def enumerated_contrastive_risk(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    n_negatives: ArrayLike,
    pairing: Tensor | ArrayLike | None = None,
) -> Tensor:
    r"""Contrastive risk by its definition, one term per tuple (x, x+, x_1, ..., x_K).

    Formula
        sum_i w_i sum_j P_ij sum_{k_1..k_K} w_{k_1} ... w_{k_K}
            log(1 + sum_l exp(f(x_i).f(x_{k_l}) - f(x_i).f(x_j)))        [nats]
        with w_i = pi_{y_i}/n_{y_i}

    Symbols, Errors
        as `contrastive_risk_paired`; without `pairing`, P_ij = 1[y_i = y_j]/n_{y_i}. ValueError
        for n^(K+2) > 10^7 tuples.

    Returns
        as `contrastive_risk`, by torch's own differentiation, any number of times.

    Source
        Bao, Nagano & Nozawa (2022), arXiv:2110.02501.

    >>> round(enumerated_contrastive_risk([[1.0], [-1.0]], [0, 1], 2, n_negatives=3).item(), 12)
    0.951935155018
    """
    model = read_model(features, classes, prior)
    k = read_negatives(n_negatives)
    n = len(model.classes)
    if (k + 2) * math.log(n) > math.log(_MOST_TUPLES):
        raise ValueError(f"need n^(n_negatives + 2) <= 1e7, got n={n}, n_negatives={k}")
    law = _positive_law(model, pairing)
    scores = model.x @ model.x.mT
    tuples = torch.cartesian_prod(*[torch.arange(n, device=model.x.device)] * k).reshape(-1, k)
    chance = model.weights[tuples].prod(dim=-1)
    total = model.x.new_zeros(model.x.shape[:-2])
    for i in range(n):
        negatives = scores[..., i, :][..., tuples].logsumexp(dim=-1)  # (..., tuples)
        terms = _log_one_plus(negatives[..., None] - scores[..., i, None, :])
        total = total + model.weights[i] * (chance @ terms @ law[i])
    return total.to(model.dtype)


def monte_carlo_contrastive_risk(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    n_negatives: ArrayLike,
    pairing: Tensor | ArrayLike | None = None,
    *,
    n_samples: int,
    generator: torch.Generator,
) -> MonteCarloRisk:
    r"""Contrastive risk estimated from independent tuples (x, x+, x_1, ..., x_K).

    Formula
        mean of log(1 + sum_k exp(f(x).f(x_k) - f(x).f(x+))) over S tuples, and the standard
        deviation of one term over sqrt(S)        [nats]

    Symbols, Errors
        as `enumerated_contrastive_risk`, any n and K
        n_samples  S  tuples, >= 2; time is O(S K d)
        generator     where the tuples come from, the same for every model of a batch

    Range
        unbiased; values in float64, no gradient.

    Source
        Bao, Nagano & Nozawa (2022), arXiv:2110.02501.

    >>> g = torch.Generator().manual_seed(0)
    >>> corners = [[1.0], [-1.0]]
    >>> risk = monte_carlo_contrastive_risk(corners, [0, 1], 2, 3, n_samples=1000, generator=g)
    >>> bool(abs(risk.value - 0.951935) < 6 * risk.standard_error)
    True
    """
    model = read_model(features, classes, prior)
    k = read_negatives(n_negatives)
    if n_samples < 2:
        raise ValueError(f"need n_samples >= 2, got n_samples={n_samples}")
    law = _positive_law(model, pairing)
    terms = torch.cat(list(_terms(model, law, k, n_samples, generator)), dim=-1)
    return MonteCarloRisk(
        value=terms.mean(dim=-1), standard_error=terms.std(dim=-1) / math.sqrt(n_samples)
    )


def _terms(
    model: Model, law: Tensor, k: int, n_samples: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """The terms of `n_samples` tuples, (..., s) at a time."""
    x = model.x.detach()
    scores = x @ x.mT
    weights, law = model.weights.to(generator.device), law.to(generator.device)
    block = max(1, _TILE // (max(k, len(law)) * scores[..., 0, 0].numel()))
    for start in range(0, n_samples, block):
        size = min(block, n_samples - start)
        anchors = torch.multinomial(weights, size, replacement=True, generator=generator)
        positives = torch.multinomial(law[anchors], 1, generator=generator)
        drawn = torch.multinomial(weights, size * k, replacement=True, generator=generator)
        i, j = anchors[:, None].to(x.device), positives.to(x.device)
        negatives = scores[..., i, drawn.reshape(size, k).to(x.device)].logsumexp(dim=-1)
        yield _log_one_plus(negatives - scores[..., i, j].squeeze(-1))


def _positive_law(model: Model, pairing: Tensor | ArrayLike | None) -> Tensor:
    return model.positive(slice(None)) if pairing is None else read_pairing(pairing, model)


def _log_one_plus(log_ratio: Tensor) -> Tensor:
    """log(1 + e^u); softplus is linear from 20 on, an error of 2e-9."""
    return torch.logaddexp(torch.zeros_like(log_ratio), log_ratio)
