"""What a run of the toy experiment is decided by."""

from dataclasses import dataclass
from typing import Literal

from synthetic._require import require

Data = Literal["circle", "norm"]


@dataclass(frozen=True, kw_only=True)
class ToySetup:
    """All that a run depends on but its length; the defaults are the published experiment's."""

    data: Data = "circle"
    n_classes: int = 100
    n_per_class: int = 1000
    train_share: float = 0.6
    n_negatives: int = 1
    batch_size: int = 1024
    width: int = 256
    quirk: bool = False  # score negatives as the authors' code does, see `n_pair_loss`
    seed: int = 7
    dtype: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        require(self.data in ("circle", "norm"), 'data "circle" or "norm"', data=repr(self.data))
        require(
            self.dtype in ("float32", "float64"), 'dtype "float32" or "float64"', dtype=self.dtype
        )
        n_train = self.n_classes * round(self.train_share * self.n_per_class)
        require(
            self.batch_size <= n_train,
            "batch_size <= training samples",
            batch_size=self.batch_size,
            samples=n_train,
        )
        require(
            1 <= self.n_negatives < self.batch_size,
            "1 <= n_negatives < batch_size",
            n_negatives=self.n_negatives,
            batch_size=self.batch_size,
        )

    @property
    def name(self) -> str:
        """A name for a file: every field, the first few in words."""
        words = f"{self.data}-C{self.n_classes}x{self.n_per_class}-K{self.n_negatives}"
        rest = f"B{self.batch_size}-w{self.width}-t{self.train_share:g}-{self.dtype}"
        return f"{words}-{rest}{'-quirk' if self.quirk else ''}-seed{self.seed}"
