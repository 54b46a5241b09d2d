"""The folder of ``--out``: ours to fill, or a message before hours of work are put into it."""

import json
from pathlib import Path

from contrastbounds.errors import UsageError
from contrastbounds.report.results import GENERATOR

JOURNAL = "cases.jsonl"
RESULTS = ("results.json", "results.csv", "report.html")
FIGURES = "figures"


def prepare(out: Path, *, resume: bool = False) -> Path:
    """`out` as a folder that can be written to; without `resume`, earlier results are removed.

    A folder with something else in it is refused unless it has been written by us before.
    """
    out.mkdir(parents=True, exist_ok=True)
    others = sorted({p.name for p in out.iterdir()} - {JOURNAL, FIGURES, *RESULTS, ".DS_Store"})
    if others and not _ours(out):
        raise UsageError(
            f"need a new or empty folder, or one of earlier results, for --out, "
            f"got {str(out)!r} with {others[0]!r} in it"
        )
    for name in RESULTS if resume else (*RESULTS, JOURNAL):
        (out / name).unlink(missing_ok=True)
    (out / JOURNAL).touch()
    return out


def _ours(out: Path) -> bool:
    if (out / JOURNAL).is_file():
        return True
    try:
        content = json.loads((out / "results.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("generator") == GENERATOR


def front_page(out: Path) -> Path:
    """What to open first: the page, or the results where there is no jinja2 to make one."""
    page = out / "report.html"
    return page if page.exists() else out / "results.json"
