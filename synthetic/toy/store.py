"""What runs leave on disk: one file of finished epochs, and a checkpoint of each run."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from synthetic._require import require
from synthetic.toy.history import ToyEpoch, ToyHistory
from synthetic.toy.setups import ToySetup

EPOCHS, CHECKPOINTS = "epochs.jsonl", "checkpoints"


def read_histories(folder: Path) -> list[ToyHistory]:
    """All runs in a folder that `train_toy` filled, each up to its first missing epoch."""
    runs: dict[ToySetup, dict[int, ToyEpoch]] = {}
    for setup, epoch in _lines(folder / EPOCHS):
        runs.setdefault(setup, {}).setdefault(epoch.epoch, epoch)
    histories = []
    for setup, epochs in runs.items():
        whole = [epochs[i] for i in range(1, len(epochs) + 1) if i in epochs]
        in_order = [epoch for i, epoch in enumerate(whole, start=1) if epoch.epoch == i]
        histories.append(ToyHistory(setup=setup, epochs=tuple(in_order)))
    return histories


def count_epochs(folder: Path) -> int:
    """Lines in the folder's ``epochs.jsonl``, of any run."""
    path = folder / EPOCHS
    return path.read_bytes().count(b"\n") if path.exists() else 0


def begin(folder: Path, setup: ToySetup, done: Iterable[ToyEpoch]) -> None:
    """Bring the folder's ``epochs.jsonl`` up to the epochs that a run has done."""
    (folder / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
    path = folder / EPOCHS
    known = {epoch.epoch for own, epoch in _lines(path) if own == setup}
    if path.exists() and path.read_bytes()[-1:] not in (b"", b"\n"):
        _write(path, "\n")  # a run killed while it wrote: what follows is a new line
    for epoch in done:
        if epoch.epoch not in known:
            append(folder, setup, epoch)


def append(folder: Path, setup: ToySetup, epoch: ToyEpoch) -> None:
    """Add a line; it is on the disk when this returns.

    One write to a file open for appending, so that the lines of parallel runs do not mix.
    """
    entry = {"setup": asdict(setup), **asdict(epoch)}
    _write(folder / EPOCHS, json.dumps(entry, allow_nan=False) + "\n")


def save(folder: Path, setup: ToySetup, state: dict[str, Any]) -> None:
    """Replace the run's checkpoint at once: a kill leaves the old one or the new one."""
    path = _checkpoint(folder, setup)
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        torch.save({"setup": asdict(setup), "torch": str(torch.__version__), **state}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load(folder: Path, setup: ToySetup) -> dict[str, Any] | None:
    """The run's checkpoint, if there is one."""
    path = _checkpoint(folder, setup)
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    require(state["setup"] == asdict(setup), f"the setup of {path}", setup=setup)
    require(
        state["torch"] == torch.__version__,
        f"torch {state['torch']}, with which {path} was written",
        torch=torch.__version__,
    )
    return state


def _checkpoint(folder: Path, setup: ToySetup) -> Path:
    return folder / CHECKPOINTS / f"{setup.name}.pt"


def _lines(path: Path) -> Iterable[tuple[ToySetup, ToyEpoch]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
            yield ToySetup(**entry.pop("setup")), ToyEpoch(**entry)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # cut off, or of another version


def _write(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
