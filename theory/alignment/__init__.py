"""How alike two representations are, and how far shared randomness keeps two trainings together."""

from theory.alignment.descent import (
    drift_certificate,
    negative_weights,
    similarity_descent,
    similarity_gradient,
)

__all__ = [
    "drift_certificate",
    "negative_weights",
    "similarity_descent",
    "similarity_gradient",
]
