"""Many runs of the toy experiment side by side, and what they reached."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

import numpy as np

from synthetic.toy.runs import train_toy
from synthetic.toy.setups import ToySetup
from synthetic.toy.store import count_epochs, read_histories


def train_all(setups: Sequence[ToySetup], epochs: int, out: Path, workers: int) -> None:
    """All runs, `workers` at a time, with a bar on stderr if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("epochs", total=len(setups) * epochs)

        def show(_: object = None) -> None:
            bar.update(task, completed=count_epochs(out))

        if workers == 1:
            for setup in setups:
                train_toy(setup, epochs, folder=out, on_epoch=show)
        else:
            _side_by_side(setups, epochs, out, workers, show)


def _side_by_side(
    setups: Sequence[ToySetup], epochs: int, out: Path, workers: int, show: Callable[[], None]
) -> None:
    """In processes, which an exception ends rather than waits for."""
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start)
    before = set(multiprocessing.active_children())
    try:
        waiting = {executor.submit(train_toy, setup, epochs, folder=out) for setup in setups}
        while waiting:
            done, waiting = wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
            for run in done:
                run.result()
            show()
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()


def summary(out: Path, setups: Sequence[ToySetup], epochs: int) -> str:
    """Best validation supervised loss and accuracy for each number of negatives."""
    rows = ["   K  runs  best supervised loss [nats]  best accuracy"]
    histories = [run for run in read_histories(out) if run.setup in setups]
    for k in dict.fromkeys(setup.n_negatives for setup in setups):
        own = [run for run in histories if run.setup.n_negatives == k]
        loss = np.array([run.column("supervised")[:epochs].min() for run in own])
        accuracy = np.array([run.column("accuracy")[:epochs].max() for run in own])
        rows.append(
            f"{k:4d}  {len(own):4d}  {loss.mean():18.4f} +- {loss.std():.4f}  "
            f"{accuracy.mean():5.3f} +- {accuracy.std():.3f}"
        )
    return "\n".join(rows)


def _start() -> None:
    """Leave Ctrl-C to the parent, and end when it does: a run has one writer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
