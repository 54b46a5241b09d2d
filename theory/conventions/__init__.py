"""Which convention a contrastive loss follows: `identify` says it from the loss's values."""

from theory.conventions._layouts import LAYOUTS
from theory.conventions.convention import Convention
from theory.conventions.resolver import identify

__all__ = ["LAYOUTS", "Convention", "identify"]
