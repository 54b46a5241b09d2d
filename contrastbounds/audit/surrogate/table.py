"""The surrogate gap as tables of words: a line for each bound, a column for each K."""

from collections.abc import Iterable, Sequence

from contrastbounds.audit._row import Row
from contrastbounds.audit._table import BOUNDED, Table, line, number, unmet
from contrastbounds.audit.surrogate.measure import Surrogate, SurrogateAt

WIDTH = 3  # numbers of negatives beside each other in 80 columns
MARKS = {"vacuous": "*", "violated": " violated", "inconclusive": " ?", "tight": "="}


def surrogate_tables(found: Surrogate) -> tuple[Table, ...]:
    """The theorems' sampling; views as positives; what does not depend on K."""
    parts = [found.at[i : i + WIDTH] for i in range(0, len(found.at), WIDTH)]
    views = [part for part in parts if part[0].contrastive_risk_views is not None]
    return (
        *(_independent(found, part) for part in parts),
        *(_paired(found, part) for part in views),
        _supervised(found),
    )


def _independent(found: Surrogate, part: Sequence[SurrogateAt]) -> Table:
    rows = [[r for r in at.rows if not _with_views(r)] for at in part]
    same = (number(found.mean_supervised_risk),) * len(part)
    return Table(
        title="Surrogate gap: contrastive against supervised risk, K negatives, nats",
        columns=("", "status", *(f"K = {at.n_negatives}" for at in part)),
        rows=(
            ("R_cont", "measured", *(number(at.contrastive_risk) for at in part)),
            ("R_mu", "measured", *same),
            *_lines(rows),
        ),
        notes=(
            f"exact for {found.part}",
            "anchor and positive independent given the class, as in the theorems",
            f"* vacuous: R_mu is in 0...{number(found.trivial)} = ln C + 2 L^2, L^2 = 1/tau. "
            "= equality",
            *unmet(row for each in rows for row in each),
        ),
    )


def _supervised(found: Surrogate) -> Table:
    rows = found.supervised_rows
    return Table(
        title="Supervised risk R_mu of the class means: its floors, and what it bounds",
        columns=BOUNDED,
        rows=tuple(line(row) for row in rows if row.applies),
        notes=unmet(rows),
    )


def _paired(found: Surrogate, part: Sequence[SurrogateAt]) -> Table:
    rows = [[r for r in at.rows if _with_views(r)] for at in part]
    risks = (number(at.contrastive_risk_views) for at in part)
    same = (number(found.mean_supervised_risk),) * len(part)
    moments = found.moments
    return Table(
        title="Surrogate gap with another view of the same sample as positive, as trained",
        columns=("", "status", *(f"K = {at.n_negatives}" for at in part)),
        rows=(
            ("R_cont", "measured", *risks),
            ("R_mu", "measured", *same),
            *_lines(rows),
        ),
        notes=(
            f"mean scores: E s_0 = {number(moments.positive)} of views of one sample, "
            f"A = {number(moments.alignment)} within a class",
            *unmet(row for each in rows for row in each),
        ),
    )


def _with_views(row: Row) -> bool:
    return row.quantity.endswith("views as positives")


def _lines(columns: Sequence[Sequence[Row]]) -> Iterable[tuple[str, ...]]:
    """A line for each bound that applies somewhere; the columns list the same ones in order."""
    for rows in zip(*columns, strict=True):
        if any(row.applies for row in rows):
            first = rows[0]
            quantity = first.quantity.split(",")[0]
            yield f"{quantity} {first.relation} {first.title}", first.status, *map(_cell, rows)


def _cell(row: Row) -> str:
    return "-" if row.bound is None else number(row.bound) + MARKS.get(row.outcome, "")
