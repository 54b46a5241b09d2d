"""Directional CDNV never exceeds CDNV; the misprinted direction is not invariant to scale."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.luthra2025._source import FEW_SHOT, paper
from theory.geometry import cdnv, class_statistics, directional_cdnv


@dataclass(frozen=True, kw_only=True)
class Features:
    """Labelled features, and a factor to scale them by."""

    x: Tensor  # (n, d)
    labels: Tensor  # (n,)
    scale: float = 1.0

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same features in another precision, on another device."""
        return type(self)(
            x=self.x.to(device=device, dtype=dtype),
            labels=self.labels.to(device),
            scale=self.scale,
        )

    @property
    def roundoff(self) -> float:
        """Absolute error of a (directional) CDNV of these features.

        A class mean, and with it every residual and difference of means, errs by at most
        r = (n + 2) eps max|x| per coordinate; a variance then by 2 sqrt(v d) r + d r^2, and a
        squared distance D^2 relatively by 4 r sqrt(d) / D; the sums of squares, which have no
        cancellation, add (n d + 8) eps relative.
        """
        n, d = self.x.shape
        eps = torch.finfo(self.x.dtype).eps
        s = class_statistics(self.x, self.labels)
        r = (n + 2) * eps * self.x.abs().max().item()
        v = s.variances.max().item()
        distance = torch.pdist(s.means.double()).min().item()
        spread = (2 * math.sqrt(v * d) * r + d * r * r) / distance**2
        relative = 4 * r * math.sqrt(d) / distance + (n * d + 8) * eps
        return spread + relative * v / distance**2


def build(
    *,
    n_classes: int,
    n_max: int,
    d: int,
    shape: str,
    spread: float,
    generator: torch.Generator,
) -> Features:
    """Unbalanced clusters; `line` lets all noise lie along one direction, `point` none."""
    labels = torch.repeat_interleave(torch.arange(n_classes), torch.arange(n_classes) % n_max + 1)
    means = torch.randn(n_classes, d, generator=generator, dtype=torch.float64)
    noise = torch.randn(len(labels), d, generator=generator, dtype=torch.float64)
    if shape == "line":
        noise[:, 1:] = 0.0
    elif shape == "point":
        noise[:] = 0.0
    return Features(x=means[labels] + spread * noise, labels=labels)


def build_scaled(*, case: str, scale: float, generator: torch.Generator) -> Features:
    """`diagonal`: six points a class, covariance diag(1, 4, 9), mean difference (2, 0, 0)."""
    if case == "random":
        drawn = build(n_classes=4, n_max=5, d=3, shape="full", spread=1.0, generator=generator)
        return Features(x=drawn.x, labels=drawn.labels, scale=scale)
    arms = math.sqrt(3.0) * torch.diag(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    cross = torch.cat([arms, -arms])  # population covariance diag(1, 4, 9)
    shift = torch.tensor([2.0, 0.0, 0.0], dtype=torch.float64)
    labels = torch.arange(2).repeat_interleave(6)
    return Features(x=torch.cat([cross, cross + shift]), labels=labels, scale=scale)


def misprinted(x: Tensor, labels: Tensor) -> float:
    """u_ij read as (mu_i - mu_j) / D_ij^2: each V~_ij gains a factor 1 / D_ij^2."""
    means = class_statistics(x, labels).means
    squared = torch.cdist(means, means).square()
    pairs = ~torch.eye(len(means), dtype=torch.bool, device=x.device)
    return (directional_cdnv(x, labels, average=None) / squared)[pairs].mean().item()


def misprint_rounding(case: Features) -> float:
    """The error of V~ over the smallest D^2, at the smaller of the two scales, twice."""
    means = class_statistics(case.x, case.labels).means
    squared = torch.pdist(means.double()).min().item() ** 2
    return 4.0 * case.roundoff / (squared * min(1.0, case.scale**2))


CLAIMS = (
    Claim(
        name="luthra2025-directional-below-cdnv",
        statement=r"\forall f,\ \mu_i\ne\mu_j:\quad \tilde V_f\le V_f,"
        r"\ \text{with equality if } d=1",
        source=paper("remark on the directional CDNV"),
        status="published",
        kind="for-all",
        domain={
            "n_classes": Integers(2, 8),
            "n_max": Integers(1, 9),
            "d": Integers(1, 12),
            "shape": Choices("full", "line", "point"),
            "spread": Reals(0.0, 10.0),
        },
        build=build,
        measured=lambda case: directional_cdnv(case.x, case.labels).item(),
        bound=lambda case: cdnv(case.x, case.labels).item(),
        rounding=lambda case: 2.0 * case.roundoff,
        attained_by=({"n_classes": 4, "n_max": 5, "d": 1, "shape": "full", "spread": 0.7},),
    ),
    Claim(
        name="luthra2025-direction-misprint",
        statement=r"\text{(literal, } u_{ij}=(\mu_i-\mu_j)/D_{ij}^2\text{)}\quad"
        r"\tilde V(c\,z)=\tilde V(z)\quad\forall c>0",
        source=paper("definition of the directional CDNV, as misprinted"),
        proof=f"{FEW_SHOT}#failing-literal-statements",
        status="refuted",
        kind="identity",
        domain={"case": Choices("diagonal", "random"), "scale": Reals(0.1, 10.0, log=True)},
        build=build_scaled,
        measured=lambda case: misprinted(case.scale * case.x, case.labels),
        relation="==",
        bound=lambda case: misprinted(case.x, case.labels),
        rounding=misprint_rounding,
        counterexample={"case": "diagonal", "scale": 2.0},
    ),
)
