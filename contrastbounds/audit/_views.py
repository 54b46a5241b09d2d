"""The embeddings as the theorems want them: unit rows, on a device, with what was done to them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from contrastbounds.embeddings import Embeddings
from theory.losses import loss_rounding

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Norms:
    """The lengths that the rows had before they were normalised."""

    smallest: float
    median: float
    largest: float
    farthest: float
    """Largest distance of a length from 1."""
    row: int
    view: int
    """Where that is."""
    as_stored: float
    """What storing unit rows in the file's dtype can make of that distance."""

    @property
    def were_unit(self) -> bool:
        """Whether normalising changed nothing that the file's dtype can tell."""
        return self.farthest <= self.as_stored

    def __str__(self) -> str:
        if self.were_unit:
            return f"rows had unit length, to within {self.farthest:.1e}"
        return (
            f"rows were normalised: their lengths were {self.smallest:.4g} to {self.largest:.4g}, "
            f"median {self.median:.4g}; farthest from 1 was row {self.row}, view {self.view}"
        )


@dataclass(frozen=True, kw_only=True)
class Views:
    """Unit rows sorted by nothing: the samples stay in the order of the file."""

    z: Tensor  # (n, k, d)
    labels: Tensor  # (n,), 0 .. C-1
    sizes: tuple[int, ...]
    class_names: tuple[str, ...]
    tau: float
    norms: Norms

    @property
    def n_classes(self) -> int:
        """C."""
        return len(self.sizes)

    @property
    def balanced(self) -> bool:
        """Whether all classes have the same size."""
        return min(self.sizes) == max(self.sizes)

    @property
    def imbalance(self) -> str:
        """Which hypothesis fails without balance, and by how much; empty for balanced classes."""
        if self.balanced:
            return ""
        low, high = min(self.sizes), max(self.sizes)
        return f"needs balanced classes: sizes {low}...{high}, largest/smallest {high / low:.3g}"

    @cached_property
    def pooled(self) -> tuple[Tensor, Tensor]:
        """All views as rows (n k, d), with the labels of their samples."""
        return self.z.flatten(0, 1), self.labels.repeat_interleave(self.z.shape[1])

    @property
    def roundoff(self) -> float:
        """Absolute error of a loss; relative error of a gap between two losses."""
        n, k, d = self.z.shape
        return loss_rounding(n * k, d, self.tau, torch.finfo(self.z.dtype).eps)

    @property
    def bound_roundoff(self) -> float:
        """The same for a calculator, which works in float64 and without inner products."""
        n, k, _ = self.z.shape
        return loss_rounding(n * k, 1, self.tau, torch.finfo(torch.float64).eps)


def unit_views(
    given: Embeddings, *, tau: float, dtype: torch.dtype, device: torch.device | str
) -> Views:
    """Normalise every row in float64; `given` has no zero row."""
    if not 0 < tau < math.inf:
        raise ValueError(f"need a finite tau > 0, got tau={tau}")
    wide = torch.from_numpy(given.z).to(torch.float64)
    # Over the largest entry first, so that no square overflows or vanishes.
    largest = wide.abs().amax(dim=2, keepdim=True)
    wide = wide / largest
    lengths = wide.norm(dim=2, keepdim=True)
    unit = (wide / lengths).to(device=device, dtype=dtype)
    return Views(
        z=unit,
        labels=torch.from_numpy(given.labels).to(device),
        sizes=given.class_sizes,
        class_names=given.class_names,
        tau=tau,
        norms=_norms((lengths * largest)[..., 0], given),
    )


def _norms(lengths: Tensor, given: Embeddings) -> Norms:
    off = (lengths - 1.0).abs()
    row, view = divmod(int(off.argmax()), given.k)
    eps = torch.finfo(torch.from_numpy(given.z[:0]).dtype).eps
    return Norms(
        smallest=lengths.min().item(),
        median=lengths.median().item(),
        largest=lengths.max().item(),
        farthest=off.max().item(),
        row=row,
        view=view,
        as_stored=(given.d / 2 + 2) * eps,
    )
