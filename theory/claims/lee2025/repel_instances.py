"""Raw prototypes repel less than the nearest item mean: on this side they cost no bias."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_DOMAIN, Anchors, build
from theory.claims.lee2025._source import REPEL, ours


def to_items(case: Anchors) -> Tensor:
    """<u, m_i'>, (a, n)."""
    return case.similarities.mean(dim=2)


def of_other_classes(case: Anchors) -> Tensor:
    """max of <u, m_i'> over the items of the other classes."""
    foreign = case.other[:, case.population.labels]
    return to_items(case).masked_fill(~foreign, -torch.inf).amax(dim=1)


def prototype_and_foreign(case: Anchors) -> ArrayLike:
    """max a, and the maximum over the items of the other classes."""
    return torch.stack([case.largest, of_other_classes(case)]).numpy(force=True)


def foreign_and_any(case: Anchors) -> ArrayLike:
    """That maximum, and the one over all other items."""
    others = to_items(case).scatter(1, case.item[:, None], -torch.inf).amax(dim=1)
    return torch.stack([of_other_classes(case), others]).numpy(force=True)


CLAIM = Claim(
    name="lee2025-repel-instances",
    statement=r"\forall\|u\|=1:\quad \max_{y'\ne y}\langle u,M_{y'}\rangle\le\max_{y_{i'}\ne y}"
    r"\langle u,m_{i'}\rangle\le\max_{i'\ne i}\langle u,m_{i'}\rangle,\quad i \text{ an item of }"
    r" y,\ \text{equalities if } n_{y'}=1\ \forall y'",
    source=ours("the largest similarity to a prototype and to an item"),
    proof=f"{REPEL}#items-in-place-of-prototypes",
    status="sharper",
    kind="for-all",
    domain=REPEL_DOMAIN,
    build=build,
    measured=prototype_and_foreign,
    bound=foreign_and_any,
    rounding=lambda case: 2.0 * case.population.roundoff,
    attained_by=({**ONE_VIEW_EACH, "n_classes": 5, "k": 4},),
    cost=0.5,
)
