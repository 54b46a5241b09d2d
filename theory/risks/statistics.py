"""The few numbers of a representation from which its surrogate gap is certified."""

from dataclasses import dataclass

from numpy.typing import ArrayLike
from torch import Tensor

from theory.risks._inputs import read_model


@dataclass(frozen=True, kw_only=True)
class RiskStatistics:
    """Moments of the class means, each a (...,) tensor; 0 <= mean_square <= alignment <= norm^2."""

    mean_square: Tensor  # rho = |mubar|^2, mubar = sum_c pi_c mu_c
    alignment: Tensor  # A = sum_c pi_c |mu_c|^2 = E s_0
    cross: Tensor  # q = mubar.m_u, m_u the unweighted mean of the mu_c
    norm: Tensor  # L, the largest |f(x)|


def risk_statistics(
    features: Tensor | ArrayLike, classes: Tensor | ArrayLike, prior: Tensor | ArrayLike
) -> RiskStatistics:
    r"""What the certificate of the surrogate gap needs to know of a representation.

    Formula
        rho = |mubar|^2,  A = sum_c pi_c |mu_c|^2,  q = mubar.(1/C) sum_c mu_c,  L = max |f(x)|
        with mubar = sum_c pi_c mu_c        [squared units of the features; L in their unit]

    Symbols, Errors
        as `mean_supervised_risk`

    Returns
        `RiskStatistics` in the dtype of `features`, computed in float64, differentiable.

    Range
        0 <= rho <= A <= L^2 and |q| <= L^2; q = rho for a uniform prior.

    Source
        This project.

    >>> stats = risk_statistics([[1.0], [-1.0]], [0, 1], prior=[0.75, 0.25])
    >>> [v.item() for v in (stats.mean_square, stats.alignment, stats.cross, stats.norm)]
    [0.25, 1.0, 0.0, 1.0]
    """
    model = read_model(features, classes, prior)
    means = model.means
    centre = model.prior @ means
    return RiskStatistics(
        mean_square=centre.square().sum(dim=-1).to(model.dtype),
        alignment=(means.square().sum(dim=-1) @ model.prior).to(model.dtype),
        cross=(centre * means.mean(dim=-2)).sum(dim=-1).to(model.dtype),
        norm=model.x.norm(dim=-1).amax(dim=-1).to(model.dtype),
    )
