"""One bound beside what it bounds, and whether the theorem speaks of this data at all."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from theory.claims import Status, all_claims

Relation = Literal["<=", ">=", "=="]
Outcome = Literal["holds", "tight", "vacuous", "inconclusive", "violated", "not applicable"]
Verdict = Literal["as expected", "violated", "inconclusive"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """`measured <relation> bound`, or the hypothesis that keeps the theorem from saying so."""

    claim: str
    title: str
    quantity: str
    relation: Relation
    measured: float
    bound: float | None = None
    """None where the theorem does not apply."""
    hypothesis: str = ""
    """What fails and by how much; empty where the theorem applies."""
    margin: float = 0.0
    """How far rounding, or chance at 1e-9, can have moved the two sides."""
    sampled: bool = False
    """Whether `measured` is a share of random trials."""
    trivial: float = math.inf
    """What is known without the theorem: a bound from here on is vacuous."""

    @property
    def status(self) -> Status:
        """Where the theorem stands, as the registry of claims says."""
        return all_claims()[self.claim].status

    @property
    def applies(self) -> bool:
        """Whether this data meets the theorem's hypotheses."""
        return not self.hypothesis

    @property
    def slack(self) -> float | None:
        """Distance left before the bound fails; None where it does not apply."""
        if self.bound is None:
            return None
        if self.relation == "==":
            return -abs(self.measured - self.bound)
        if math.isinf(self.bound):
            return math.inf
        return (self.bound - self.measured) * (-1.0 if self.relation == ">=" else 1.0)

    @property
    def ratio(self) -> float | None:
        """Tightness, 1 at equality: smaller side over larger; None unless both are positive."""
        if self.bound is None or not (self.measured > 0 and 0 < self.bound < math.inf):
            return None
        ratio = self.measured / self.bound
        return 1.0 / ratio if self.relation == ">=" else ratio

    @property
    def outcome(self) -> Outcome:
        """`violated` beyond the margin (NaN too); `tight` within rounding of equality."""
        slack = self.slack
        if slack is None:
            return "not applicable"
        if not slack >= -self.margin:
            return "violated"
        if self.sampled and slack < 0:
            return "inconclusive"
        if not self.sampled and slack <= self.margin:
            return "tight"
        return "vacuous" if self._says_nothing else "holds"

    @property
    def _says_nothing(self) -> bool:
        if self.bound is None or math.isinf(self.trivial):
            return self.bound is not None and self.bound >= self.trivial
        return self.bound <= self.trivial if self.relation == ">=" else self.bound >= self.trivial

    @property
    def useful(self) -> bool:
        """Whether the bound applies and says more than is known without it."""
        return self.outcome in ("holds", "tight", "inconclusive")


def outcome(rows: Iterable[Row]) -> Verdict:
    """Whether every bound that applies holds."""
    outcomes = {row.outcome for row in rows}
    if "violated" in outcomes:
        return "violated"
    return "inconclusive" if "inconclusive" in outcomes else "as expected"


def least(rows: tuple[Row, ...]) -> Row | None:
    """The sharpest of the upper bounds that apply."""
    return min(
        (r for r in rows if r.bound is not None and r.relation == "<="),
        key=lambda r: r.bound if r.bound is not None else math.inf,
        default=None,
    )


def find(rows: tuple[Row, ...], claim: str) -> Row:
    """The row of a claim of the first paper, named without its prefix."""
    return next(row for row in rows if row.claim == f"luthra2025-{claim}")
