"""The audit on a terminal: what it means first, the tables after that."""

from collections import Counter

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from contrastbounds.audit._audit import Audit, Data
from contrastbounds.audit._row import Outcome
from contrastbounds.audit._table import Table
from contrastbounds.audit.sentences import sentences
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
    console.print(Text(f"Audit of {audit.data.source}", style="bold"), soft_wrap=True)
    for line in header(audit.data):
        console.print(Text(line, style="dim"))
    console.print()
    for sentence in sentences(audit):
        text = Text.assemble((f"{sentence.about}: ", "bold"), sentence.text)
        console.print(Padding(text, (0, 0, 0, 2), expand=False))
    for table in tables(audit):
        console.print()
        _print_table(console, table)
    console.print()
    console.print(Text(verdict(audit), style="bold red" if audit.violated else "bold green"))


def header(data: Data) -> tuple[str, ...]:
    """What was audited and what was done to it."""
    low, high = min(data.class_sizes), max(data.class_sizes)
    sizes = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"{data.n} samples x {data.k} view{'s' if data.k > 1 else ''} x {data.d} dimensions, "
        f"{data.n_classes} classes of {sizes}; tau = {data.tau:g}",
        f"{data.norms}",
    )


def verdict(audit: Audit) -> str:
    """The outcome of all bounds in one line."""
    count = Counter(row.outcome for row in audit.rows)
    listed = ", ".join(f"{count[name]} {word}" for name, word in WORDS.items() if count[name])
    return f"{len(audit.rows)} bounds: {listed}"


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
