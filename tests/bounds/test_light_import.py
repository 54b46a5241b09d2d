"""`import bounds` costs what numpy costs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def import_bounds(*options: str) -> subprocess.CompletedProcess[str]:
    probe = "import sys, bounds; print(*sys.modules)"
    return subprocess.run(
        [sys.executable, *options, "-c", probe],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip


def test_bounds_load_neither_torch_nor_matplotlib() -> None:
    loaded = set(import_bounds().stdout.split())
    assert "bounds.few_shot" in loaded
    assert not loaded & {"torch", "matplotlib", "mpmath"}


def test_bounds_are_imported_within_three_tenths_of_a_second() -> None:
    runs = (import_bounds("-X", "importtime").stderr for _ in range(3))
    times = [
        int(line.split("|")[1])
        for run in runs
        for line in run.splitlines()
        if line.endswith("| bounds")
    ]
    assert min(times) < 300_000  # microseconds; the least of three, since others compute too
