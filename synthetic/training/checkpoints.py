"""Checkpoints: whole or not at all, and only for the run that wrote them."""

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import nn

from synthetic._require import require
from synthetic.training.fingerprint import fingerprint
from synthetic.training.options import Settings
from synthetic.training.worlds import World

NO_PART = {"callback", "on_step", "folder", "checkpoint_every"}
"""Settings that a run may change on its way."""


class Checkpoint:
    """A file for the state of the run that a `setup` describes."""

    def __init__(self, path: Path, setup: Mapping[str, str]) -> None:
        """`setup` holds a digest for each item."""
        self.path, self.setup = path, dict(setup)

    def save(self, state: dict[str, Any]) -> None:
        """Replace the state at once: a kill leaves the old one or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            torch.save({"setup": self.setup, "torch": str(torch.__version__), **state}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)

    def load(self) -> dict[str, Any] | None:
        """The state, if there is one; ValueError if it is another run's."""
        if not self.path.exists():
            return None
        state: dict[str, Any] = torch.load(self.path, weights_only=True)
        written = f"with which {self.path} was written"
        require(
            state["torch"] == torch.__version__,
            f"torch {state['torch']}, {written}",
            torch=torch.__version__,
        )
        theirs, ours = state["setup"], self.setup
        other = [key for key in {**theirs, **ours} if theirs.get(key) != ours.get(key)]
        require(not other, f"the setup {written}", another=", ".join(other))
        return state


def setup(
    settings: Settings,
    world: World,
    encoder: nn.Module,
    losses: Mapping[str, object],
    generator: torch.Generator,
) -> dict[str, str]:
    """What the numbers of a run depend on, as far as it can be told: a digest for each item."""
    own = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in NO_PART}
    everything = {
        **own,
        "x": world.x,
        "labels": world.labels,
        "encoder": encoder,
        "losses": dict(losses),
        "generator": generator.get_state(),
    }
    return {name: fingerprint(value) for name, value in everything.items()}
