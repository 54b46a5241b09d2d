"""The pointwise lemma on the one-vs-rest loss, which the leave-one-out identity averages."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.bao2022._source import INTERCEPT, ours
from theory.claims.bao2022._tuples import one_vs_rest, one_vs_rest_error

CONSTANT: Point = {"n": 9, "layout": "constant", "reach": 0.5}
LARGEST_ETA = 0.7


@dataclass(frozen=True, kw_only=True)
class Centred:
    """The scores zeta of one point, with sum 0; the first is the anchor's class."""

    zeta: Tensor  # (n,)

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same scores in another precision, on another device."""
        return type(self)(zeta=self.zeta.to(dtype=dtype, device=device))


def build_centred(*, n: int, layout: str, reach: float, generator: torch.Generator) -> Centred:
    """A random direction, followed up to `reach` of where the lemma's hypotheses end."""
    v = torch.randn(n, generator=generator, dtype=torch.float64)
    if layout == "constant":
        v = torch.zeros_like(v)
    elif layout in ("anchor-high", "anchor-low"):
        v = 0.1 * v
        v[0] = 1.0 if layout == "anchor-high" else -1.0
    elif layout == "negative-high":
        v = 0.1 * v
        v[-1] = 1.0
    elif layout == "two-level":
        v = v.sign()
    v = v - v.mean()
    scale = reach * math.log(n) / max(v.max().item(), 1e-300)
    while anchor_excess(scale * v) > LARGEST_ETA:
        scale *= 0.8
    return Centred(zeta=scale * v)


def anchor_excess(zeta: Tensor) -> float:
    """The lemma's eta = (N p_c - 1)/(N - 1)."""
    n = len(zeta)
    return (n * zeta.softmax(0)[0].item() - 1.0) / (n - 1)


def theta_of_first(case: Centred) -> float:
    """Theta_c."""
    return one_vs_rest(case.zeta)[0].item()


def pointwise_bound(case: Centred) -> float:
    """(1/N) sum_{l != c} G_N(zeta_l) - (1 - 1/N) zeta_c, with G_N = N (N-1) g(y) + e^zeta - 1."""
    n = len(case.zeta)
    growth = torch.expm1(case.zeta[1:])
    y = growth / (n - 1)
    g = -torch.log1p(-y) - y
    own = case.zeta[0].item()
    return ((n - 1) * g + growth / n).sum().item() - (1.0 - 1.0 / n) * own


def pointwise_rounding(case: Centred) -> float:
    """G_N's slope e^(2 zeta)/(1 - y) times the error of zeta, and the errors of g and of Theta."""
    n = len(case.zeta)
    unit = accumulated_rounding(n + 16, torch.finfo(case.zeta.dtype).eps)
    growth, size = torch.expm1(case.zeta[1:]), case.zeta.abs().max().item()
    room = 1.0 - growth / (n - 1)
    slope = (torch.exp(2.0 * case.zeta[1:]) / room).sum().item() / n
    terms = (4.0 * growth.abs() / room).sum().item()
    odds = n ** (n / (n - 1)) / (n - 1)  # as the other zeta's mean is -zeta_l/(n - 1)
    return unit * (slope * (size + 1.0) + terms + size + one_vs_rest_error(n, size, odds))


CLAIMS = (
    Claim(
        name="bao2022-leave-one-out-pointwise",
        statement=r"\forall N\ge4,\ \textstyle\sum_l\zeta_l=0,\ e^{\zeta_l}<N,\ "
        r"\frac{Np_c-1}{N-1}\le0.7:\quad \Theta_c\le\frac1N\sum_{l\ne c}G_N(\zeta_l)-"
        r"\Bigl(1-\frac1N\Bigr)\zeta_c,\quad G_N(\zeta)=(N-1)\Bigl[1-e^\zeta-N\ln\frac{N-e^\zeta}"
        r"{N-1}\Bigr]",
        source=ours("the intercept, lemma (7)"),
        proof=f"{INTERCEPT}#pointwise-lemma",
        status="sharper",
        kind="for-all",
        domain={
            "n": Integers(4, 60),
            "layout": Choices(
                "constant", "random", "anchor-high", "anchor-low", "negative-high", "two-level"
            ),
            "reach": Reals(0.01, 0.99),
        },
        build=build_centred,
        measured=theta_of_first,
        bound=pointwise_bound,
        rounding=pointwise_rounding,
        attained_by=(CONSTANT, {**CONSTANT, "n": 60}),
    ),
)
