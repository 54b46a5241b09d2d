"""Figures drawn side by side, with progress."""

from collections.abc import Sequence
from concurrent.futures import Executor, as_completed
from pathlib import Path

from contrastbounds.cli._progress import Progress
from figures._save import find, save


def draw_figures(
    names: Sequence[str], out: Path, executor: Executor | None, *, full: bool = False
) -> list[Path]:
    """Draw and save the named figures, or all of them; the files, figure by figure.

    With `full`, figures of training runs at their full size.
    """
    names = find(names)
    out.mkdir(parents=True, exist_ok=True)
    written: dict[str, list[Path]] = {}
    with Progress("drawing", len(names)) as bar:
        try:
            if executor is None:
                for name in names:
                    written[name] = save(name, out, full=full)
                    bar.advance()
            else:
                futures = {executor.submit(save, name, out, full=full): name for name in names}
                for future in as_completed(futures):
                    written[futures[future]] = future.result()
                    bar.advance()
        except KeyboardInterrupt:
            message = f"after {len(written)} of {len(names)} figures, which are in {out}"
            raise KeyboardInterrupt(message) from None
    return [path for name in names for path in written[name]]
