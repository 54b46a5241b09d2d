"""``verify`` in a process of its own: statuses, files, workers, resuming."""

import csv
import json
import math
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from contrastbounds.cli.app import run
from tests.contrastbounds.shell import ENVIRONMENT, FALSE_CLAIMS, Finished, shell

CHEAP = ("luthra2025-dcl-nscl-gap*", "luthra2025-direction-misprint")
FEW = ("--cases", "30")


def rows(folder: Path) -> list[dict[str, Any]]:
    """The results of a run."""
    content: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content["results"]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with claims of one's own in it, some of them false."""
    path = tmp_path_factory.mktemp("verify")
    (path / "mine.py").write_text(FALSE_CLAIMS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> Finished:
    """One run with one worker into `one`."""
    return shell("verify", *CHEAP, *FEW, "--workers", "1", "--out", "one", cwd=folder)


@pytest.fixture(scope="module")
def mine(folder: Path) -> Finished:
    """One run of the claims of one's own into `own`."""
    return shell(
        "verify", "--claims", "mine.py", *FEW, "--workers", "1", "--out", "own", cwd=folder
    )


def test_all_as_expected_is_status_0(undisturbed: Finished) -> None:
    assert undisturbed.returncode == 0, undisturbed.stderr
    assert undisturbed.stderr == ""


def test_the_table_has_status_and_outcome_beside_every_name(
    undisturbed: Finished, folder: Path
) -> None:
    head, *lines, count, where = undisturbed.stdout.splitlines()
    for word in ("claim", "status", "kind", "outcome", "cases", "least slack", "tightest"):
        assert word in head
    for line, row in zip(lines, rows(folder / "one"), strict=True):
        assert line.split()[:4] == ["✓", row["claim"], row["status"], row["kind"]]
        assert ("violated (expected)" if row["status"] == "refuted" else " holds ") in line
    assert count.endswith("1 violated; all as expected")
    assert where == f"report in {Path('one', 'report.html')}"


def test_workers_and_selection_do_not_change_a_verdict(folder: Path, undisturbed: Finished) -> None:
    done = shell("verify", CHEAP[1], CHEAP[0], *FEW, "--workers", "2", "--out", "two", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert rows(folder / "two") == rows(folder / "one")
    assert done.stdout.replace("two", "one") == undisturbed.stdout


def test_a_run_cut_off_resumes_to_the_same_results(folder: Path, undisturbed: Finished) -> None:
    complete = (folder / "one" / "cases.jsonl").read_text(encoding="utf-8")
    lines = complete.splitlines(keepends=True)
    cut = folder / "cut"
    cut.mkdir()
    (cut / "cases.jsonl").write_text("".join(lines[:2]) + lines[2][:40], encoding="utf-8")
    args = ("verify", *CHEAP, *FEW, "--workers", "1", "--out", "cut")
    done = shell(*args, "--resume", cwd=folder)
    assert done.stderr == f"contrastbounds: 2 of {len(lines)} claims were verified before\n"
    assert rows(cut) == rows(folder / "one")
    assert (cut / "results.csv").read_bytes() == (folder / "one" / "results.csv").read_bytes()
    journal = (cut / "cases.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    assert sorted(journal[:2] + journal[3:]) == sorted(lines)


def test_results_say_where_they_come_from(undisturbed: Finished, folder: Path) -> None:
    text = (folder / "one" / "results.json").read_text(encoding="utf-8")

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    content = json.loads(text, parse_constant=refuse)
    assert (content["schema"], content["generator"], content["kind"]) == (
        1,
        "contrastbounds",
        "verify",
    )
    provenance = content["provenance"]
    assert provenance["seed"] == 0
    assert (provenance["dtype"], provenance["device"]) == ("float64", "cpu")
    assert provenance["tf32"] is False
    assert {"torch", "numpy", "contrastbounds"} <= provenance["versions"].keys()
    assert content["options"]["cases"] == 30
    assert content["summary"]["claims"] == len(content["results"])


def test_the_table_of_results_has_the_same_rows(undisturbed: Finished, folder: Path) -> None:
    with (folder / "one" / "results.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    for cells, row in zip(table, rows(folder / "one"), strict=True):
        assert cells.keys() == row.keys()
        assert cells["claim"] == row["claim"]
        assert float(cells["slack"]) == row["slack"]
        assert json.loads(cells["worst_case"]) == row["worst_case"]


def test_an_unexpected_outcome_is_status_1_and_can_be_seen_again(
    mine: Finished, folder: Path
) -> None:
    assert mine.returncode == 1
    assert "Traceback" not in mine.stderr
    line = next(x for x in mine.stdout.splitlines() if "mine-false" in x and "import" in x)
    code = line.partition("see it again")[2].strip()
    again = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    row = next(row for row in rows(folder / "own") if row["claim"] == "mine-false")
    assert row["outcome"] == "violated"
    assert f"slack={row['slack']!r}" in again.stdout
    assert row["rebuild"] == code


def test_own_claims_alone_are_verified_when_none_is_named(mine: Finished, folder: Path) -> None:
    outcomes = {row["claim"]: row["outcome"] for row in rows(folder / "own")}
    assert outcomes == {
        "mine-false": "violated",
        "mine-true": "holds",
        "mine-open": "inconclusive",
        "mine-vacuous": "vacuous",
    }
    content = json.loads((folder / "own" / "results.json").read_text(encoding="utf-8"))
    assert content["provenance"]["inputs"].keys() == {"mine.py"}


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["mine-open", "mine-true"], 3),
        (["mine-vacuous", "mine-true"], 3),
        (["mine-open", "mine-false"], 1),
        (["mine-true"], 0),
    ],
)
def test_undecided_is_status_3_unless_something_is_wrong(
    names: list[str],
    status: int,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    assert run(["verify", "--claims", "mine.py", *names, *FEW, "--workers", "1"]) == status
    out = capsys.readouterr().out
    assert ("1 not as expected" in out) == (status == 3)


def assert_gone(group: int) -> None:
    """No process of the group is left, but perhaps for a moment."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("a worker outlives the command")


def test_an_interrupted_run_says_how_to_go_on_and_does(tmp_path: Path) -> None:
    # The last claim waits for a file that is not there before the run has been interrupted.
    waiting = FALSE_CLAIMS.replace("measured=lambda case:", "measured=lambda case: wait(name) or")
    wait = (
        "def wait(name):\n"
        "    while name == 'mine-vacuous' and not os.path.exists('go'):\n"
        "        time.sleep(0.01)\n\n\n"
    )
    waiting = waiting.replace("import time\n", "import os\nimport time\n")
    waiting = waiting.replace("def claim(", f"{wait}def claim(")
    (tmp_path / "slow.py").write_text(waiting, encoding="utf-8")
    command = [sys.executable, "-m", "contrastbounds", "verify", "--claims", "slow.py"]
    command += ["--cases", "60", "--workers", "2", "--out", "out"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background jobs ignore the signal, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        journal = tmp_path / "out" / "cases.jsonl"
        while not (journal.exists() and journal.stat().st_size):
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, err
    assert out == ""
    assert err.startswith("contrastbounds: interrupted after ")
    assert err.count("\n") == 1
    again = shlex.split(err.partition("go on with: ")[2])
    assert again == ["contrastbounds", *command[3:], "--resume"]
    assert_gone(process.pid)
    (tmp_path / "go").touch()
    done = shell(*again[1:], "--workers", "1", cwd=tmp_path)
    assert "claims were verified before" in done.stderr
    assert len(rows(tmp_path / "out")) == 4
    assert all(math.isfinite(row["slack"]) for row in rows(tmp_path / "out"))
