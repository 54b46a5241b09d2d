"""Exact risks of a representation with finite support, without Monte Carlo."""

from theory.risks.contrastive import contrastive_risk, contrastive_risk_paired, positive_score
from theory.risks.mean_classifier import mean_supervised_risk, zero_one_error
from theory.risks.rounding import risk_rounding
from theory.risks.statistics import RiskStatistics, risk_statistics
from theory.risks.supervised import SupervisedRisk, supervised_risk
from theory.risks.witnesses import (
    MonteCarloRisk,
    enumerated_contrastive_risk,
    monte_carlo_contrastive_risk,
)

__all__ = [
    "MonteCarloRisk",
    "RiskStatistics",
    "SupervisedRisk",
    "contrastive_risk",
    "contrastive_risk_paired",
    "enumerated_contrastive_risk",
    "mean_supervised_risk",
    "monte_carlo_contrastive_risk",
    "positive_score",
    "risk_rounding",
    "risk_statistics",
    "supervised_risk",
    "zero_one_error",
]
