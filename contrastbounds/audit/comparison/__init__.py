"""Two representations of the same items: how alike they are, and what their distance proves."""

from contrastbounds.audit.comparison.measure import STAGES, Comparison, compare

__all__ = ["STAGES", "Comparison", "compare"]
