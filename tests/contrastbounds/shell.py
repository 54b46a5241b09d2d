"""The command line as a user has it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# No colours, and the same width, wherever the tests run.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR")},
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
}
Finished = subprocess.CompletedProcess[str]

FALSE_CLAIMS = '''
"""Sums that stay below 4.5; they do not."""

import time

from theory.claims import Claim, Integers, Reals, Source


def build(*, n, x, generator):
    return n, x


def claim(name, bound, **more):
    return Claim(
        name=name,
        statement=r"n + x \\le " + str(bound) + " <script>alert('&')</script>",
        source=Source(paper="A & B <2026>", item="Conjecture 1"),
        status="conjecture",
        kind="for-all",
        domain={"n": Integers(1, 5), "x": Reals(0.0, 1.0)},
        build=build,
        measured=lambda case: case[0] + case[1],
        bound=lambda case: bound,
        rounding=lambda case: 1e-12,
        **more,
    )


CLAIMS = (
    claim("mine-false", 4.5),
    claim("mine-true", 7.0),
    claim("mine-open", 6.0),
    claim("mine-vacuous", 9.0, trivial=lambda case: 6.0),
)
'''


def shell(*args: str | Path, cwd: Path, python: tuple[str, ...] = ()) -> Finished:
    """Run ``python -m contrastbounds`` with these arguments."""
    return subprocess.run(
        [sys.executable, *python, "-m", "contrastbounds", *map(str, args)],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def assert_one_line(done: Finished, *words: str) -> None:
    """Exit 2, nothing on stdout, one line on stderr that contains `words`."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("contrastbounds: ")
    for word in words:
        assert word in done.stderr
