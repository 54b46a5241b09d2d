"""How losses are called in the wild, and the batches that they are called on."""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

Loss = Callable[..., Any]

# Labelled first: a loss that takes labels is told by what it does with them.
LAYOUTS: Mapping[str, str] = {
    "views, labels": "f(z, labels), z (n, k, d), labels (n,)",
    "views": "f(z), z (n, k, d)",
    "pair, labels": "f(z1, z2, labels), each (n, d)",
    "pair": "f(z1, z2), each (n, d)",
    "rows, classes": "f(rows, labels), rows (n k, d), each label k times",
    "rows, samples": "f(rows, ids), rows (n k, d), the sample's number as its label",
    "rows": "f(rows), rows (n k, d), the views of a sample together",
    "stacked": "f(rows), rows (k n, d), all first views, then all second ones",
}
LABELLED = ("views, labels", "pair, labels", "rows, classes")
PAIRED = ("pair, labels", "pair")
# From nearly equal rows, where a small tau is seen, to any rows, where a large one is.
SPREADS = (0.05, 0.2, 0.6, 2.0)
D = 5


@dataclass(frozen=True, kw_only=True)
class Design:
    """Batches of one shape."""

    z: Tensor  # (m, n, k, d) float64, unit rows
    labels: Tensor  # (n,)

    @property
    def n_views(self) -> int:
        """Views of a sample."""
        return self.z.shape[2]

    def classes(self, *, labelled: bool) -> NDArray[np.int64]:
        """What the loss is told apart by: labels, or the samples themselves."""
        labels = self.labels if labelled else torch.arange(len(self.labels))
        return np.asarray(labels.numpy(), dtype=np.int64)


def design(labels: list[int], k: int, repeats: int, generator: torch.Generator) -> Design:
    """`repeats` batches at every spread around a common centre."""
    shape = (repeats, len(labels), k, D)
    batches = []
    for spread in SPREADS:
        centre = torch.randn(repeats, 1, 1, D, generator=generator, dtype=torch.float64)
        noise = torch.randn(shape, generator=generator, dtype=torch.float64)
        batches.append(normalize(normalize(centre, dim=-1) + spread * noise, dim=-1))
    return Design(z=torch.cat(batches), labels=torch.tensor(labels))


def call(loss: Loss, layout: str, z: Tensor, labels: Tensor) -> Any:
    """`loss` on one batch z (n, k, d), called in `layout`."""
    rows, k = z.flatten(0, 1), z.shape[1]
    ids = torch.arange(len(z))
    arguments: dict[str, Callable[[], tuple[Tensor, ...]]] = {
        "views, labels": lambda: (z, labels),
        "views": lambda: (z,),
        "pair, labels": lambda: (z[:, 0], z[:, 1], labels),
        "pair": lambda: (z[:, 0], z[:, 1]),
        "rows, classes": lambda: (rows, labels.repeat_interleave(k)),
        "rows, samples": lambda: (rows, ids.repeat_interleave(k)),
        "rows": lambda: (rows,),
        "stacked": lambda: (z.transpose(0, 1).flatten(0, 1),),
    }
    # In a layout that is not its own, a callable may well warn.
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):
        return loss(*arguments[layout]())


def number(value: Any) -> tuple[float, Tensor]:
    """A loss as one number, the mean if there is a value for every anchor; and as a tensor."""
    try:
        # Python's floats are doubles, which torch would make floats of its default dtype.
        of = value if isinstance(value, Tensor) else np.asarray(value)
        tensor = torch.as_tensor(of).detach().cpu()
        number = float(tensor.double().mean())
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(
            f"need a loss that returns a number or a tensor, got {type(value).__name__}"
        ) from None
    if not (tensor.is_floating_point() and math.isfinite(number)):
        raise ValueError(f"need finite values of the loss, got {tensor.flatten()[:3].tolist()}")
    return number, tensor
