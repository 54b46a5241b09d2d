"""Runs of the toy experiment: interrupted and continued, on disk, by command."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

from synthetic.toy import ToyEpoch, ToyHistory, ToySetup, read_histories, train_toy
from synthetic.toy.__main__ import main
from synthetic.toy.evaluation import class_means, evaluate
from synthetic.toy.schedule import adam, plateau
from synthetic.toy.store import count_epochs
from synthetic.toy.worlds import Split, partners
from synthetic.training import Labelled

SETUP = ToySetup(n_classes=5, n_per_class=30, n_negatives=4, batch_size=30, width=16, seed=3)


class Killed(Exception):
    """What ends a run in these tests."""


def interrupted(folder: Path, setup: ToySetup, *, after: int) -> None:
    """A run that is killed once `after` epochs are done."""

    def kill(epoch: ToyEpoch) -> None:
        if epoch.epoch == after:
            raise Killed

    with pytest.raises(Killed):
        train_toy(setup, after + 5, folder=folder, on_epoch=kill)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_interrupted_run_goes_on_to_the_same_bits(
    tmp_path: Path, dtype: Literal["float32", "float64"]
) -> None:
    setup = replace(SETUP, dtype=dtype)
    whole = train_toy(setup, 6)
    for after in (1, 4):
        interrupted(tmp_path, setup, after=after)
    torch.rand(7)  # the global generator has no part in it
    assert train_toy(setup, 6, folder=tmp_path) == whole
    assert read_histories(tmp_path) == [whole]
    assert len((tmp_path / "epochs.jsonl").read_text().splitlines()) == 6


def test_a_line_that_a_kill_cut_off_is_written_again(tmp_path: Path) -> None:
    interrupted(tmp_path, SETUP, after=3)
    path = tmp_path / "epochs.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [len(run.epochs) for run in read_histories(tmp_path)] == [2]
    whole = train_toy(SETUP, 4, folder=tmp_path)
    assert read_histories(tmp_path) == [whole]
    assert whole == train_toy(SETUP, 4)


def test_a_kill_while_a_checkpoint_is_written_leaves_the_old_one(tmp_path: Path) -> None:
    interrupted(tmp_path, SETUP, after=2)
    (checkpoint,) = (tmp_path / "checkpoints").iterdir()
    checkpoint.with_suffix(".tmp").write_bytes(b"half a check")
    assert train_toy(SETUP, 3, folder=tmp_path) == train_toy(SETUP, 3)


def test_a_longer_run_begins_like_a_shorter_one_and_runs_share_a_folder(tmp_path: Path) -> None:
    other = replace(SETUP, n_negatives=1)
    for setup in (SETUP, other):
        short, long = (train_toy(setup, n, folder=tmp_path) for n in (2, 4))
        assert long.epochs[:2] == short.epochs
    histories = read_histories(tmp_path)
    assert [run.setup for run in histories] == [SETUP, other]
    assert train_toy(SETUP, 2, folder=tmp_path).epochs == histories[0].epochs[:2]


def test_a_checkpoint_of_another_torch_is_refused(tmp_path: Path) -> None:
    interrupted(tmp_path, SETUP, after=1)
    (checkpoint,) = (tmp_path / "checkpoints").iterdir()
    torch.save({**torch.load(checkpoint), "torch": "1.0"}, checkpoint)
    with pytest.raises(ValueError, match=r"need torch 1\.0, with which .* was written, got torch="):
        train_toy(SETUP, 2, folder=tmp_path)


def test_seeds_setups_and_the_quirk_make_a_difference() -> None:
    first = train_toy(SETUP, 2)
    assert first == train_toy(SETUP, 2)
    changes: list[dict[str, Any]] = [
        {"seed": 4},
        {"quirk": True},
        {"data": "norm"},
        {"n_negatives": 3},
    ]
    for change in changes:
        other = train_toy(replace(SETUP, **change), 2)
        assert (other.gap != first.gap).all()


def test_training_separates_the_clouds() -> None:
    """Ten clouds at a distance of some six standard deviations are told apart in a few epochs."""
    setup = ToySetup(
        data="norm", n_classes=10, n_per_class=100, n_negatives=16, batch_size=100, width=32
    )
    run = train_toy(setup, 8)
    assert run.column("accuracy")[-1] > 0.9
    assert run.column("train")[-1] < run.column("train")[0]
    assert run.column("epoch").tolist() == list(range(1, 9))


def test_the_rate_is_cut_after_more_than_ten_epochs_without_a_fall() -> None:
    optimizer = adam(torch.nn.Linear(1, 1))
    schedule = plateau(optimizer)
    rates = []
    for loss in [1.0, *[0.99995] * 11, 0.5, 0.5]:
        schedule.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates[:11] == [1e-2] * 11
    assert rates[11:] == pytest.approx([1e-3] * 3)
    group = optimizer.param_groups[0]
    assert (group["betas"], group["weight_decay"]) == ((0.9, 0.999), 1e-2)


def test_evaluation_is_cross_entropy_with_the_training_means() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(3).repeat_interleave(4)
    train, validation = (
        Labelled(x=torch.randn(12, 2, generator=generator, dtype=torch.float64), labels=labels)
        for _ in range(2)
    )
    values = evaluate(
        torch.nn.Identity(),
        Split(train=train, validation=validation),
        partners(labels, generator=generator),
        n_negatives=2,
        batch_size=100,  # more than there are: all of them
        generator=generator,
    )
    means = np.stack([train.x[labels == c].mean(dim=0).numpy() for c in range(3)])
    np.testing.assert_allclose(class_means(train.x, labels), means, rtol=1e-14)
    scores = validation.x.numpy() @ means.T
    own = scores[np.arange(12), labels]
    assert values.supervised == pytest.approx(
        (np.log(np.exp(scores).sum(axis=1)) - own).mean(), rel=1e-13
    )
    assert values.accuracy == np.mean(scores.argmax(axis=1) == labels.numpy())
    assert values.contrastive > 0


COMMAND = ["--seeds", "2", "--negatives", "1", "3", "--classes", "4", "--per-class", "20"]
COMMAND += ["--batch-size", "24", "--width", "8"]


def test_the_command_runs_resumes_and_sums_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "toy"), "--workers", "1"]
    assert main([*out, *COMMAND, "--epochs", "2"]) == 0
    capsys.readouterr()
    assert main([*out, *COMMAND, "--epochs", "3"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("synthetic.toy: need a folder without earlier epochs, or --resume")
    assert len(complaint.splitlines()) == 1
    assert main([*out, *COMMAND, "--epochs", "3", "--resume"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in table[1:]] == [["1", "2"], ["3", "2"]]
    lines = (tmp_path / "toy" / "epochs.jsonl").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 2 * 2 * 3
    assert {json.loads(line)["setup"]["seed"] for line in lines} == {1, 2}
    histories: list[ToyHistory] = read_histories(tmp_path / "toy")
    assert all(train_toy(run.setup, 3) == run for run in histories)


@pytest.mark.slow
def test_runs_side_by_side_give_the_same_bits(tmp_path: Path) -> None:
    for workers in ("1", "2"):
        options = ["--out", str(tmp_path / workers), "--workers", workers, "--epochs", "2"]
        assert main([*options, *COMMAND]) == 0
    one, two = (
        {run.setup: run for run in read_histories(tmp_path / workers)} for workers in ("1", "2")
    )
    assert one == two


@pytest.mark.slow
def test_a_command_that_is_killed_resumes_to_the_same_bits(tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), *COMMAND, "--epochs", "40", "--workers", "1"]
    process = subprocess.Popen([sys.executable, "-m", "synthetic.toy", *options])
    deadline = time.monotonic() + 120
    while count_epochs(tmp_path) < 50 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert 50 <= count_epochs(tmp_path) < 160
    assert main([*options, "--resume"]) == 0
    histories = read_histories(tmp_path)
    assert count_epochs(tmp_path) == 160
    assert all(train_toy(run.setup, 40) == run for run in histories)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--epochs", "0"], "synthetic.toy: need --epochs >= 1, got epochs=0"),
        (["--per-class", "5"], "synthetic.toy: need batch_size <= training samples"),
    ],
)
def test_options_that_cannot_be_used_are_one_line(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), *COMMAND, *options]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(message)
    assert len(complaint.splitlines()) == 1
