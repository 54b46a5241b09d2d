"""The surrogate gap: contrastive risk of the embeddings against supervised risk."""

from contrastbounds.audit.surrogate.measure import Surrogate, SurrogateAt, surrogate
from contrastbounds.audit.surrogate.sentences import sampling, surrogate_gap
from contrastbounds.audit.surrogate.table import surrogate_tables

__all__ = [
    "Surrogate",
    "SurrogateAt",
    "sampling",
    "surrogate",
    "surrogate_gap",
    "surrogate_tables",
]
