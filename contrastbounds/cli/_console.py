"""Where a command prints: results on stdout, everything else on stderr."""

import sys

from rich.console import Console

UNBROKEN = 10_000  # columns; a file or a pipe gets whole lines


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to `main`: rich would exit with 1, which means something here."""
        raise BrokenPipeError


def stdout() -> Console:
    """For results: as wide as the terminal, or not wrapped at all."""
    width = None if sys.stdout.isatty() else UNBROKEN
    return _Output(width=width, highlight=False, emoji=False, markup=False)


def stderr() -> Console:
    """For progress, which shows on a terminal only."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def note(message: str) -> None:
    """One line about what is going on, beside the results."""
    print(f"contrastbounds: {message}", file=sys.stderr)
