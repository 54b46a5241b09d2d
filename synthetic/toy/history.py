"""What a run of the toy experiment leaves: a few numbers for each epoch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.toy.setups import ToySetup


@dataclass(frozen=True, kw_only=True)
class ToyEpoch:
    """What one epoch ended with; losses in nats, on the validation part unless said."""

    epoch: int  # 1, 2, ...
    train: float  # mean contrastive loss of the epoch's batches, each before its update
    contrastive: float
    supervised: float
    accuracy: float  # in [0, 1]
    rate: float  # learning rate of the epoch


@dataclass(frozen=True, kw_only=True)
class ToyHistory:
    """The epochs of one run, in order."""

    setup: ToySetup
    epochs: tuple[ToyEpoch, ...]

    def column(self, name: str) -> NDArray[np.float64]:
        """One field of every epoch."""
        return np.array([getattr(epoch, name) for epoch in self.epochs], dtype=np.float64)

    @property
    def gap(self) -> NDArray[np.float64]:
        """Supervised less contrastive loss at every epoch."""
        return self.column("supervised") - self.column("contrastive")
