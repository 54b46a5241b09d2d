"""Repulsion is the ratio of the forces on an anchor; a positive among the terms repels itself."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from bounds import accumulated_rounding
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Reals
from theory.claims.lee2025._population import ALPHA, DOMAIN, Population
from theory.claims.lee2025._source import MINIMA, ours
from theory.claims.lee2025._two_views import WEIGHED
from theory.claims.lee2025._two_views import build as two_views

BATCH: Domain = {
    **WEIGHED,
    "n_classes": DOMAIN["n_classes"],
    "n_max": DOMAIN["n_max"],
    "alpha": ALPHA,
}


@dataclass(frozen=True, kw_only=True)
class Weighed(Population):
    """A batch of two views and which terms its anchors have."""

    negatives: str = "other-items"
    include_positive: bool = False

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same batch in another precision, on another device."""
        moved = super().to(dtype=dtype, device=device)
        return dataclasses.replace(self, z=moved.z, labels=moved.labels)

    @property
    def positive(self) -> Tensor:
        """Which pairs of rows are the two views of an item, (2n, 2n)."""
        return self._same_item & ~self._same_view

    @property
    def terms(self) -> Tensor:
        """Which rows are terms of which anchor's logarithm, (2n, 2n)."""
        below = ~self._same_item
        if self.negatives == "same-view":
            below = below & self._same_view
        if self.negatives == "other-classes":
            below = self.row_labels[:, None] != self.row_labels
        return below | self.positive if self.include_positive else below

    @property
    def _same_item(self) -> Tensor:
        item = torch.arange(len(self.z), device=self.z.device).repeat_interleave(2)
        return item[:, None] == item

    @property
    def _same_view(self) -> Tensor:
        view = torch.arange(2, device=self.z.device).repeat(len(self.z))
        return view[:, None] == view


def build(*, negatives: str, include_positive: bool, **at: Any) -> Weighed:
    """Two views of classes in any layout, and a choice of terms."""
    found = two_views(**at)
    return Weighed(
        z=found.z,
        labels=found.labels,
        alpha=found.alpha,
        repulsion=found.repulsion,
        negatives=negatives,
        include_positive=include_positive,
    )


def by_autograd(case: Weighed) -> ArrayLike:
    """Gradient of the loss in the rows; of each anchor's value in s+, and in all similarities."""
    z = case.z.detach().clone().requires_grad_(True)
    loss = losses.balanced(
        z,
        case.alpha,
        case.repulsion,
        negatives=case.negatives,
        labels=case.labels,
        include_positive=case.include_positive,
    )
    (rows,) = torch.autograd.grad(loss, z)
    s = (case.rows @ case.rows.mT).requires_grad_(True)
    soft_maximum = (case.alpha * s).masked_fill(~case.terms, -torch.inf).logsumexp(dim=1)
    each = case.repulsion / case.alpha * soft_maximum - s[case.positive]
    (forces,) = torch.autograd.grad(each.sum(), s)
    return _parts(rows.flatten(0, 1), forces[case.positive], forces.sum(dim=1))


def by_formula(case: Weighed) -> ArrayLike:
    """(W + W^T) Z / 2n with W = lambda p less 1 at the positive; W there; lambda - 1."""
    exponents = (case.alpha * (case.rows @ case.rows.mT)).exp() * case.terms
    shares = exponents / exponents.sum(dim=1, keepdim=True)
    w = case.repulsion * shares - case.positive.to(shares.dtype)
    total = torch.full_like(w[:, 0], case.repulsion - 1.0)
    return _parts((w + w.mT) @ case.rows / len(w), w[case.positive], total)


def rounding(case: Weighed) -> float:
    """Shares of at most 2n terms, and a row's sum of at most 1 + lambda + (1 + lambda) 2n forces.

    A similarity's error (d + 2) u moves the exponent alpha s, of size alpha + log m before and
    after the maximum is taken out, and a share by twice that, relatively; a sum of 2n terms and
    the division follow. The mean over 2n anchors divides the sum of the forces; both sides err.
    """
    rows, d = case.rows.shape
    in_exponent = math.ceil(case.alpha * (d + 6) + 4.0 * math.log(rows))
    ops = 2 * in_exponent + 3 * rows + 16
    return 4.0 * (1.0 + case.repulsion) * accumulated_rounding(ops, case.eps)


def _parts(*parts: Tensor) -> ArrayLike:
    return np.concatenate([part.numpy(force=True).ravel() for part in parts])


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """An anchor whose m other terms have one similarity c, its positive at s+."""

    m: int
    c: float
    alpha: float
    repulsion: float
    s: float

    def loss(self, s: float) -> float:
        """-s+ + (lambda/alpha) log(e^(alpha s+) + m e^(alpha c))."""
        terms = np.logaddexp(self.alpha * s, math.log(self.m) + self.alpha * self.c)
        return float(self.repulsion / self.alpha * terms - s)


def build_anchor(
    *, m: int, c: float, alpha: float, repulsion: float, s: float, generator: torch.Generator
) -> Anchor:
    """All of it given."""
    return Anchor(m=m, c=c, alpha=alpha, repulsion=repulsion, s=s)


def anchor_rounding(case: Anchor) -> float:
    """Two losses in float64."""
    size = 1.0 + case.repulsion * (1.0 + (1.0 + math.log(case.m + 1)) / case.alpha)
    return 2.0 * size * accumulated_rounding(12, np.finfo(np.float64).eps)


CLAIMS = (
    Claim(
        name="lee2025-force-ratio",
        statement=r"\forall z,\ \alpha>0,\ \lambda\ge0,\ p=\mathrm{softmax}(\alpha s):\quad"
        r" \partial_{s^+}=-1+\lambda p_+,\ \partial_{s_k}=\lambda p_k,\ \text{in all } \lambda-1"
        r" \text{ for every } \alpha,\ p_+=0 \text{ with the positive excluded;}\quad"
        r" \nabla_Z\mathcal L=\tfrac1{2n}(W+W^\top)Z,\ W_{ak}=\lambda p_{ak}-\mathbb 1[k=a^+]",
        source=ours("forces of the balanced loss"),
        proof=f"{MINIMA}#forces-on-an-anchor",
        status="sharper",
        kind="identity",
        domain=BATCH,
        build=build,
        measured=by_autograd,
        relation="==",
        bound=by_formula,
        rounding=rounding,
        cost=2.0,
    ),
    Claim(
        name="lee2025-aligned-optimum-literal",
        statement=r"\text{(literal) positive among the terms},\ \lambda>1,\ \text{the } m\text{ "
        r"other similarities held at } c,\ \forall s^+\in[-1,1]:\quad -1+\frac\lambda\alpha\log("
        r"e^\alpha+me^{\alpha c})\le-s^++\frac\lambda\alpha\log(e^{\alpha s^+}+me^{\alpha c})",
        source=ours("alignment as the optimum at every repulsion, as one may read it"),
        proof=f"{MINIMA}#refuted-alignment-is-optimal-with-the-positive-in-the-denominator",
        status="refuted",
        kind="optimum",
        domain={
            "m": Integers(1, 12),
            "c": Reals(-1.0, 1.0),
            "alpha": ALPHA,
            "repulsion": Reals(1.0, 5.0),
            "s": Reals(-1.0, 1.0),
        },
        build=build_anchor,
        measured=lambda case: case.loss(1.0),
        bound=lambda case: case.loss(case.s),
        rounding=anchor_rounding,
        counterexample={"m": 3, "c": -1 / 3, "alpha": 5.0, "repulsion": 2.0, "s": -0.11361},
        cost=0.1,
    ),
)
