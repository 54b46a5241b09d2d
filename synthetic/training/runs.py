"""Runs to be made, and their making."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import nn

from synthetic._require import require
from synthetic.training.options import Loss, Options
from synthetic.training.worlds import World


@dataclass(frozen=True, kw_only=True)
class Run:
    """A call of `train_coupled`, to be made.

    World, encoder and losses may be functions of a generator; these three and the training each
    have one of their own, and all four follow from the seed.
    """

    encoder: nn.Module | Callable[[torch.Generator], nn.Module]
    world: World | Callable[[torch.Generator], World]
    losses: Mapping[str, Loss] | Callable[[torch.Generator], Mapping[str, Loss]]
    seed: int
    options: Options = field(default_factory=lambda: Options())


class Parts(NamedTuple):
    """A run, made."""

    encoder: nn.Module
    world: World
    losses: Mapping[str, Loss]
    generator: torch.Generator


def make(run: Run) -> Parts:
    """World, encoder and losses, and the generator for the training."""
    root = torch.Generator().manual_seed(run.seed)
    seeds = torch.randint(2**62, (4,), generator=root).tolist()
    world, encoder, losses, training = (torch.Generator().manual_seed(seed) for seed in seeds)
    own = run.losses if isinstance(run.losses, Mapping) else run.losses(losses)
    require(len(own) >= 1, "at least one loss", losses=dict(own))
    return Parts(
        encoder=run.encoder if isinstance(run.encoder, nn.Module) else run.encoder(encoder),
        world=run.world(world) if callable(run.world) else run.world,
        losses=own,
        generator=training,
    )
