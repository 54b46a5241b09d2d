"""Contrastive training: one encoder, or twins that share everything but their loss."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Unpack

import torch
from torch import nn

from synthetic._require import require
from synthetic.training.checkpoints import Checkpoint, setup
from synthetic.training.engines import Engine, OneRun
from synthetic.training.journal import Journal
from synthetic.training.options import Loss, Options, Settings, own_copies, settle
from synthetic.training.results import History, Twins
from synthetic.training.stream import Stream
from synthetic.training.worlds import World


def train(
    encoder: nn.Module,
    world: World,
    loss: Loss,
    *,
    generator: torch.Generator,
    **options: Unpack[Options],
) -> History:
    """Train `encoder` in place on views of batches of `world`; see `Options`.

    So is a `loss` that has parameters of its own. For more, see `train_coupled`.

    >>> from synthetic import gaussian_clusters, mlp
    >>> g = torch.Generator().manual_seed(0)
    >>> world = gaussian_clusters(2, 50, 4, spread=0.1, generator=g)
    >>> def spread_of_views(z, labels):
    ...     return (z[:, 0] - z[:, 1]).square().sum(-1).mean()
    >>> encoder = mlp((4, 8, 2), generator=g)
    >>> train(encoder, world, spread_of_views, generator=g, batch_size=10, steps=3).steps
    3
    """
    return _run({"loss": encoder}, world, {"loss": loss}, generator, options).histories["loss"]


def train_coupled(
    encoder: nn.Module,
    world: World,
    losses: Mapping[str, Loss],
    *,
    generator: torch.Generator,
    **options: Unpack[Options],
) -> Twins:
    """Train a copy of `encoder` with each loss, on the same batches and the same views.

    `encoder` itself is left as it is; so is a loss that is a module, of which a copy is trained
    along with its encoder (`CrossEntropy`). See `Options` for the rest.

    With a `folder`, the run leaves a checkpoint there every `checkpoint_every` steps and after the
    last. The same call goes on from it, and then gives the same numbers, bit for bit, as one that
    was never interrupted, with the same versions of the libraries; metrics and callbacks of steps
    after the checkpoint are called again. Every run trains on one thread: sums in another order
    would give other bits, and small networks gain nothing from more.
    """
    require(len(losses) >= 1, "at least one loss", losses=dict(losses))
    encoders = {name: copy.deepcopy(encoder) for name in losses}
    return _run(encoders, world, own_copies(losses), generator, options)


def _run(
    encoders: Mapping[str, nn.Module],
    world: World,
    losses: Mapping[str, Loss],
    generator: torch.Generator,
    options: Options,
) -> Twins:
    settings = settle(world, tuple(losses), **options)
    checkpoint = None
    if settings.folder is not None:
        first = next(iter(encoders.values()))  # all begin alike
        made = setup(settings, world, first, losses, generator)
        checkpoint = Checkpoint(settings.folder / "checkpoint.pt", made)
    stream, journal = Stream(world, settings, generator), Journal(settings)
    engine = OneRun(encoders, losses, settings)
    return follow(engine, settings, [stream], [journal], checkpoint)[0]


def follow(
    engine: Engine,
    settings: Settings,
    streams: Sequence[Stream],
    journals: Sequence[Journal],
    checkpoint: Checkpoint | None,
) -> list[Twins]:
    """The one loop, for the runs of an engine: a stream and a journal for each."""
    steps, start = settings.steps, 0
    kept: list[Stream | Journal] = [*streams, *journals]
    stored = None if checkpoint is None else checkpoint.load()
    if stored is not None:
        start = stored["step"]
        engine.restore(stored["engine"])
        for each, state in zip(kept, stored["runs"], strict=True):
            each.restore(state)
    with one_thread():
        for step in range(start, steps + 1):
            if step in settings.stops:
                for i, journal in enumerate(journals):
                    journal.note(step, engine.encoders(i))
            if step == steps:
                break
            batches = [stream.draw() for stream in streams]
            values = engine.gradients(batches)
            for i, (journal, batch) in enumerate(zip(journals, batches, strict=True)):
                losses = {name: each[i] for name, each in values.losses.items()}
                gaps = {pair: each[i] for pair, each in values.gaps.items()}
                journal.add(batch.largest, losses, gaps)
            engine.update(float(settings.step_sizes[step]))
            due = (step + 1) % settings.checkpoint_every == 0 or step + 1 == steps
            if checkpoint is not None and due:
                # Before the metrics of this step: those that go on evaluate them.
                runs = [each.state() for each in kept]
                checkpoint.save({"step": step + 1, "engine": engine.state(), "runs": runs})
            for journal in journals:
                if journal.settings.on_step is not None:
                    journal.settings.on_step(step + 1)
    return [
        journal.twins(engine.encoders(i), engine.losses(i)) for i, journal in enumerate(journals)
    ]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that sums are always taken in the same order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
