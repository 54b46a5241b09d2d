"""What training reads: labelled samples."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


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
