"""Runs of the toy experiment: epoch by epoch, and on from where an interrupted one stopped."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthetic._require import require
from synthetic.toy import store
from synthetic.toy.encoder import toy_encoder
from synthetic.toy.evaluation import evaluate
from synthetic.toy.history import ToyEpoch, ToyHistory
from synthetic.toy.negatives import draw_negatives, n_pair_loss
from synthetic.toy.schedule import adam, plateau
from synthetic.toy.setups import ToySetup
from synthetic.toy.worlds import circle_world, norm_world, partners, stratified_split


def train_toy(
    setup: ToySetup,
    epochs: int,
    *,
    folder: Path | None = None,
    on_epoch: Callable[[ToyEpoch], None] | None = None,
) -> ToyHistory:
    """Train until `epochs` epochs are done, on from the checkpoint in `folder` if it has one.

    With a `folder`, each finished epoch is in its ``epochs.jsonl`` and in the run's checkpoint
    before the next begins. An interrupted and continued run gives the same numbers, bit for bit,
    as an undisturbed one with the same versions of the libraries, for which it trains on one
    thread; what an epoch ends with does not depend on how many follow.

    >>> setup = ToySetup(n_classes=3, n_per_class=20, batch_size=18, width=8)
    >>> len(train_toy(setup, 2).epochs)
    2
    """
    require(epochs >= 1, "epochs >= 1", epochs=epochs)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        run = _Run(setup)
        checkpoint = None if folder is None else store.load(folder, setup)
        if checkpoint is not None:
            run.restore(checkpoint)
        if folder is not None:
            store.begin(folder, setup, run.done)
        while len(run.done) < epochs:
            epoch = run.step()
            if folder is not None:
                # The checkpoint first: a line that a kill prevents is written on resuming.
                store.save(folder, setup, run.state())
                store.append(folder, setup, epoch)
            if on_epoch is not None:
                on_epoch(epoch)
    finally:
        torch.set_num_threads(threads)
    return ToyHistory(setup=setup, epochs=tuple(run.done[:epochs]))


class _Run:
    """A run under way: the world, the encoder and every source of chance.

    World, initial weights and pairs depend on the seed alone, so that runs with different numbers
    of negatives begin alike; evaluation has a generator of its own.
    """

    def __init__(self, setup: ToySetup) -> None:
        self.setup, self.done = setup, list[ToyEpoch]()
        dtype = torch.float32 if setup.dtype == "float32" else torch.float64
        root = torch.Generator().manual_seed(setup.seed)
        world, weights, self.training, self.evaluation = (
            torch.Generator().manual_seed(int(seed))
            for seed in torch.randint(2**62, (4,), generator=root)
        )
        make = circle_world if setup.data == "circle" else norm_world
        points = make(setup.n_classes, setup.n_per_class, generator=world, dtype=dtype)
        self.split = stratified_split(points, setup.train_share, generator=world)
        self.positives = partners(self.split.train.labels, generator=world)
        self.validation_positives = partners(self.split.validation.labels, generator=world)
        self.encoder = toy_encoder(setup.width, generator=weights, dtype=dtype)
        self.optimizer = adam(self.encoder)
        self.plateau = plateau(self.optimizer)

    def step(self) -> ToyEpoch:
        """One epoch and its evaluation."""
        rate = float(self.optimizer.param_groups[0]["lr"])
        losses = [self._update(at) for at in self._batches()]
        mean = sum(losses) / len(losses)
        number = len(self.done) + 1
        require(math.isfinite(mean), f"a finite loss in epoch {number}", loss=mean)
        self.plateau.step(mean)
        values = evaluate(
            self.encoder,
            self.split,
            self.validation_positives,
            n_negatives=self.setup.n_negatives,
            batch_size=self.setup.batch_size,
            quirk=self.setup.quirk,
            generator=self.evaluation,
        )
        epoch = ToyEpoch(epoch=number, train=mean, rate=rate, **values._asdict())
        self.done.append(epoch)
        return epoch

    def _batches(self) -> Iterable[Tensor]:
        """A shuffled pass without its incomplete last batch."""
        n, b = len(self.split.train.labels), self.setup.batch_size
        order = torch.randperm(n, generator=self.training)
        return order[: n // b * b].reshape(-1, b)

    def _update(self, at: Tensor) -> float:
        """One step of the optimiser; the loss before it."""
        x, b = self.split.train.x, len(at)
        negatives = draw_negatives(b, self.setup.n_negatives, generator=self.training)
        z: Tensor = self.encoder(torch.cat((x[at], x[self.positives[at]])))
        loss = n_pair_loss(z[:b], z[b:], negatives, quirk=self.setup.quirk)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.optimizer.step()
        return loss.item()

    def state(self) -> dict[str, Any]:
        """All that changes from epoch to epoch."""
        return {
            "done": [asdict(epoch) for epoch in self.done],
            "encoder": self.encoder.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "plateau": self.plateau.state_dict(),
            "training": self.training.get_state(),
            "evaluation": self.evaluation.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.done = [ToyEpoch(**epoch) for epoch in state["done"]]
        self.encoder.load_state_dict(state["encoder"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.plateau.load_state_dict(state["plateau"])
        self.training.set_state(state["training"])
        self.evaluation.set_state(state["evaluation"])
