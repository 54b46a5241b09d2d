"""`contrastbounds audit --other` as a user has it."""

import json
from pathlib import Path

import numpy as np
import pytest

from contrastbounds.audit import session
from contrastbounds.audit._estimate import comparison_estimate
from contrastbounds.audit.comparison import floors
from contrastbounds.cli.app import run
from contrastbounds.embeddings import items
from tests.contrastbounds.audit.conftest import clusters
from tests.contrastbounds.audit.test_loading import BAD_FILES, saved
from tests.contrastbounds.shell import assert_one_line, shell

X = np.random.default_rng(0).normal(size=(24, 6))
Y = X[:, :4] + 0.3 * np.random.default_rng(1).normal(size=(24, 4))
LABELS = np.arange(24) % 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.save(tmp_path / "a.npy", X)
    np.save(tmp_path / "b.npy", Y)
    np.save(tmp_path / "short.npy", Y[:-1])
    np.save(tmp_path / "three.npy", X[:3])
    np.save(tmp_path / "same.npy", np.ones((24, 3)))
    saved(tmp_path / "a.npz", embeddings=X, labels=LABELS)
    saved(tmp_path / "other.npz", embeddings=Y, labels=np.where(LABELS == 2, 1, LABELS))
    return tmp_path


def test_without_labels_the_comparison_stands_alone(folder: Path) -> None:
    done = shell("audit", "a.npy", "--other", "b.npy", "--out", "out", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert words.startswith("Comparison of a.npy with b.npy 24 items: 1 view x 6 dimensions")
    assert "Alignment: Items are arranged" in words
    assert "Theorem 1" not in words
    assert "4 bounds: " in words
    content = json.loads((folder / "out/results.json").read_text())
    assert set(content["provenance"]["inputs"]) == {"embeddings", "other"}
    assert content["comparison"]["other"]["sha256"] == content["provenance"]["inputs"]["other"]
    assert len((folder / "out/results.csv").read_text().splitlines()) == 5
    page = (folder / "out/report.html").read_text()
    assert page.count("<svg") == 2
    assert "<h1>Comparison of a.npy with b.npy</h1>" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_with_labels_the_audit_has_it_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    command = ["audit", str(folder / "a.npz"), "--other", str(folder / "b.npy"), "--shots", "1"]
    assert run([*command, "--permutations", "19", "--out", str(out)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words.index("Alignment: Items") < words.index("Theorem 1: Your DCL")
    assert "RSA, pairs of one class" in words
    assert "null: 19 permutations" in words
    page = (out / "report.html").read_text()
    assert "<h2>Alignment with b.npy</h2>" in page
    assert page.index('id="figure-alignment"') < page.index('id="figure-gap-ladder"')
    rows = json.loads((out / "results.json").read_text())["results"]
    assert sum("alignment" in row["claim"] for row in rows) == 4


def test_the_same_file_twice_is_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(folder / "a.npy"), "--other", str(folder / "a.npy")]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "RSA 1 [1, 1]" in words
    assert "4 bounds: 4 hold with equality" in words


def test_long_work_is_announced_with_the_comparison(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "LONG", 40.0)
    monkeypatch.setattr(session, "estimate", lambda *args, **kwargs: 30.0)
    monkeypatch.setattr(session, "comparison_estimate", lambda *args, **kwargs: 300.0)
    for name in ("a.npy", "a.npz"):
        both = ["audit", str(folder / name), "--other", str(folder / "b.npy")]
        assert run([*both, "--permutations", "19", "--shots", "1"]) == 0
        minutes = "5 minutes" if name == "a.npy" else "6 minutes"
        assert f"24 x 1 x 6: this takes about {minutes}" in capsys.readouterr().err
    assert run(["audit", str(folder / "a.npz"), "--shots", "1"]) == 0
    assert "this takes" not in capsys.readouterr().err


@pytest.mark.parametrize("d", [8, 900])
def test_a_comparison_takes_the_longer_the_more_permutations(d: int) -> None:
    x, y = (items(np.random.default_rng(seed).normal(size=(800, d))) for seed in range(2))
    few, some, many = (comparison_estimate(x, y, p, device="cpu") for p in (1, 10**5, 10**7))
    assert (few == 0) == (d == 8)
    assert few < some < 10 * some < many


def test_names_and_labels_are_escaped(folder: Path) -> None:
    name = "<b>&$x_{.npy"
    np.save(folder / name, Y)
    out = folder / "out"
    assert (
        run(["audit", str(folder / "a.npy"), "--other", str(folder / name), "--out", str(out)]) == 0
    )
    page = (out / "report.html").read_text()
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;$x_{.npy" in page


def test_files_of_one_name_are_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, rows in (("one", X), ("two", Y)):
        (folder / name).mkdir()
        np.save(folder / name / "z.npy", rows)
    command = ["audit", str(folder / "one/z.npy"), "--other", str(folder / "two/z.npy")]
    assert run(command) == 0
    assert "Comparison of one/z.npy with two/z.npy" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", [name for name in BAD_FILES if name not in ("no labels", "one class")]
)
def test_a_bad_other_file_is_one_line(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = BAD_FILES[name]
    make(folder / "bad.npz")
    assert run(["audit", str(folder / "a.npy"), "--other", str(folder / "bad.npz")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("contrastbounds: need ")
    assert words in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["a.npy", "--other", "short.npy"], "got 24 in a.npy and 23 in short.npy"),
        (["three.npy", "--other", "three.npy"], "need at least 4 items to compare, got 3"),
        (["a.npy", "--other", "same.npy"], "the same row for all 24 in same.npy"),
        (["a.npz", "--other", "other.npz"], "got '2' in a.npz and '1' in other.npz at row 2"),
        (["a.npy", "--other", "nowhere.npy"], "got no file at nowhere.npy"),
        (["a.npy"], "need labels: an array 'labels' or --labels FILE"),
        (["a.npz", "--permutations", "99"], "need --other for --permutations"),
        (["a.npz", "--other", "b.npy", "--permutations", "18"], "need --permutations from 19"),
        (["a.npz", "--other", "b.npy", "--permutations", "x"], "invalid value for '--permut"),
        (["a.npz", "--other", "b.npy", "--seed", "-1"], "need --seed >= 0"),
        (["digits", "--other", "b.npy"], "need --other twin for digits, got 'b.npy'"),
    ],
)
def test_a_wrong_pair_is_one_line(
    folder: Path,
    args: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert run(["audit", *args]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_a_process_says_it_in_one_line(folder: Path) -> None:
    done = shell("audit", "a.npy", "--other", "short.npy", cwd=folder)
    assert_one_line(done, "need the same items in both files")


def test_a_failed_floor_exits_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(floors, "cka_floor_sharp", lambda rho: np.float64(1.0) + 1e-3 - 1e-9 * rho)
    assert run(["audit", str(folder / "a.npy"), "--other", str(folder / "b.npy")]) == 1
    assert "Failed bound: CKA, sharper: CKA of cosines is" in " ".join(
        capsys.readouterr().out.split()
    )


def test_labels_of_a_second_file_make_it_an_audit(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(folder / "y.npy", clusters((8, 8, 8)).labels)
    files = [str(folder / "a.npy"), "--labels", str(folder / "y.npy")]
    assert run(["audit", *files, "--other", str(folder / "b.npy"), "--shots", "1"]) == 0
    assert "Audit of a.npy" in capsys.readouterr().out
