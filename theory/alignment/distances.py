"""How far two encoders that were trained together are from each other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthetic import weight_distance
from theory.alignment.cka import cka
from theory.alignment.rsa import rsa
from theory.alignment.weights import relative_weight_gap

Values = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Distances:
    """How far a twin is from the CL-trained one; every field has shape (stops,)."""

    cka: Values  # biased, of the unit rows z
    cka_debiased: Values
    rsa: Values
    weight_gap: Values  # Euclidean distance of all parameters
    relative_weight_gap: Values  # of the encoder without its projector
    gram_gap: Values
    """rho: distance of the centred Gram matrices over the larger norm (`bounds.cka_floor`)."""
    cosine_gap: Values
    """r: the same for the centred cosines above the diagonal (`bounds.rsa_floor`)."""


def metrics_on(x: Tensor) -> dict[str, Callable[[nn.Module, nn.Module], float]]:
    """Comparisons of two encoders on the items x, by field of `Distances`."""
    of_rows: dict[str, Callable[..., Tensor]] = {
        "cka": partial(cka, debiased=False),
        "cka_debiased": cka,
        "rsa": rsa,
        "gram_gap": gram_gap,
        "cosine_gap": cosine_gap,
    }
    return {
        **{name: _OnRows(metric, x) for name, metric in of_rows.items()},
        "weight_gap": weight_distance,
        "relative_weight_gap": _of_backbones,
    }


@dataclass(frozen=True)
class _OnRows:
    """A metric of what two encoders make of the items x; not a closure, so that it is pickled."""

    metric: Callable[[Tensor, Tensor], Tensor]
    x: Tensor

    def __call__(self, a: nn.Module, b: nn.Module) -> float:
        return self.metric(a(self.x).double(), b(self.x).double()).item()


def _of_backbones(a: nn.Module, b: nn.Module) -> float:
    return relative_weight_gap(a.get_submodule("backbone"), b.get_submodule("backbone"))


def gram_gap(x: Tensor, y: Tensor) -> Tensor:
    """rho of unit rows x and y (n, d): ||K - K'||_F / max(||K||_F, ||K'||_F), centred twice."""
    k, other = (_centred(z.double()) @ _centred(z.double()).mT for z in (x, y))
    return _relative(k, other)


def cosine_gap(x: Tensor, y: Tensor) -> Tensor:
    """r of unit rows x and y (n, d): as `gram_gap`, of the centred cosines of pairs i < j."""
    upper = torch.triu_indices(len(x), len(x), 1).unbind()
    a, b = (_centred((z.double() @ z.double().mT)[upper]) for z in (x, y))
    return _relative(a, b)


def _relative(a: Tensor, b: Tensor) -> Tensor:
    ratio: Tensor = (a - b).norm() / torch.maximum(a.norm(), b.norm())
    return ratio


def _centred(rows: Tensor) -> Tensor:
    return rows - rows.mean(dim=0, keepdim=True)
