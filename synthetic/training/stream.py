"""What twins share: the batches, and the views of their samples."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from synthetic.batches import batches
from synthetic.training.options import Settings
from synthetic.training.worlds import World
from synthetic.views import make_views


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A step's data."""

    views: Tensor  # (n, k, d)
    labels: Tensor  # (n,)
    largest: int  # samples of its most frequent class


class Stream:
    """All randomness of a run, drawn from one generator."""

    def __init__(self, world: World, settings: Settings, generator: torch.Generator) -> None:
        """It goes on where the generator stands."""
        self.world, self.settings, self.generator = world, settings, generator
        self.batches = batches(
            settings.sampling, world.labels, settings.batch_size, generator=generator
        )
        self.classes: Tensor = torch.unique(world.labels, return_inverse=True)[1]

    def draw(self) -> Batch:
        """The next step's data."""
        x, s = self.world.x, self.settings
        index = next(self.batches).to(x.device)
        return Batch(
            views=make_views(x[index], s.n_views, s.augment, generator=self.generator),
            labels=self.world.labels[index],
            largest=int(self.classes[index].bincount().max()),
        )

    def state(self) -> dict[str, Any]:
        """Where it stands."""
        return {"batches": self.batches.state(), "generator": self.generator.get_state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.batches.restore(state["batches"])
        self.generator.set_state(state["generator"])
