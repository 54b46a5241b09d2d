"""Which runs are trained together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from synthetic._require import require
from synthetic.training.options import Loss, Settings

# Measured on one core (`benchmarks/test_training.py`): a stack saves what torch spends on each
# call, until its similarities (runs, n k, n k) leave the cache.
MOST_RUNS, MOST_SIMILARITIES, MOST_WEIGHTS = 64, 2**19, 2**24
FEWEST_RUNS = 4


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A run as far as it matters here."""

    encoder: nn.Module
    losses: Mapping[str, Loss]
    settings: Settings
    sample: tuple[object, ...]  # what samples must have in common

    @property
    def largest_stack(self) -> int:
        """How many runs like it are best trained together; fewer than `FEWEST_RUNS`: none."""
        rows = self.settings.batch_size * self.settings.n_views
        weights = sum(p.numel() for p in self.encoder.parameters())
        return min(MOST_RUNS, MOST_SIMILARITIES // rows**2, MOST_WEIGHTS // max(weights, 1))

    @property
    def obstacle(self) -> str | None:
        """Why it cannot be stacked with any other, if so."""
        own = [self.encoder, *(f for f in self.losses.values() if isinstance(f, nn.Module))]
        modules = [module for each in own for module in each.modules()]
        if callable(self.settings.recipe.optimizer):
            return "an optimizer of its own"
        if any(True for each in own for _ in each.buffers()):
            return "a module with buffers"
        if any(isinstance(module, _DropoutNd) for module in modules):
            return "dropout"
        return None


def share_out(sketches: Sequence[Sketch], method: str) -> list[tuple[tuple[int, ...], bool]]:
    """The runs in groups that are trained together, each with whether it is stacked."""
    groups: list[list[int]] = []
    alone: list[int] = []
    for i, sketch in enumerate(sketches):
        obstacle = sketch.obstacle
        if method == "ensemble":
            require(obstacle is None, "runs that can be stacked", run=i, because=obstacle)
        if method == "sequential" or obstacle is not None:
            alone.append(i)
            continue
        for group in groups:
            if _alike(sketches[group[0]], sketch):
                group.append(i)
                break
        else:
            groups.append([i])
    tasks: list[tuple[tuple[int, ...], bool]] = []
    for group in groups:
        most = sketches[group[0]].largest_stack
        if method == "auto" and min(most, len(group)) < FEWEST_RUNS:
            alone += group
            continue
        parts = -(-len(group) // max(most, 1))
        tasks += [(tuple(group[part::parts]), True) for part in range(parts)]
    return sorted([*tasks, *(((i,), False) for i in alone)])


def _alike(a: Sketch, b: Sketch) -> bool:
    """Whether the runs differ in nothing that a stack shares."""
    s, t = a.settings, b.settings
    return (
        a.sample == b.sample
        and (s.names, s.steps, s.batch_size, s.n_views)
        == (t.names, t.steps, t.batch_size, t.n_views)
        and (s.stops, s.gradient_gaps) == (t.stops, t.gradient_gaps)
        and torch.equal(s.step_sizes, t.step_sizes)
        and _how(s) == _how(t)
        and _skeleton(a.encoder) == _skeleton(b.encoder)
        and all(_same(loss, b.losses[name]) for name, loss in a.losses.items())
    )


def _how(settings: Settings) -> tuple[object, ...]:
    recipe = settings.recipe
    return recipe.optimizer, recipe.momentum, recipe.weight_decay, recipe.clip


def _same(a: object, b: object) -> bool:
    if isinstance(a, nn.Module) and isinstance(b, nn.Module):
        return _skeleton(a) == _skeleton(b)
    if isinstance(a, partial) and isinstance(b, partial):
        return (a.func, a.args, a.keywords) == (b.func, b.args, b.keywords)
    return a is b


def _skeleton(module: nn.Module) -> list[object]:
    """What two modules agree in that compute the same from the same weights."""
    shapes = [(n, p.shape, p.dtype, p.requires_grad) for n, p in module.named_parameters()]
    return [shapes, *((name, type(part), _plain(part)) for name, part in module.named_modules())]


def _plain(module: nn.Module) -> dict[str, Any]:
    """The attributes of one's own: numbers and words by value, other objects by identity."""
    own = {k: v for k, v in vars(module).items() if k not in _TORCH}
    plain = bool | int | float | str | torch.dtype | None
    return {
        name: (type(value), value if isinstance(value, plain) else id(value))
        for name, value in own.items()
    }


_TORCH = vars(nn.Module()).keys() - {"training"}
