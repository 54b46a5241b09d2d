"""Which runs are trained together."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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
    def kind(self) -> Hashable:
        """Equal for runs that can be stacked: that differ in weights, data and metrics alone."""
        s, recipe = self.settings, self.settings.recipe
        return (
            self.sample,
            (s.names, s.steps, s.batch_size, s.n_views, s.stops, s.gradient_gaps),
            (recipe.optimizer, recipe.momentum, recipe.weight_decay, recipe.clip),
            s.step_sizes.numpy().tobytes(),
            _key(self.encoder),
            _key(self.losses),
        )

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
    groups: dict[Hashable, list[int]] = {}
    alone: list[int] = []
    for i, sketch in enumerate(sketches):
        obstacle = sketch.obstacle
        if method == "ensemble":
            require(obstacle is None, "runs that can be stacked", run=i, because=obstacle)
        if method == "sequential" or obstacle is not None:
            alone.append(i)
            continue
        groups.setdefault(sketch.kind, []).append(i)
    tasks: list[tuple[tuple[int, ...], bool]] = []
    for group in groups.values():
        most = sketches[group[0]].largest_stack
        if method == "auto" and min(most, len(group)) < FEWEST_RUNS:
            alone += group
            continue
        parts = -(-len(group) // max(most, 1))
        tasks += [(tuple(group[part::parts]), True) for part in range(parts)]
    return sorted([*tasks, *(((i,), False) for i in alone)])


def _key(value: object) -> Hashable:
    """Equal for values that compute the same: by value for numbers, words and what is made of them.

    Modules count without their weights, functions and objects of other kinds by identity.
    """
    if isinstance(value, nn.Module):
        shapes = ((n, p.shape, p.dtype, p.requires_grad) for n, p in value.named_parameters())
        parts = ((n, type(part), _key(_own(part))) for n, part in value.named_modules())
        return (*shapes, *parts)
    if isinstance(value, partial):
        return "partial", _key(value.func), _key(value.args), _key(value.keywords)
    if isinstance(value, Mapping):
        return type(value), tuple((name, _key(each)) for name, each in value.items())
    if isinstance(value, tuple | list):
        return type(value), tuple(_key(each) for each in value)
    if isinstance(value, bool | int | float | str | torch.dtype | None):
        return type(value), value
    return id(value)


def _own(module: nn.Module) -> dict[str, object]:
    """The attributes that are not torch's own."""
    return {name: value for name, value in vars(module).items() if name not in _TORCH}


_TORCH = vars(nn.Module()).keys() - {"training"}
