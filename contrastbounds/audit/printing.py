"""The audit on a terminal: what it means first, the tables after that."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from contrastbounds.audit._audit import Audit, Data
from contrastbounds.audit._row import Outcome, Row, outcome
from contrastbounds.audit._table import Table
from contrastbounds.audit.comparison.measure import Comparison
from contrastbounds.audit.comparison.tables import comparison_tables
from contrastbounds.audit.sentences import Sentence, sentences, sentences_of
from contrastbounds.audit.tables import tables

WORDS: dict[Outcome, str] = {
    "violated": "violated",
    "inconclusive": "inconclusive",
    "holds": "hold",
    "tight": "hold with equality",
    "vacuous": "hold but say nothing here",
    "not applicable": "do not apply",
}
COLOURS = {"violated": "bold red", "vacuous": "yellow", "inconclusive": "yellow"}


def print_audit(console: Console, audit: Audit) -> None:
    """Header, sentences, tables, and the count of what came out how."""
    parts = (audit.rows, header(audit.data), sentences(audit), tables(audit))
    _print(console, title(audit.data), *parts)


def print_comparison(console: Console, comparison: Comparison) -> None:
    """The same for a comparison alone."""
    lines, said = comparison_header(comparison), sentences_of(comparison)
    parts = (comparison.rows, lines, said, comparison_tables(comparison))
    _print(console, comparison_title(comparison), *parts)


def _print(
    console: Console,
    heading: str,
    rows: Sequence[Row],
    lines: Sequence[str],
    said: Sequence[Sentence],
    shown: Sequence[Table],
) -> None:
    console.print(Text(heading, style="bold"), soft_wrap=True)
    for line in lines:
        console.print(Text(line, style="dim"))
    console.print()
    for sentence in said:
        text = Text.assemble((f"{sentence.about}: ", "bold"), sentence.text)
        console.print(Padding(text, (0, 0, 0, 2), expand=False))
    for table in shown:
        console.print()
        _print_table(console, table)
    console.print()
    failed = outcome(rows) == "violated"
    console.print(Text(verdict(rows), style="bold red" if failed else "bold green"))


def title(data: Data) -> str:
    """What this is."""
    return f"Audit of {data.source}"


def comparison_title(comparison: Comparison) -> str:
    """What this is, without an audit."""
    return f"Comparison of {comparison.first.source} with {comparison.other.source}"


def header(data: Data) -> tuple[str, ...]:
    """What was audited and what was done to it."""
    low, high = min(data.class_sizes), max(data.class_sizes)
    sizes = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"{data.n} samples x {_views(data.k)} x {data.d} dimensions, "
        f"{data.n_classes} classes of {sizes}; tau = {data.tau:g}",
        f"{data.norms}",
    )


def comparison_header(comparison: Comparison) -> tuple[str, ...]:
    """What was compared."""
    sides = (comparison.first, comparison.other)
    shapes = (f"{_views(side.k)} x {side.d} dimensions in {side.source}" for side in sides)
    return (f"{comparison.n} items: {'; '.join(shapes)}",)


def verdict(rows: Sequence[Row]) -> str:
    """The outcome of all bounds in one line."""
    count = Counter(row.outcome for row in rows)
    listed = ", ".join(f"{count[name]} {word}" for name, word in WORDS.items() if count[name])
    return f"{len(rows)} bounds: {listed}"


def _views(k: int) -> str:
    return f"{k} view{'s' if k > 1 else ''}"


def _print_table(console: Console, table: Table) -> None:
    console.print(Text(table.title, style="bold"))
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for at, column in enumerate(table.columns):
        words = at == 0 or column in ("status", "outcome")
        grid.add_column(column, justify="left" if words else "right", no_wrap=True)
    for row in table.rows:
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in row))
    console.print(grid)
    for note in table.notes:
        console.print(Text(f"  {note}", style="dim"))
