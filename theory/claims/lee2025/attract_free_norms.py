"""Views that are not normalised: even with its sign the attracting Jensen step fails."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.lee2025._source import ATTRACT, reconstructed


@dataclass(frozen=True, kw_only=True)
class FreeViews:
    """Views of any length, and an anchor."""

    z: Tensor  # (k, d)
    u: Tensor  # (d,), unit

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same in another precision, on another device."""
        return type(self)(
            z=self.z.to(device=device, dtype=dtype), u=self.u.to(device=device, dtype=dtype)
        )


def build(
    *, k: int, d: int, norm_ratio: float, layout: str, generator: torch.Generator
) -> FreeViews:
    """Lengths from 0.01 to 0.01 norm_ratio; the anchor turned so that E cos >= 0."""
    z = normalize(torch.randn(k, d, generator=generator, dtype=torch.float64), dim=1)
    u = normalize(torch.randn(d, generator=generator, dtype=torch.float64), dim=0)
    if layout == "axes":  # the short view along the anchor, the others across
        u = torch.eye(d, dtype=torch.float64)[1]
        z = torch.zeros_like(z)
        z[0, 1] = z[1:, 0] = 1.0
    lengths = 0.01 * norm_ratio ** (torch.arange(k).double() / (k - 1))
    return FreeViews(z=lengths[:, None] * z, u=torch.where((z @ u).mean() < 0, -u, u))


def to_the_mean(case: FreeViews) -> float:
    """-cos(u, E z)."""
    return float(-(normalize(case.z.mean(dim=0), dim=0) @ case.u))


def to_the_views(case: FreeViews) -> float:
    """-E cos(u, z)."""
    return float(-(normalize(case.z, dim=1) @ case.u).mean())


def rounding(case: FreeViews) -> float:
    """Two averages of inner products, the mean's relative to what is left of the longest view."""
    k, d = case.z.shape
    longest = float(case.z.norm(dim=1).max() / case.z.mean(dim=0).norm())
    error = accumulated_rounding(k + 2 * d + 8, torch.finfo(case.z.dtype).eps)
    return (2.0 + 2.0 * longest) * error


CLAIM = Claim(
    name="lee2025-attract-unnormalised-literal",
    statement=r"\forall z_t\in\mathbb R^d\setminus\{0\},\ m=\mathbb E_tz_t\ne0,\ \|u\|=1,\ \mathbb"
    r" E_t\cos(u,z_t)\ge0:\quad -\cos(u,m)\le-\mathbb E_t\cos(u,z_t)",
    source=reconstructed("attracting bound, its Jensen step without normalised views"),
    proof=f"{ATTRACT}#without-normalised-views-it-fails",
    status="refuted",
    kind="for-all",
    domain={
        "k": Integers(2, 4),
        "d": Integers(2, 6),
        "norm_ratio": Reals(1.0, 1e4, log=True),
        "layout": Choices("random", "axes"),
    },
    build=build,
    measured=to_the_mean,
    bound=to_the_views,
    rounding=rounding,
    counterexample={"k": 2, "d": 2, "norm_ratio": 1e4, "layout": "axes"},
)
