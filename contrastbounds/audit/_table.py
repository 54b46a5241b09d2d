"""A table of words, for the terminal and for a page."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from contrastbounds.audit._row import Row
from contrastbounds.verification.verdicts import tightness

BOUNDED = ("", "status", "measured", "bound", "ratio", "outcome")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A title, cells, and notes below; the first column is words, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def number(x: float | None, digits: int = 4) -> str:
    """Four digits; a dash where there is nothing."""
    return "-" if x is None or math.isnan(x) else f"{x:.{digits}g}"


def line(row: Row) -> tuple[str, ...]:
    """One bound under the columns of `BOUNDED`."""
    return (
        row.title,
        row.status,
        f"{number(row.measured)} {row.relation}",
        number(row.bound),
        _ratio(row),
        row.outcome,
    )


def _ratio(row: Row) -> str:
    """Two digits, more where those would read 1 short of equality."""
    text = number(row.ratio, 2)
    if row.ratio is None or text != "1" or row.outcome == "tight":
        return text
    return tightness(row.ratio)


def unmet(rows: Iterable[Row]) -> tuple[str, ...]:
    """Which bounds do not apply, together with those that fail for the same reason."""
    reasons: dict[str, dict[str, None]] = {}
    for row in rows:
        if not row.applies:
            reasons.setdefault(row.hypothesis, {})[row.title] = None
    return tuple(f"{'; '.join(who)}: not applicable, {why}" for why, who in reasons.items())
