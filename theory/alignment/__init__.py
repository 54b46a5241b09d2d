"""How alike two representations are, and how far shared randomness keeps two trainings together."""

from theory.alignment.cka import cka, gram_cka
from theory.alignment.descent import (
    drift_certificate,
    negative_weights,
    similarity_descent,
    similarity_gradient,
)
from theory.alignment.indices import SimilarityIndices, similarity_indices
from theory.alignment.inference import Comparison, IndexInference, compare
from theory.alignment.ladder import DriftLadder, batch_composition, drift_ladder
from theory.alignment.rounding import cka_rounding, rsa_rounding
from theory.alignment.rsa import rsa
from theory.alignment.weight_drift import weight_drift_certificate
from theory.alignment.weights import relative_weight_gap

__all__ = [
    "Comparison",
    "DriftLadder",
    "IndexInference",
    "SimilarityIndices",
    "batch_composition",
    "cka",
    "cka_rounding",
    "compare",
    "drift_certificate",
    "drift_ladder",
    "gram_cka",
    "negative_weights",
    "relative_weight_gap",
    "rsa",
    "rsa_rounding",
    "similarity_descent",
    "similarity_gradient",
    "similarity_indices",
    "weight_drift_certificate",
]
