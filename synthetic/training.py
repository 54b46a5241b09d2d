"""Contrastive training: one encoder, or twins that share everything but their loss."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict, Unpack

import torch
from torch import Tensor, nn

from synthetic._require import require
from synthetic.batches import iid_batches, steps_per_epoch, stratified_batches
from synthetic.views import Augment, make_views

Loss = Callable[[Tensor, Tensor], Tensor]
"""Unit rows z (n, k, d) and labels (n,) to a scalar; label-free losses ignore the labels."""

Record = Mapping[str, Callable[[nn.Module], float]]
MakeOptimizer = Callable[[list[nn.Parameter], float], torch.optim.Optimizer]


class World(Protocol):
    """Labelled samples: `Clusters`, `Labelled`, or anything with these two."""

    @property
    def x(self) -> Tensor:
        """Samples (n, d)."""
        ...

    @property
    def labels(self) -> Tensor:
        """Classes (n,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A world of one's own data."""

    x: Tensor  # (n, d)
    labels: Tensor  # (n,)


class Options(TypedDict, total=False):
    """How to train; the defaults stand in `_run`."""

    augment: Augment | None  # None: the views of a sample are copies of it
    n_views: int  # 2
    batch_size: int  # 256 samples, each in n_views views
    steps: int  # exactly one of steps and epochs
    epochs: int  # passes, see `steps_per_epoch`
    lr: float | Callable[[int], float]  # 1e-3, or the rate of each step 1, 2, ...
    optimizer: Literal["adam", "sgd"] | MakeOptimizer  # "adam"; plain SGD without momentum
    stratified: bool  # True: equal class counts; False: i.i.d. batches
    record: Record  # metrics of an encoder, evaluated without gradients
    record_at: Sequence[int]  # after which steps; default: before the first and after the last
    callback: Callable[[int, Mapping[str, nn.Module]], None]  # at record_at, all encoders by name


@dataclass(frozen=True, kw_only=True)
class History:
    """What training one encoder left behind."""

    losses: Tensor  # (steps,), float64: of each step's batch, before the update
    recorded_at: tuple[int, ...]  # numbers of updates made
    recorded: Mapping[str, Tensor]  # each (len(recorded_at),), float64

    @property
    def steps(self) -> int:
        """Updates made."""
        return len(self.losses)


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Encoders that differ only in the loss they were trained with, by its name."""

    encoders: Mapping[str, nn.Module]
    histories: Mapping[str, History]


def train(
    encoder: nn.Module,
    world: World,
    loss: Loss,
    *,
    generator: torch.Generator,
    **options: Unpack[Options],
) -> History:
    """Train `encoder` in place on views of batches of `world`; see `Options`.

    >>> from synthetic import gaussian_clusters, mlp
    >>> g = torch.Generator().manual_seed(0)
    >>> world = gaussian_clusters(2, 50, 4, spread=0.1, generator=g)
    >>> def spread_of_views(z, labels):
    ...     return (z[:, 0] - z[:, 1]).square().sum(-1).mean()
    >>> encoder = mlp((4, 8, 2), generator=g)
    >>> train(encoder, world, spread_of_views, generator=g, batch_size=10, steps=3).steps
    3
    """
    return _run({"loss": encoder}, world, {"loss": loss}, generator=generator, **options)["loss"]


def train_coupled(
    encoder: nn.Module,
    world: World,
    losses: Mapping[str, Loss],
    *,
    generator: torch.Generator,
    **options: Unpack[Options],
) -> Twins:
    """Train a copy of `encoder` with each loss, on the same batches and the same views.

    `encoder` itself is left as it is; see `Options` for the rest.
    """
    require(len(losses) >= 1, "at least one loss", losses=dict(losses))
    encoders = {name: copy.deepcopy(encoder) for name in losses}
    histories = _run(encoders, world, losses, generator=generator, **options)
    return Twins(encoders=encoders, histories=histories)


def _run(
    encoders: Mapping[str, nn.Module],
    world: World,
    losses: Mapping[str, Loss],
    *,
    generator: torch.Generator,
    augment: Augment | None = None,
    n_views: int = 2,
    batch_size: int = 256,
    steps: int | None = None,
    epochs: int | None = None,
    lr: float | Callable[[int], float] = 1e-3,
    optimizer: Literal["adam", "sgd"] | MakeOptimizer = "adam",
    stratified: bool = True,
    record: Record | None = None,
    record_at: Sequence[int] | None = None,
    callback: Callable[[int, Mapping[str, nn.Module]], None] | None = None,
) -> dict[str, History]:
    """The one loop: encoders[name] descends losses[name]."""
    x, labels = world.x, world.labels
    require(
        x.ndim == 2 and labels.shape == x.shape[:1],
        "x (n, d) and labels (n,)",
        x=tuple(x.shape),
        labels=tuple(labels.shape),
    )
    require((steps is None) != (epochs is None), "steps or epochs", steps=steps, epochs=epochs)
    batches = _batches(world, batch_size, stratified, generator)
    if steps is None:
        steps = (epochs or 0) * steps_per_epoch(labels, batch_size, stratified=stratified)
    require(steps >= 0, "steps, epochs >= 0", steps=steps)
    stops = tuple(sorted({0, steps} if record_at is None else set(record_at)))
    require(
        all(0 <= s <= steps for s in stops),
        "0 <= record_at <= steps",
        record_at=record_at,
        steps=steps,
    )
    rate = lr if callable(lr) else _constant(lr)
    runners = {
        name: _Runner(name, encoders[name], loss, _optimizer(optimizer, encoders[name], rate(1)))
        for name, loss in losses.items()
    }
    for step in range(steps + 1):
        if step in stops:
            for runner in runners.values():
                runner.note(record or {})
            if callback is not None:
                callback(step, encoders)
        if step < steps:
            index = next(batches).to(x.device)
            views = make_views(x[index], n_views, augment, generator=generator)
            for runner in runners.values():
                runner.step(views, labels[index], step + 1, rate(step + 1))
    return {name: runner.history(stops) for name, runner in runners.items()}


class _Runner:
    """An encoder on its way."""

    def __init__(
        self, name: str, encoder: nn.Module, loss: Loss, optimizer: torch.optim.Optimizer
    ) -> None:
        self.name, self.encoder, self.loss, self.optimizer = name, encoder, loss, optimizer
        self.losses: list[float] = []
        self.recorded: dict[str, list[float]] = {}

    def step(self, views: Tensor, labels: Tensor, step: int, rate: float) -> None:
        """Descend on one batch; `step` counts from 1."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.encoder(views), labels)
        self.losses.append(loss.item())
        require(math.isfinite(self.losses[-1]), f"a finite loss at step {step}", **self._last())
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.optimizer.step()

    def note(self, record: Record) -> None:
        """Evaluate the metrics."""
        with torch.no_grad():
            for metric, evaluate in record.items():
                self.recorded.setdefault(metric, []).append(float(evaluate(self.encoder)))

    def history(self, stops: tuple[int, ...]) -> History:
        """The record, once the last update is known to have left finite weights."""
        finite = all(bool(p.isfinite().all()) for p in self.encoder.parameters())
        require(finite, f"finite weights after step {len(self.losses)}", **self._last())
        return History(
            losses=torch.tensor(self.losses, dtype=torch.float64),
            recorded_at=stops,
            recorded={
                metric: torch.tensor(values, dtype=torch.float64)
                for metric, values in self.recorded.items()
            },
        )

    def _last(self) -> dict[str, object]:
        return {self.name: self.losses[-1] if self.losses else None}


def _batches(
    world: World, batch_size: int, stratified: bool, generator: torch.Generator
) -> Iterator[Tensor]:
    if stratified:
        return stratified_batches(world.labels, batch_size, generator=generator)
    return iid_batches(len(world.x), batch_size, generator=generator)


def _constant(lr: float) -> Callable[[int], float]:
    require(0 <= lr < math.inf, "finite lr >= 0", lr=lr)
    return lambda step: lr


def _optimizer(
    kind: Literal["adam", "sgd"] | MakeOptimizer, encoder: nn.Module, lr: float
) -> torch.optim.Optimizer:
    parameters = [p for p in encoder.parameters() if p.requires_grad]
    if callable(kind):
        return kind(parameters, lr)
    require(kind in ("adam", "sgd"), 'optimizer "adam", "sgd" or a function', optimizer=repr(kind))
    # Fused: a third of the time of the per-tensor loop, which is what a small network waits for.
    if kind == "adam":
        return torch.optim.Adam(parameters, lr=lr, fused=True)
    return torch.optim.SGD(parameters, lr=lr, fused=True)
