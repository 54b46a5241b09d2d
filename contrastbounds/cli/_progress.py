"""A progress bar on stderr, shown on a terminal only."""

from types import TracebackType

from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from contrastbounds.cli._console import stderr


class Progress:
    """What is being done, and how far it is."""

    def __init__(self, what: str, total: int) -> None:
        console = stderr()
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[done]}", style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, total=total, done="")

    def __enter__(self) -> "Progress":
        """Show it."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away, for the results to stand alone."""
        self._bar.stop()

    def advance(self, steps: int = 1) -> None:
        """So much more is done."""
        self._bar.advance(self._task, steps)

    def say(self, done: str) -> None:
        """What is done, in words."""
        self._bar.update(self._task, done=done)
