"""Exact risks of a representation with finite support, without Monte Carlo."""

from theory.risks.contrastive import contrastive_risk, contrastive_risk_paired, positive_score
from theory.risks.mean_classifier import mean_supervised_risk, zero_one_error
from theory.risks.rounding import risk_rounding
from theory.risks.statistics import RiskStatistics, risk_statistics

__all__ = [
    "RiskStatistics",
    "contrastive_risk",
    "contrastive_risk_paired",
    "mean_supervised_risk",
    "positive_score",
    "risk_rounding",
    "risk_statistics",
    "zero_one_error",
]
