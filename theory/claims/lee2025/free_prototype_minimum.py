"""Free prototypes form a simplex up to a critical repulsion, and collapse beyond it."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding, free_prototype_minimum
from synthetic.free import minimise_free_features
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.lee2025._source import MINIMA, ours
from theory.claims.luthra2025._views import simplex_points

LAYOUTS = Choices(
    "leaning",  # between the simplex (lean 0, for d >= K) and one prototype for all (lean 1)
    "random",
    "descended",  # from a random start down the objective itself
)
STEPS = 12
SIMPLEX: Point = {"n_classes": 3, "d": 3, "repulsion": 2.0, "layout": "leaning", "lean": 0.0}


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """An embedding and a prototype for every class."""

    u: Tensor  # (c, d), unit rows
    mu: Tensor  # (c, d), unit rows
    repulsion: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same pairs in another precision, on another device."""
        return type(self)(
            u=self.u.to(device=device, dtype=dtype),
            mu=self.mu.to(device=device, dtype=dtype),
            repulsion=self.repulsion,
        )


def objective(u: Tensor, mu: Tensor, repulsion: float) -> Tensor:
    """Mean over classes of -<u_y,mu_y> + lambda max_{y'} <u_y,mu_y'>."""
    scores = u @ mu.mT
    own = torch.eye(len(u), dtype=torch.bool, device=u.device)
    others = scores.masked_fill(own, -torch.inf).amax(dim=1)
    return (repulsion * others - scores.diagonal()).mean()


def build(
    *,
    n_classes: int,
    d: int,
    repulsion: float,
    layout: str,
    lean: float,
    generator: torch.Generator,
) -> Pairs:
    """Prototypes that lean towards one axis, each embedding where it is best for the average."""
    noise = torch.randn(2, n_classes, d, generator=generator, dtype=torch.float64)
    if layout == "leaning":
        mu = _leaning(n_classes, d, math.pi / 2.0 * lean)
        c = repulsion / (n_classes - 1)
        best = (1.0 + c) * mu - c * mu.sum(dim=0)
        none = best.norm(dim=1, keepdim=True) < 1e-12  # only rounding: it has no direction
        return Pairs(
            u=normalize(torch.where(none, noise[0], best), dim=1), mu=mu, repulsion=repulsion
        )
    pairs = normalize(noise, dim=-1)
    if layout == "descended":
        pairs = minimise_free_features(
            lambda x: objective(x[0], x[1], repulsion), pairs, max_steps=STEPS
        )
    return Pairs(u=pairs[0], mu=pairs[1], repulsion=repulsion)


def measured(case: Pairs) -> float:
    """The free objective."""
    return objective(case.u, case.mu, case.repulsion).item()


def floor(case: Pairs) -> float:
    """-max(1 + lambda/(K-1), lambda - 1)."""
    return free_prototype_minimum(len(case.u), case.repulsion).item()


def rounding(case: Pairs) -> float:
    """1 + lambda inner products of rows of squared norm 1 within (d + 4) u, and a mean of K.

    Twice, for the directions of the equality cases are themselves a sum of K rows.
    """
    k, d = case.u.shape
    eps = torch.finfo(case.u.dtype).eps
    return 2.0 * (1.0 + case.repulsion) * accumulated_rounding(2 * d + k + 12, eps)


def _leaning(n_classes: int, d: int, angle: float) -> Tensor:
    across = torch.full((n_classes, 1), math.sin(angle), dtype=torch.float64)
    if d == 1:
        return torch.ones_like(across)
    return torch.cat([math.cos(angle) * simplex_points(n_classes, d - 1), across], dim=1)


CLAIM = Claim(
    name="lee2025-free-prototype-minimum",
    statement=r"\forall\|u_y\|=\|\mu_y\|=1,\ K\ge2,\ \lambda\ge0:\quad \frac1K\sum_y\Bigl[-\langle"
    r" u_y,\mu_y\rangle+\lambda\max_{y'\ne y}\langle u_y,\mu_{y'}\rangle\Bigr]\ge-\max\Bigl(1+\frac"
    r"{\lambda}{K-1},\lambda-1\Bigr),\ \text{attained by the simplex } u_y=\mu_y \text{ for }"
    r" \lambda\le\lambda_c=\tfrac{2(K-1)}{K-2},\ \text{by } \mu_y=e,\ u_y=-e \text{ for }"
    r" \lambda\ge\lambda_c",
    source=ours("phase transition of free prototypes"),
    proof=f"{MINIMA}#free-prototypes",
    status="sharper",
    kind="optimum",
    domain={
        "n_classes": Integers(2, 8),
        "d": Integers(1, 9),
        "repulsion": Reals(0.0, 8.0),
        "layout": LAYOUTS,
        "lean": Reals(0.0, 1.0),
    },
    build=build,
    measured=measured,
    relation=">=",
    bound=floor,
    rounding=rounding,
    attained_by=(
        SIMPLEX,
        {**SIMPLEX, "n_classes": 2, "repulsion": 8.0},
        {**SIMPLEX, "n_classes": 8, "d": 8, "repulsion": 0.5},
        {**SIMPLEX, "repulsion": 4.0},  # lambda_c: the simplex, collapse, and what lies between
        {**SIMPLEX, "repulsion": 4.0, "lean": 1.0},
        {**SIMPLEX, "repulsion": 4.0, "lean": 0.4},
        {**SIMPLEX, "n_classes": 8, "d": 1, "repulsion": 7.0, "lean": 1.0},
        {**SIMPLEX, "n_classes": 5, "d": 2, "repulsion": 3.0, "lean": 1.0},
    ),
    cost=2.0,
)
