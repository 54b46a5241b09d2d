"""The registry: one module per theorem in a paper's folder, ending in ``CLAIMS = (...)``."""

from theory.claims._claim import Check, Claim, Interval, Kind, Outcome, Source, Status
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims._registry import all_claims, load
from theory.claims._verdict import Verdict

__all__ = [
    "Check",
    "Choices",
    "Claim",
    "Integers",
    "Interval",
    "Kind",
    "Outcome",
    "Point",
    "Reals",
    "Source",
    "Status",
    "Verdict",
    "all_claims",
    "load",
]
