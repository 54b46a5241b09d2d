"""Scores against the class means less their average: what is left of ln C without subtracting it.

For equally likely classes z_j = f(x).mu_j, zeta_j = f(x).(mu_j - mubar), m = avg_j e^zeta_j. Then
R_mu - ln C = E[ln m - zeta_c] and C p_j = e^zeta_j / m, all of them small when their sum is.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims.bao2022._climbed import overshoot
from theory.claims.bao2022._models import RiskModel


@dataclass(frozen=True, kw_only=True)
class CentredScores:
    """One model, or a batch of them; differentiable in the features."""

    zeta: Tensor  # (..., n, c)
    own: Tensor  # (..., n), zeta_c for c the class of the row
    log_mean: Tensor  # (..., n), ln m
    weights: Tensor  # (n,), the mixture

    @property
    def losses(self) -> Tensor:
        """Cross-entropy less ln C of every point, (..., n)."""
        return self.log_mean - self.own

    @property
    def shares(self) -> Tensor:
        """C p_j - 1, (..., n, c)."""
        return (self.zeta - self.log_mean[..., None]).expm1()

    @property
    def own_shares(self) -> Tensor:
        """C p_c - 1, (..., n)."""
        return (-self.losses).expm1()


def centred_scores(features: Tensor, classes: Tensor) -> CentredScores:
    """Of features (..., n, d) with equally likely classes (n,)."""
    n_classes = int(classes.max()) + 1
    same = classes == torch.arange(n_classes, device=classes.device)[:, None]  # (c, n)
    counts = same.sum(dim=1).double()
    x = features.double()
    means = (same / counts[:, None]) @ x
    zeta = x @ (means - means.mean(dim=-2, keepdim=True)).mT
    column = classes[:, None].expand(*zeta.shape[:-1], 1)
    return CentredScores(
        zeta=zeta,
        own=zeta.gather(-1, column).squeeze(-1),
        log_mean=zeta.expm1().mean(dim=-1).log1p(),
        weights=1.0 / (n_classes * counts[classes]),
    )


def mean_excess(features: Tensor, classes: Tensor) -> Tensor:
    """R_mu - ln C, (...,)."""
    scores = centred_scores(features, classes)
    return scores.losses @ scores.weights


def centred_rounding(case: RiskModel) -> float:
    """Absolute error of a loss less ln C, and of the mean of such losses.

    A zeta is a difference of means and an inner product, off by g |f| |mu_j - mubar| <= 2 a g;
    ln m is as far off as the zetas, and by g avg |e^zeta - 1|/m <= 4 a g for its sum; the mean
    adds g times losses of at most 4 a. Features beyond the ball move each of the two terms by
    twice the `overshoot` of their scores.
    """
    n, d = case.features.shape
    unit = accumulated_rounding(2 * n + case.n_classes + d + 16, torch.finfo(torch.float64).eps)
    return float(20.0 * case.norm**2 * unit) + 4.0 * overshoot(case)
