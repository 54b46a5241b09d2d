"""The repelling Jensen step for minus the distance as similarity, which is concave: it fails."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers
from theory.claims.lee2025._population import ALPHA
from theory.claims.lee2025._source import ATTRACT, reconstructed


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Unit views of one class, and an anchor."""

    z: Tensor  # (k, d), unit rows
    u: Tensor  # (d,), unit
    alpha: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same in another precision, on another device."""
        return type(self)(
            z=self.z.to(device=device, dtype=dtype),
            u=self.u.to(device=device, dtype=dtype),
            alpha=self.alpha,
        )


def build(*, k: int, d: int, alpha: float, layout: str, generator: torch.Generator) -> Ring:
    """Random unit views, or equispaced ones on the equator below an anchor at the pole."""
    z = normalize(torch.randn(k, d, generator=generator, dtype=torch.float64), dim=1)
    u = normalize(torch.randn(d, generator=generator, dtype=torch.float64), dim=0)
    if layout == "equator":
        turn = 2.0 * math.pi * torch.arange(k, dtype=torch.float64) / k
        z = torch.zeros_like(z)
        z[:, 0], z[:, 1] = turn.cos(), turn.sin()
        u = torch.eye(d, dtype=torch.float64)[2]
    return Ring(z=z, u=u, alpha=alpha)


def at_the_mean(case: Ring) -> float:
    """-||u - E z||."""
    return float(-(case.u - case.z.mean(dim=0)).norm())


def log_of_the_mean(case: Ring) -> float:
    """(1/alpha) log E e^(-alpha ||u - z||)."""
    distances: Tensor = (case.u - case.z).norm(dim=1)
    total = torch.logsumexp(-case.alpha * distances, dim=0).item()
    return (total - math.log(len(case.z))) / case.alpha


def rounding(case: Ring) -> float:
    """Distances up to 2, and a log-sum of k terms before the division by alpha."""
    k, d = case.z.shape
    size = 4.0 + (2.0 + 2.0 * math.log(k)) / case.alpha
    return size * accumulated_rounding(2 * k + d + 8, torch.finfo(case.z.dtype).eps)


CLAIM = Claim(
    name="lee2025-repel-distance-literal",
    statement=r"\forall\alpha>0,\ \|u\|=\|z_t\|=1,\ s(u,v)=-\|u-v\|:\quad s(u,\mathbb E_tz_t)\le"
    r"\tfrac1\alpha\log\mathbb E_te^{\alpha s(u,z_t)}",
    source=reconstructed("repelling bound, its Jensen step for minus the distance"),
    proof=f"{ATTRACT}#minus-the-distance-as-similarity",
    status="refuted",
    kind="for-all",
    domain={
        "k": Integers(1, 12),
        "d": Integers(3, 6),
        "alpha": ALPHA,
        "layout": Choices("random", "equator"),
    },
    build=build,
    measured=at_the_mean,
    bound=log_of_the_mean,
    rounding=rounding,
    counterexample={"k": 8, "d": 3, "alpha": 1.0, "layout": "equator"},
)
