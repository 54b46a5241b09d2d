"""``contrastbounds figures``: draw the figures and write what they show."""

from pathlib import Path
from typing import Annotated

import typer

from contrastbounds.cli._options import Workers


def figures(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Figures, as in figures/fig_NAME.py."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write.")] = Path(
        "report/figures"
    ),
    full: Annotated[
        bool,
        typer.Option("--full", help="Figures of training runs at full size: minutes each."),
    ] = False,
    workers: Workers = None,
) -> None:
    """Draw figures as SVG, PDF and PNG, with the plotted data as CSV. Without NAME all of them."""
    from contrastbounds.drawing import draw_figures
    from contrastbounds.processes import default_workers, pool
    from figures._save import find

    chosen = find(names or ())
    count = default_workers(len(chosen)) if workers is None else workers
    with pool(count) as executor:
        for path in draw_figures(chosen, out, executor, full=full):
            typer.echo(str(path))
