"""The geometry of labelled features: class statistics, CDNV, neural collapse."""

from theory.geometry._blocks import Blocks
from theory.geometry.cdnv import cdnv, directional_cdnv, root_cdnv
from theory.geometry.collapse import NeuralCollapse, etf_deviation, neural_collapse
from theory.geometry.statistics import ClassStatistics, class_statistics
from theory.geometry.streaming import StreamedGeometry, streamed_geometry

__all__ = [
    "Blocks",
    "ClassStatistics",
    "NeuralCollapse",
    "StreamedGeometry",
    "cdnv",
    "class_statistics",
    "directional_cdnv",
    "etf_deviation",
    "neural_collapse",
    "root_cdnv",
    "streamed_geometry",
]
