"""``contrastbounds bound``: one calculator from the shell."""

from typing import Annotated

import typer


def bound(
    name: Annotated[
        str | None, typer.Argument(help="A calculator of `bounds`.", show_default=False)
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="key=value", help="Its arguments; commas make a vector."),
    ] = None,
) -> None:
    """Compute one closed-form bound, or list them all without NAME.

    contrastbounds bound dcl_nscl_gap n_total=1000 n_max=10 tau=0.1,0.5,1
    """
    from contrastbounds import calculators
    from contrastbounds.cli._console import stdout

    if name is None:
        stdout().print(_listing())
        return
    calculator = calculators.find(name)
    typer.echo(calculators.shown(calculator(**calculators.arguments(calculator, values or ()))))


def _listing() -> object:
    from rich.table import Table

    from contrastbounds import calculators

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("calculator", no_wrap=True)
    table.add_column("what", overflow="fold")
    for name, calculator in calculators.calculators().items():
        table.add_row(name, calculators.summary(calculator))
    return table
