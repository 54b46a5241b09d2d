"""Unusable input: one line that says what was wrong, exit 2, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from contrastbounds.cli.app import run
from tests.contrastbounds.shell import ENVIRONMENT, FALSE_CLAIMS, assert_one_line, shell


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("verify", "luthra2025-dcl-gap"), ("'luthra2025-dcl-gap'", "luthra2025-dcl-nscl-gap")),
        (("verify", "--cases", "many"), ("--cases", "'many'")),
        (("verify", "--device", "tpu"), ("--device", "'tpu'")),
        (("verify", "--nope"), ("--nope",)),
        (("nope",), ("'nope'",)),
    ],
)
def test_a_shell_gets_one_line(
    args: tuple[str, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    assert_one_line(shell(*args, cwd=tmp_path), *words)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("verify", "--cases", "0"), ("cases >= 1", "cases=0")),
        (("verify", "--cases=1.5"), ("--cases", "'1.5'")),
        (("verify", "--workers", "0", "--cases", "1"), ("workers >= 1", "workers=0")),
        (("verify", "--cases", "1", "--thorough"), ("--thorough", "cases=1")),
        (("verify", "--resume"), ("--resume", "--out")),
        (("verify", "--figures"), ("--figures", "--out")),
        (("verify", "--dtype", "float16"), ("--dtype", "'float16'")),
        (("verify", "nothing-*"), ("'nothing-*'", "contrastbounds list")),
        (("verify", "--claims", "none.py"), ("none.py",)),
        (("verify", "--claims", "syntax.py"), ("syntax error", "line 1", "syntax.py")),
        (("verify", "--claims", "raises.py"), ("ZeroDivisionError", "line 2", "raises.py")),
        (("verify", "--claims", "empty.py"), ("CLAIM", "empty.py")),
        (("verify", "--claims", "text.txt"), ("text.txt",)),
        (("verify", "--claims", "mine.py", "--claims", "copy.py"), ("one twice", "copy.py")),
        (("verify", "--out", "text.txt"), ("'text.txt'",)),
        (("verify", "--out", "text.txt/below"), ("text.txt/below", "not a directory")),
        (("verify", "--out", "."), ("empty folder", "'copy.py'")),
        (("list", "--json", "--markdown"), ("--json", "--markdown")),
        (("list", "nothing"), ("'nothing'",)),
        (("figures", "loss-gap"), ("'loss-gap'", "loss_gap")),
        (("figures", "loss_gap", "--workers", "0"), ("workers=0",)),
        (("bound", "dcl_gap"), ("'dcl_gap'", "dcl_nscl_gap")),
        (("bound", "AnchorGap"), ("'AnchorGap'",)),
        (("bound", "dcl_nscl_gap", "n_total"), ("key=value", "'n_total'")),
        (("bound", "dcl_nscl_gap", "n_totl=9"), ("n_total, n_max, tau", "'n_totl'")),
        (("bound", "dcl_nscl_gap", "n_total=9"), ("needs n_max", "[tau=1.0]")),
        (("bound", "dcl_nscl_gap", "n_total=9", "n_total=9"), ("twice",)),
        (("bound", "dcl_nscl_gap", "n_total=a", "n_max=1"), ("n_total=a",)),
        (("bound", "dcl_nscl_gap", "n_total=5", "n_max=5"), ("n_max=5, n_total=5",)),
        (("bound", "dcl_nscl_gap", "n_total=9,5", "n_max=5"), ("at index (1,)",)),
    ],
)
def test_the_line_says_what_was_wrong(
    args: tuple[str, ...],
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("text.txt", "no claims\n"),
        ("empty.py", "x = 1\n"),
        ("syntax.py", "def (\n"),
        ("raises.py", "x = 1\ny = x / 0\n"),
        ("mine.py", FALSE_CLAIMS),
        ("copy.py", FALSE_CLAIMS),
    ):
        Path(name).write_text(text, encoding="utf-8")
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("contrastbounds: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_refusing_options_leaves_earlier_results_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results.json").write_text('{"generator": "contrastbounds"}')
    for option in (("--cases", "0"), ("--workers", "0")):
        assert run(["verify", "--out", str(tmp_path), *option]) == 2
    assert (tmp_path / "results.json").exists()


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "contrastbounds", "bound"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 141
