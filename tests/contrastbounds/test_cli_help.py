"""Help, version, and how little they load."""

from importlib.metadata import version
from pathlib import Path

import pytest

from tests.contrastbounds.shell import shell

HEAVY = ("torch", "scipy", "matplotlib", "sklearn", "jinja2", "numpy")
COMMANDS = ("verify", "audit", "bound", "figures", "list")


def loaded(stderr: str) -> set[str]:
    """Top-level packages in the log of ``python -X importtime``."""
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in stderr.splitlines()}


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("verify", "--help"), ("nope",)])
def test_help_and_errors_of_options_load_no_heavy_package(
    args: tuple[str, ...], tmp_path: Path
) -> None:
    done = shell(*args, cwd=tmp_path, python=("-X", "importtime"))
    assert "typer" in loaded(done.stderr)
    assert not loaded(done.stderr) & set(HEAVY)


def test_a_bound_needs_no_torch(tmp_path: Path) -> None:
    done = shell(
        *("bound", "dcl_nscl_gap", "n_total=1000", "n_max=10"),
        cwd=tmp_path,
        python=("-X", "importtime"),
    )
    assert done.stdout == "0.07198286526983326\n"
    assert "numpy" in loaded(done.stderr)
    assert not loaded(done.stderr) & {"torch", "matplotlib", "sklearn"}


def test_help_names_every_command(tmp_path: Path) -> None:
    with_option, bare = shell("--help", cwd=tmp_path), shell(cwd=tmp_path)
    assert with_option.returncode == bare.returncode == 0
    assert with_option.stdout.strip() == bare.stdout.strip()
    for command in COMMANDS:
        assert command in bare.stdout


def test_version_is_the_distribution_s(tmp_path: Path) -> None:
    done = shell("--version", cwd=tmp_path)
    assert done.stdout == f"contrastbounds {version('contrastbounds')}\n"
