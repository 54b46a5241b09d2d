"""``contrastbounds list``: what is claimed, and how sure that is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from contrastbounds.cli._options import ClaimFiles

if TYPE_CHECKING:
    from contrastbounds.verification.choice import Chosen


def list_claims(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CLAIM", help="Names or patterns such as 'luthra2025-*'."),
    ] = None,
    claims: ClaimFiles = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As the table of README.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the claims: name, status, kind, source, statement."""
    from contrastbounds.errors import UsageError
    from contrastbounds.verification.choice import choose

    if markdown and json:
        raise UsageError("need one format, got --markdown and --json")
    chosen = choose(names or (), claims or ())
    if json:
        typer.echo(_json(chosen))
    elif markdown:
        typer.echo(markdown_table(chosen))
    else:
        _print(chosen)


def markdown_table(chosen: "list[Chosen]") -> str:
    """The table of claims for README: one row a theorem, its variants side by side."""
    ladders: dict[str, list[str]] = {}
    for c in (chosen.claim for chosen in chosen):
        ladders.setdefault(_theorem(c), []).append(f"`{c.name}` {c.status}, {c.kind}")
    rows = [("theorem", "claims"), ("---", "---")]
    rows += [(theorem, "<br>".join(claims)) for theorem, claims in ladders.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _theorem(claim: Any) -> str:
    """What the claim's file is about, with a link to it if it is part of this distribution."""
    from theory.claims._registry import home

    words = _escaped(_about(claim))
    name = getattr(home(claim.name), "__name__", "")
    return f"[{words}]({name.replace('.', '/')}.py)" if name.startswith("theory.") else words


def _escaped(text: str) -> str:
    """Words for a markdown cell: no cell ends, no emphasis from a subscript or a product."""
    for mark in "\\|*_<>$":
        text = text.replace(mark, f"\\{mark}")
    return text


def _about(claim: Any) -> str:
    from contrastbounds.verification.choice import about

    return about(claim)


def _json(chosen: "list[Chosen]") -> str:
    import json

    from contrastbounds.verification.verdicts import description

    return json.dumps([description(c.claim) for c in chosen], indent=2, ensure_ascii=False)


def _print(chosen: "list[Chosen]") -> None:
    from rich.padding import Padding
    from rich.text import Text

    from contrastbounds.cli._console import stdout

    console = stdout()
    width = max(len(c.claim.name) for c in chosen)
    for c in (chosen.claim for chosen in chosen):
        console.print(Text(f"{c.name:<{width}}  {c.status:<10}  {c.kind}", style="bold"))
        for text in filter(None, (_about(c), str(c.source), c.statement)):
            console.print(Padding(Text(text), (0, 0, 0, 4), expand=False))
