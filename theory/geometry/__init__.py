"""The geometry of labelled features: class statistics, CDNV, neural collapse."""

from theory.geometry.cdnv import cdnv, directional_cdnv, root_cdnv
from theory.geometry.collapse import NeuralCollapse, etf_deviation, neural_collapse
from theory.geometry.statistics import ClassStatistics, class_statistics

__all__ = [
    "ClassStatistics",
    "NeuralCollapse",
    "cdnv",
    "class_statistics",
    "directional_cdnv",
    "etf_deviation",
    "neural_collapse",
    "root_cdnv",
]
