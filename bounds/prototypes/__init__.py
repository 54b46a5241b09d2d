"""The price of label-free prototypes: gap of the repelling term, minima, certificate."""

from bounds.prototypes.certificate import supervised_certificate
from bounds.prototypes.forces import alignment_threshold
from bounds.prototypes.gap import best_alpha, jensen_gap, repel_gap
from bounds.prototypes.minima import (
    balanced_contrastive_minimum,
    balanced_supervised_minimum,
    critical_repulsion,
    free_prototype_minimum,
    same_view_contrastive_minimum,
)

__all__ = [
    "alignment_threshold",
    "balanced_contrastive_minimum",
    "balanced_supervised_minimum",
    "best_alpha",
    "critical_repulsion",
    "free_prototype_minimum",
    "jensen_gap",
    "repel_gap",
    "same_view_contrastive_minimum",
    "supervised_certificate",
]
