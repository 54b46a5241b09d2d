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


def test_bounds_add_less_than_numpy_costs() -> None:
    """A ratio within one run; `make bench` has the seconds."""

    def ratio() -> float:
        lines = import_bounds("-X", "importtime").stderr.splitlines()
        cumulative = {line.split("|")[-1].strip(): int(line.split("|")[1]) for line in lines[1:]}
        return cumulative["bounds"] / cumulative["numpy"]

    assert min(ratio() for _ in range(3)) < 2.0
