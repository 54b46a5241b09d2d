"""Many coupled runs: stacked where batches are small, otherwise one by one or in processes."""

import copy
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synthetic._require import require
from synthetic.training.checkpoints import Checkpoint, setup
from synthetic.training.dispatch import Sketch, share_out
from synthetic.training.engines import Engine, OneRun
from synthetic.training.ensemble import Ensemble
from synthetic.training.journal import Journal
from synthetic.training.loop import follow
from synthetic.training.options import Settings, own_copies, settle
from synthetic.training.results import Twins
from synthetic.training.runs import Parts, Run, make
from synthetic.training.stream import Stream

Method = Literal["auto", "ensemble", "sequential"]


def train_many(
    runs: Sequence[Run],
    *,
    method: Method = "auto",
    executor: Executor | None = None,
    folder: Path | str | None = None,
    checkpoint_every: int = 100,
) -> list[Twins]:
    """What `train_coupled` gives for each run, in their order.

    Runs that differ in seed, weights, world, views, metrics and callbacks alone can be trained
    together, their weights stacked (`torch.func`): each sees the same batches and views as on its
    own, and its numbers are the same up to rounding. The method "auto" does so where that is
    faster, which `dispatch` decides by the sizes of the runs alone, "ensemble" always and
    "sequential" never. An `executor`, such as a pool of processes (the runs are then pickled),
    trains runs or stacks side by side; the numbers do not depend on it.

    With a `folder`, every run or stack of runs keeps its checkpoint there, as in `train_coupled`.

    >>> import torch
    >>> from synthetic import gaussian_clusters, mlp
    >>> world = gaussian_clusters(2, 50, 4, spread=0.1, generator=torch.Generator())
    >>> run = {
    ...     "encoder": lambda g: mlp((4, 8, 2), generator=g),
    ...     "world": world,
    ...     "losses": {"spread": lambda z, labels: (z[:, 0] - z[:, 1]).square().sum(-1).mean()},
    ...     "options": {"steps": 3, "batch_size": 10},
    ... }
    >>> [twins.histories["spread"].steps for twins in train_many([Run(seed=0, **run)] * 2)]
    [3, 3]
    """
    known = method in ("auto", "ensemble", "sequential")
    require(known, 'method "auto", "ensemble" or "sequential"', method=repr(method))
    for i, run in enumerate(runs):
        mine = sorted({"folder", "checkpoint_every"} & run.options.keys())
        require(not mine, "folder and checkpoint_every for all runs at once", run=i, options=mine)
    tasks = [
        _Task(
            at=at,
            runs=tuple(runs[i] for i in at),
            stacked=stacked,
            folder=folder,
            checkpoint_every=checkpoint_every,
        )
        for at, stacked in share_out([_sketch(run) for run in runs], method)
    ]
    done = map(_work, tasks) if executor is None else executor.map(_work, tasks)
    twins = {i: each for task, many in zip(tasks, done, strict=True) for i, each in many}
    return [twins[i] for i in range(len(runs))]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """Runs that are trained in one go."""

    at: tuple[int, ...]  # their places among all
    runs: tuple[Run, ...]
    stacked: bool
    folder: Path | str | None
    checkpoint_every: int


def _sketch(run: Run) -> Sketch:
    made = make(run)
    return Sketch(
        encoder=made.encoder,
        losses=made.losses,
        settings=settle(made.world, tuple(made.losses), **run.options),
        sample=(made.world.x.shape[1], made.world.x.dtype, made.world.x.device),
    )


def _work(task: _Task) -> list[tuple[int, Twins]]:
    """Train a task's runs; what comes of each, by its place."""
    made = [make(run) for run in task.runs]
    settings = [
        settle(
            own.world,
            tuple(own.losses),
            **run.options,  # type: ignore[misc]  # holds neither of the next two
            folder=task.folder,
            checkpoint_every=task.checkpoint_every,
        )
        for own, run in zip(made, task.runs, strict=True)
    ]
    encoders = [{name: copy.deepcopy(own.encoder) for name in own.losses} for own in made]
    losses = [own_copies(own.losses) for own in made]
    engine: Engine = (
        Ensemble(encoders, losses, settings[0])
        if task.stacked
        else OneRun(encoders[0], losses[0], settings[0])
    )
    twins = follow(
        engine,
        settings[0],
        [Stream(own.world, s, own.generator) for own, s in zip(made, settings, strict=True)],
        [Journal(s, f" of run {i}") for i, s in zip(task.at, settings, strict=True)],
        _checkpoint(task, made, settings),
    )
    return list(zip(task.at, twins, strict=True))


def _checkpoint(
    task: _Task, made: Sequence[Parts], settings: Sequence[Settings]
) -> Checkpoint | None:
    folder = settings[0].folder
    if folder is None:
        return None
    parts = {"stacked": str(task.stacked)}
    for i, own, s in zip(task.at, made, settings, strict=True):
        items = setup(s, own.world, own.encoder, own.losses, own.generator)
        parts |= {f"{name} of run {i}": digest for name, digest in items.items()}
    return Checkpoint(folder / f"run-{task.at[0]:05d}.pt", parts)
