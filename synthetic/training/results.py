"""What training leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from synthetic.training.compositions import Compositions
from synthetic.training.recipes import Recipe


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
    heads: Mapping[str, nn.Module]  # the losses that are modules, trained along
    histories: Mapping[str, History]
    recorded_at: tuple[int, ...]  # numbers of updates made
    comparisons: Mapping[tuple[str, str], Mapping[str, Tensor]]
    """Of each pair of twins, in the order of the losses: each (len(recorded_at),), float64."""
    compositions: Compositions  # of each step's batch
    recipe: Recipe  # of each
    step_sizes: Tensor  # (steps,), float64
    gradient_gaps: Mapping[tuple[str, str], Tensor]
    """Of (of, at), (steps,), float64: |grad L_of - grad L_at| at the weights of `at`."""
    left: tuple[str, ...]  # hypotheses of the theory of shared randomness that the run left
