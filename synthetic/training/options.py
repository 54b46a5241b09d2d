"""How to train: what can be asked for, checked and with its defaults."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypedDict

from torch import Tensor, nn

from synthetic._require import require
from synthetic.batches import Sampling, steps_per_epoch
from synthetic.training.recipes import MakeOptimizer, Rate, Recipe
from synthetic.training.worlds import World
from synthetic.views import Augment

Loss = Callable[[Tensor, Tensor], Tensor]
"""Unit rows z (n, k, d) and labels (n,) to a scalar; label-free losses ignore the labels."""

Record = Mapping[str, Callable[[nn.Module], float]]
Compare = Mapping[str, Callable[[nn.Module, nn.Module], float]]


class Options(TypedDict, total=False):
    """How to train; the defaults stand in `settle`."""

    augment: Augment | None  # None: the views of a sample are copies of it
    n_views: int  # 2
    batch_size: int  # 256 samples, each in n_views views
    sampling: Sampling  # "stratified": equal class counts; see `synthetic.batches`
    steps: int  # exactly one of steps and epochs
    epochs: int  # passes, see `steps_per_epoch`
    lr: Rate  # 1e-3
    optimizer: Literal["adam", "sgd"] | MakeOptimizer  # "adam"; plain SGD without momentum
    recipe: Recipe  # in place of lr and optimizer
    record: Record  # metrics of an encoder, evaluated without gradients
    compare: Compare  # metrics of two twins, likewise
    record_at: Sequence[int]  # after which steps; default: before the first and after the last
    gradient_gaps: Sequence[tuple[str, str]]  # (of, at), see `Twins`: at every step
    callback: Callable[[int, Mapping[str, nn.Module]], None]  # at record_at, all encoders by name
    on_step: Callable[[int], None]  # after every step: how many are done
    folder: Path | str | None  # keeps the run's checkpoint, and the run goes on from it
    checkpoint_every: int  # 100 steps


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Options that hold together, for losses of given names."""

    names: tuple[str, ...]
    augment: Augment | None
    n_views: int
    batch_size: int
    sampling: Sampling
    steps: int
    recipe: Recipe
    step_sizes: Tensor  # (steps,), float64
    record: Record
    compare: Compare
    stops: tuple[int, ...]
    gradient_gaps: tuple[tuple[str, str], ...]
    callback: Callable[[int, Mapping[str, nn.Module]], None] | None = field(compare=False)
    on_step: Callable[[int], None] | None = field(compare=False)
    folder: Path | None
    checkpoint_every: int


def settle(
    world: World,
    names: Sequence[str],
    *,
    augment: Augment | None = None,
    n_views: int = 2,
    batch_size: int = 256,
    sampling: Sampling = "stratified",
    steps: int | None = None,
    epochs: int | None = None,
    lr: Rate | None = None,
    optimizer: Literal["adam", "sgd"] | MakeOptimizer | None = None,
    recipe: Recipe | None = None,
    record: Record | None = None,
    compare: Compare | None = None,
    record_at: Sequence[int] | None = None,
    gradient_gaps: Sequence[tuple[str, str]] = (),
    callback: Callable[[int, Mapping[str, nn.Module]], None] | None = None,
    on_step: Callable[[int], None] | None = None,
    folder: Path | str | None = None,
    checkpoint_every: int = 100,
) -> Settings:
    """The options that were given, and the defaults of the others."""
    x, labels = world.x, world.labels
    require(
        x.ndim == 2 and labels.shape == x.shape[:1],
        "x (n, d) and labels (n,)",
        x=tuple(x.shape),
        labels=tuple(labels.shape),
    )
    require((steps is None) != (epochs is None), "steps or epochs", steps=steps, epochs=epochs)
    require(n_views >= 1, "n_views >= 1", n_views=n_views)
    require(checkpoint_every >= 1, "checkpoint_every >= 1", checkpoint_every=checkpoint_every)
    if steps is None:
        require(batch_size >= 1, "batch_size >= 1", batch_size=batch_size)
        steps = (epochs or 0) * steps_per_epoch(labels, batch_size, sampling=sampling)
    require(steps >= 0, "steps, epochs >= 0", steps=steps)
    stops = tuple(sorted({0, steps} if record_at is None else set(record_at)))
    require(
        all(0 <= s <= steps for s in stops),
        "0 <= record_at <= steps",
        record_at=record_at,
        steps=steps,
    )
    for of, at in gradient_gaps:
        fits = of != at and of in names and at in names
        require(fits, "gradient_gaps (of, at) of two losses", of=of, at=at, losses=list(names))
    if recipe is None:
        recipe = Recipe(rate=1e-3 if lr is None else lr, optimizer=optimizer or "adam")
    else:
        alone = lr is None and optimizer is None
        require(alone, "a recipe or lr and optimizer", recipe=recipe, lr=lr, optimizer=optimizer)
    return Settings(
        names=tuple(names),
        augment=augment,
        n_views=n_views,
        batch_size=batch_size,
        sampling=sampling,
        steps=steps,
        recipe=recipe,
        step_sizes=recipe.step_sizes(steps),
        record=record or {},
        compare=compare or {},
        stops=stops,
        gradient_gaps=tuple(dict.fromkeys((of, at) for of, at in gradient_gaps)),
        callback=callback,
        on_step=on_step,
        folder=None if folder is None else Path(folder),
        checkpoint_every=checkpoint_every,
    )


def own_copies(losses: Mapping[str, Loss]) -> dict[str, Loss]:
    """The losses; of those that are modules, copies to be trained."""
    return {n: copy.deepcopy(f) if isinstance(f, nn.Module) else f for n, f in losses.items()}
