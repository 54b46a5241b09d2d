"""A callable's values on a design, or one line that says why there are none."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from theory.conventions._fit import Values
from theory.conventions._forms import kinds_of_pairs
from theory.conventions._layouts import LABELLED, Design, Loss, call, number


class RefusedError(Exception):
    """A layout, or a batch, that the callable does not accept."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`loss_fn` called in one layout and dtype."""

    loss_fn: Loss
    layout: str
    dtype: torch.dtype

    def value(self, z: Tensor, labels: Tensor) -> tuple[float, Tensor]:
        """The value on one batch, as a number and as returned."""
        try:
            returned = call(self.loss_fn, self.layout, z.to(self.dtype), labels)
        except Exception as error:  # whatever a user's code raises is an answer about the layout
            line = " ".join(str(error).split())
            raise RefusedError(f"{type(error).__name__}: {line[:120]}") from error
        return number(returned)

    def values(self, design: Design) -> Values:
        """The values on every batch of `design`."""
        results = [self.value(z, design.labels) for z in design.z]
        rows = design.z.to(self.dtype).double().flatten(1, 2)
        precisions = [torch.finfo(returned.dtype).eps for _, returned in results]
        return Values(
            values=np.array([value for value, _ in results]),
            s=(rows @ rows.mT).numpy(),
            kinds=kinds_of_pairs(design.classes(labelled=self.labelled), design.n_views),
            n_views=design.n_views,
            eps=max(torch.finfo(self.dtype).eps, *precisions),
        )

    def per_anchor(self, design: Design) -> bool:
        """Whether the callable leaves the averaging to its caller."""
        return self.value(design.z[0], design.labels)[1].numel() > 1

    @property
    def labelled(self) -> bool:
        """Whether the layout passes classes."""
        return self.layout in LABELLED


def caller(loss_fn: Loss, layout: str, design: Design) -> Caller:
    """A caller in float64 where the callable takes it, else in float32."""
    first: RefusedError | None = None
    for dtype in (torch.float64, torch.float32):
        found = Caller(loss_fn=loss_fn, layout=layout, dtype=dtype)
        try:
            found.value(design.z[0], design.labels)
        except RefusedError as refusal:
            first = first or refusal
        else:
            return found
    assert first is not None
    raise first
