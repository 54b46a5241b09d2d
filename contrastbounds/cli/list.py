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
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As the page docs/claims.md.")
    ] = False,
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
        typer.echo(markdown_page(chosen))
    else:
        _print(chosen)


def markdown_page(chosen: "list[Chosen]") -> str:
    """The claims of a folder in a table: one row a theorem, its variants side by side."""
    folders: dict[str, dict[str, list[str]]] = {}
    for c in (chosen.claim for chosen in chosen):
        ladders = folders.setdefault(_folder(c), {})
        ladders.setdefault(_theorem(c), []).append(f"`{c.name}` {c.status}, {c.kind}")
    return "\n\n".join(f"{heading}\n\n{_table(folders[heading])}" for heading in folders)


def _table(ladders: dict[str, list[str]]) -> str:
    rows = [("theorem", "claims"), ("---", "---")]
    rows += [(theorem, "<br>".join(claims)) for theorem, claims in ladders.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _folder(claim: Any) -> str:
    """The heading of the claim's section: what its package says of itself."""
    import sys

    package = sys.modules.get(_module(claim).rpartition(".")[0])
    words = (getattr(package, "__doc__", None) or "Claims of your own").partition("\n")[0]
    return f"## {_escaped(words.removesuffix('.'))}"


def _theorem(claim: Any) -> str:
    """What the claim's file is about, with a link to it if it is part of this distribution."""
    words, name = _escaped(_about(claim)), _module(claim)
    return f"[{words}](../{name.replace('.', '/')}.py)" if name.startswith("theory.") else words


def _module(claim: Any) -> str:
    from theory.claims._registry import home

    return getattr(home(claim.name), "__name__", "")


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
