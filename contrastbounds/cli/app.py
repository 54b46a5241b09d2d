"""The commands under one name, and every error of the user's as one line on stderr."""

import importlib.metadata
import sys
from collections.abc import Sequence
from typing import Annotated, cast

import typer

from contrastbounds.cli.audit import audit
from contrastbounds.cli.bound import bound
from contrastbounds.cli.figures import figures
from contrastbounds.cli.list import list_claims
from contrastbounds.cli.verify import verify

INTERRUPTED = 130
UNUSABLE = 2
# Public under its subclass only; the same class whether click is typer's own copy or not.
OPTION_ERROR = cast(type[typer.BadParameter], typer.BadParameter.__bases__[0])

app = typer.Typer(
    name="contrastbounds",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("verify")(verify)
app.command("audit")(audit)
app.command("bound")(bound)
app.command("figures")(figures)
app.command("list")(list_claims)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"contrastbounds {importlib.metadata.version('contrastbounds')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def contrastbounds(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """A referee for the theory of contrastive learning.

    Exit status: 0 as expected, 1 otherwise, 2 unusable input, 3 inconclusive.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(args: Sequence[str]) -> int:
    """Run one command line; the exit status. Bugs of ours keep their traceback."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("contrastbounds", list(args)) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort) as stop:
        return _fail(f"interrupted {stop}".rstrip(), INTERRUPTED)
    except OPTION_ERROR as error:
        return _fail(_sentence(error, args), UNUSABLE)
    except ValueError as error:
        return _fail(str(error), UNUSABLE)
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None:
            raise
        reason = (error.strerror or type(error).__name__).lower()
        return _fail(f"cannot use {str(error.filename)!r}: {reason}", UNUSABLE)
    return 0


def _sentence(error: typer.BadParameter, args: Sequence[str]) -> str:
    """Click's sentence in the manner of ours: with the value that broke the rule."""
    message = error.format_message().replace("Value error, ", "")
    message = message[:1].lower() + message[1:].rstrip(".")
    for option in getattr(getattr(error, "param", None), "opts", ()):
        for at, word in enumerate(args):
            name, equals, value = word.partition("=")
            if name == option and (equals or at + 1 < len(args)):
                got = repr(value if equals else args[at + 1])
                return message if got in message else f"{message}, got {got}"
    return message


def _fail(message: str, status: int) -> int:
    sys.stdout.flush()
    print("contrastbounds:", " ".join(message.split()), file=sys.stderr)
    return status
