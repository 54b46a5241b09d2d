"""Figures drawn through the application."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

import contrastbounds.drawing
from contrastbounds.cli.app import app
from contrastbounds.drawing import draw_figures


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What is drawn, and at which size; nothing is."""
    seen: list[tuple[str, bool]] = []

    def save(name: str, out: Path, *, full: bool = False) -> list[Path]:
        seen.append((name, full))
        return [out / f"{name}.svg"]

    monkeypatch.setattr(contrastbounds.drawing, "save", save)
    return seen


@pytest.mark.parametrize("full", [True, False])
def test_the_size_reaches_every_figure_with_and_without_workers(
    full: bool, tmp_path: Path, asked: list[tuple[str, bool]]
) -> None:
    names = ["losses", "cdnv"]
    paths = [tmp_path / "losses.svg", tmp_path / "cdnv.svg"]
    with ThreadPoolExecutor(1) as executor:
        for pool in (None, executor):
            assert draw_figures(names, tmp_path, pool, full=full) == paths
    assert asked == [(name, full) for name in names] * 2


@pytest.mark.parametrize("full", [True, False])
def test_the_command_asks_for_the_full_size(
    full: bool, tmp_path: Path, asked: list[tuple[str, bool]]
) -> None:
    args = ["figures", "losses", "--out", str(tmp_path), "--workers", "1"]
    done = CliRunner().invoke(app, [*args, "--full"] if full else args)
    assert done.exit_code == 0, done.output
    assert asked == [("losses", full)]
