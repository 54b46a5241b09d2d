"""The classes in each batch, as far as the theory of shared randomness asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Compositions:
    """Extremes over the anchors of each batch; all have shape (steps,).

    An anchor of a class with n_c places in a batch of B has n_s = n_c - 1 others of its class and
    n_d = B - n_c of different ones, so one of the largest class attains all three.
    """

    n_same: Tensor  # int64, largest n_s
    n_different: Tensor  # int64, smallest n_d
    ratio: Tensor  # float64, largest n_s / n_d; +inf where n_d = 0


def compositions(largest: Sequence[int], batch_size: int) -> Compositions:
    """From the size of each batch's largest class."""
    n = torch.tensor(largest, dtype=torch.int64)
    same, different = n - 1, batch_size - n
    ratio = torch.where(different == 0, torch.inf, same.double() / different)
    return Compositions(n_same=same, n_different=different, ratio=ratio)
