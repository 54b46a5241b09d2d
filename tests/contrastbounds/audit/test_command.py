"""`contrastbounds audit` as a process: what it prints, what it writes, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contrastbounds.audit import gap_bounds, session
from contrastbounds.cli.app import run
from tests.contrastbounds.audit.conftest import clusters
from tests.contrastbounds.audit.test_loading import BAD_FILES, Y, Z, saved

ROOT = Path(__file__).parents[3]


def contrastbounds(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contrastbounds", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": ""},
        timeout=120,
        check=False,
    )


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    given = clusters((8, 8, 8), spread=0.1)
    return saved(tmp_path / "a.npz", embeddings=given.z, labels=given.labels)


def test_a_process_prints_and_writes_the_audit(tmp_path: Path, npz: Path) -> None:
    done = contrastbounds("audit", npz, "--shots", "1,5", "--out", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.index("Theorem 1: Your DCL is") < done.stdout.index("Loss gap beside")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "report.html",
        "results.csv",
        "results.json",
    ]
    content = json.loads((tmp_path / "out/results.json").read_text())
    assert content["provenance"]["inputs"]["embeddings"] == content["data"]["sha256"]
    page = (tmp_path / "out/report.html").read_text()
    assert page.count("<svg") == 4
    assert "http" not in page.replace("http://www.w3.org", "")


def test_without_jinja_only_the_page_is_missing(
    tmp_path: Path, npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert run(["audit", str(npz), "--shots", "1", "--out", str(tmp_path / "out")]) == 0
    assert "pip install" in capsys.readouterr().err
    assert not (tmp_path / "out/report.html").exists()


def test_a_failed_bound_exits_1(
    npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gap_bounds, "dcl_nscl_gap", lambda *a: np.float64(0.0))
    assert run(["audit", str(npz), "--shots", "1"]) == 1
    assert "violated" in capsys.readouterr().out


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_line_and_exit_2(tmp_path: Path, name: str) -> None:
    make, words = BAD_FILES[name]
    make(tmp_path / "bad.npz")
    done = contrastbounds("audit", "bad.npz", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("contrastbounds: need ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tau", "0"], "need a finite --tau > 0, got 0.0"),
        (["--tau", "nan"], "need a finite --tau > 0, got nan"),
        (["--tau", "warm"], "invalid value for '--tau'"),
        (["--shots", "1,x"], "need --shots as whole numbers"),
        (["--shots", "0"], "need --shots as whole numbers"),
        (["--seed", "-1"], "need --seed >= 0"),
        (["--labels", "nowhere.npy"], "got no file at nowhere.npy"),
    ],
)
def test_a_bad_option_is_one_line(
    npz: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", str(npz), *options]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_foreign_folder_is_refused_before_the_work(
    tmp_path: Path, npz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").touch()
    assert run(["audit", str(npz), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert "thesis.tex" in printed.err
    assert printed.out == ""


def test_digits_bring_their_own_labels(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "digits", "--labels", "y.npy"]) == 2
    assert "need no --labels for digits" in capsys.readouterr().err


def test_long_work_is_announced(
    npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "LONG", -1.0)
    assert run(["audit", str(npz), "--shots", "1"]) == 0
    assert "24 x 2 x 8: this takes about" in capsys.readouterr().err


def test_labels_of_a_second_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "z.npy", Z)
    np.save(tmp_path / "y.npy", np.array(["cat", "dog", "emu"])[Y])
    command = ["audit", str(tmp_path / "z.npy"), "--labels", str(tmp_path / "y.npy")]
    assert run([*command, "--shots", "1"]) == 0
    printed = capsys.readouterr().out
    assert "Closest to merging: '" in printed
    assert "12 samples x 2 views x 4 dimensions, 3 classes of 4" in printed
