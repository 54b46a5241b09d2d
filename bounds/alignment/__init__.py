"""How far contrastive and supervised training drift apart under shared randomness."""

from bounds.alignment.composition import composition_deviation, composition_quantile
from bounds.alignment.drift import (
    log_similarity_drift,
    log_similarity_drift_gronwall,
    similarity_drift,
    similarity_drift_gronwall,
)
from bounds.alignment.floors import cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from bounds.alignment.nonexpansive import (
    similarity_drift_by_row,
    similarity_drift_nonexpansive,
    similarity_drift_rowwise,
)
from bounds.alignment.parameters import log_parameter_drift, parameter_drift
from bounds.alignment.reweighting import (
    gradient_gap,
    log_gradient_gap,
    reweighting_distance,
    same_class_mass,
)

__all__ = [
    "cka_floor",
    "cka_floor_sharp",
    "composition_deviation",
    "composition_quantile",
    "gradient_gap",
    "log_gradient_gap",
    "log_parameter_drift",
    "log_similarity_drift",
    "log_similarity_drift_gronwall",
    "parameter_drift",
    "reweighting_distance",
    "rsa_floor",
    "rsa_floor_sharp",
    "same_class_mass",
    "similarity_drift",
    "similarity_drift_by_row",
    "similarity_drift_gronwall",
    "similarity_drift_nonexpansive",
    "similarity_drift_rowwise",
]
