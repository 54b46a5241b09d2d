"""Debiased CKA is a cosine, and follows from joint moments of the features."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import cka, cka_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.luthra2025.alignment._source import METRICS, ours

DOMAIN: Domain = {
    "n": Integers(4, 12),
    "d": Integers(1, 20),
    "layout": Choices(
        "same",
        "near",  # y = x + size times noise
        "random",
        "opposed",  # the first four items in two pairs, and in the two other pairings: -1 at n = 4
        "one-far",  # one item far off in both
    ),
    "size": Reals(1e-8, 1.0, log=True),
    "offset": Choices(0.0, 1.0, 10.0),
}
SAME: Point = {"n": 6, "d": 3, "layout": "same", "size": 1.0, "offset": 0.0}
OPPOSED: Point = {**SAME, "n": 4, "layout": "opposed"}


@dataclass(frozen=True, kw_only=True)
class FeaturePair:
    """Two sets of features of the same items."""

    x: Tensor  # (n, d)
    y: Tensor  # (n, d')

    @property
    def cka(self) -> float:
        """Debiased CKA of the features."""
        return cka(self.x, self.y).item()

    @property
    def roundoff(self) -> float:
        """Of computing that."""
        return cka_rounding(self.x, self.y)


def build(
    *, n: int, d: int, layout: str, size: float, offset: float, generator: torch.Generator
) -> FeaturePair:
    """Features laid out as `DOMAIN` says, moved away from the origin by `offset`."""
    x, y = torch.randn(2, n, d, generator=generator, dtype=torch.float64)
    if layout == "same":
        y = x.clone()
    elif layout == "near":
        y = x + size * y
    elif layout == "one-far":
        x[0] += 100.0
        y[0] += 100.0
    elif layout == "opposed":
        signs = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double()
        x, y = torch.zeros(n, 1).double(), torch.zeros(n, 2).double()
        x[:4], y[:4] = signs[:, :1], signs[:, 1:]
    return FeaturePair(x=x + offset, y=y + offset)


def song(x: Tensor, y: Tensor) -> Tensor:
    """n (n - 3) HSIC_1 from the Gram matrices without their diagonals (Song et al. 2012)."""
    k, l = (_hollow(z @ z.mT) for z in (x, y))  # noqa: E741 - the field's letter
    n = len(k)
    rows, columns = k.sum(dim=0), l.sum(dim=1)
    corner = rows.sum() * columns.sum() / ((n - 1) * (n - 2))
    return (k * l).sum() + corner - 2.0 / (n - 2) * (rows @ columns)


def gram_form(case: FeaturePair) -> float:
    """Debiased CKA by its definition."""
    own = song(case.x, case.x) * song(case.y, case.y)
    return (song(case.x, case.y) / own.sqrt()).item()


def _hollow(k: Tensor) -> Tensor:
    return k - torch.diag(k.diagonal())


def gram_rounding(case: FeaturePair) -> float:
    """By how much the parts of `song` exceed their sum, times the roundings of each.

    A relative error e <= 1/2 of a self term changes 1/sqrt by at most e of it.
    """
    (nx, ex), (ny, ey) = _self_term(case.x), _self_term(case.y)
    relative_x, relative_y = ex / nx, ey / ny
    if not max(relative_x, relative_y) <= 0.5:
        return math.inf
    # The parts of song(x, y) are at most the roots of those of song(x, x) and song(y, y).
    cross = 2.0 * math.sqrt(relative_x * relative_y)
    return (1.0 + relative_x) * (1.0 + relative_y) * (cross + relative_x + relative_y)


def _self_term(x: Tensor) -> tuple[float, float]:
    """song(x, x), of centred features, where rounding is least; and the error of the raw ones'.

    The three parts with |x_i| |x_j| for each product; d + n^2 roundings a factor.
    """
    n, d = x.shape
    centred, norms = x - x.mean(dim=0), x.norm(dim=1)
    p = _hollow(norms[:, None] * norms)
    rows = p.sum(dim=0)
    parts = p.square().sum() + rows.sum() ** 2 / ((n - 1) * (n - 2)) + 2 / (n - 2) * (rows @ rows)
    relative = accumulated_rounding(2 * (d + n * n) + 16, torch.finfo(x.dtype).eps)
    return song(centred, centred).item(), relative * parts.item()


CLAIMS = (
    Claim(
        name="luthra2025-alignment-debiased-range",
        statement=r"\forall X\in\mathbb R^{n\times d},\ Y\in\mathbb R^{n\times d'},\ n\ge4,\ "
        r"\mathrm{HSIC}_1(X,X),\mathrm{HSIC}_1(Y,Y)>0:\quad |\mathrm{CKA}_{\mathrm{debiased}}"
        r"(X,Y)|\le1",
        source=ours("range of debiased CKA"),
        proof=f"{METRICS}#range-of-debiased-cka",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=lambda case: abs(case.cka),
        bound=lambda case: 1.0,
        rounding=lambda case: case.roundoff,
        attained_by=(SAME, OPPOSED),
        cost=2.0,
    ),
    Claim(
        name="luthra2025-alignment-debiased-features",
        statement=r"\forall X,Y,\ n\ge4:\quad n(n-3)\,\mathrm{HSIC}_1=\|X_c^\top Y_c\|_F^2-"
        r"\tfrac n{n-2}\sum_ik_il_i+\tfrac{\sum_ik_i\sum_il_i}{(n-1)(n-2)},\ k_i=\|(X_c)_i\|^2,"
        r"\ l_i=\|(Y_c)_i\|^2,\ X_c=HX,\ Y_c=HY",
        source=ours("debiased CKA from joint moments"),
        proof=f"{METRICS}#debiased-cka-from-features",
        status="sharper",
        kind="identity",
        domain=DOMAIN,
        build=build,
        measured=lambda case: case.cka,
        relation="==",
        bound=gram_form,
        rounding=lambda case: case.roundoff + gram_rounding(case),
        cost=2.0,
    ),
)
