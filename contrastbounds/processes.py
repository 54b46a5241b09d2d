"""A pool of processes that stops when it is told to, and does not outlive its parent."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

from contrastbounds.errors import UsageError


def default_workers(tasks: int, *, device: str = "cpu") -> int:
    """One process per core, no more than there is work; one alone on a GPU."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return 1 if device.startswith("cuda") else max(1, min(cores or 1, tasks))


@contextlib.contextmanager
def pool(workers: int) -> Iterator[Executor | None]:
    """An executor with `workers` processes, None for a single one: the work is done right here.

    Left through an exception, Ctrl-C included, it kills its processes instead of waiting for them.
    """
    if workers < 1:
        raise UsageError(f"need workers >= 1, got workers={workers}")
    if workers == 1:
        yield None
        return
    # A forked child would inherit torch's and BLAS's threads in an undefined state.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start)
    before = set(multiprocessing.active_children())
    try:
        yield executor
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()


def _start() -> None:
    """Leave Ctrl-C to the parent, and end when it does, even if it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
