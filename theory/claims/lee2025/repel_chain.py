"""Three levels above the largest similarity: of the means, of one draw per class, of all rows."""

import itertools
import math

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_DOMAIN, Anchors, build
from theory.claims.lee2025._source import REPEL, ours

SMALL: Domain = {
    **REPEL_DOMAIN,
    "n_classes": Integers(2, 4),
    "n_max": Integers(1, 3),
    "k": Integers(1, 2),
}


def levels(case: Anchors) -> list[Tensor]:
    """max a, the log-sum-exp of a, its mean over one draw per class, the log of the means."""
    smooth = (case.alpha * case.to_prototypes).logsumexp(dim=1) / case.alpha
    return [case.largest, smooth, *_over_draws(case), case.log_form()]


def lower(case: Anchors) -> ArrayLike:
    """Every level but the last; the draws of both kinds."""
    largest, smooth, alone, together, _ = levels(case)
    return torch.stack([largest, smooth, smooth, alone, together]).numpy(force=True)


def upper(case: Anchors) -> ArrayLike:
    """The level after each of those."""
    _, smooth, alone, together, all_rows = levels(case)
    return torch.stack([smooth, alone, together, all_rows, all_rows]).numpy(force=True)


def _over_draws(case: Anchors) -> tuple[Tensor, Tensor]:
    """Mean of (1/alpha) log sum_{y'} e^{alpha s(u,z_y')} over the draws of one row per class.

    First the classes drawn independently; then together, the closest rows of all classes at once.
    """
    rows, label = case.similarities.flatten(1), case.population.row_labels
    scaled = (case.alpha * rows).sort(dim=1)
    by_class = [
        torch.stack([values[label[order] == y] for values, order in zip(*scaled, strict=True)])
        for y in range(len(case.population.sizes))
    ]
    counts = [values.shape[1] for values in by_class]
    alone = torch.tensor(list(itertools.product(*map(range, counts))), device=rows.device)
    steps = torch.arange(math.lcm(*counts), device=rows.device)[:, None]
    together = steps * torch.tensor(counts, device=rows.device) // len(steps)
    means = []
    for picks in (alone, together):  # (draw, c)
        drawn = torch.stack([v[:, at] for v, at in zip(by_class, picks.mT, strict=True)], dim=2)
        others = drawn.masked_fill(~case.other[:, None], -torch.inf)
        means.append(others.logsumexp(dim=2).mean(dim=1) / case.alpha)
    return means[0], means[1]


CLAIM = Claim(
    name="lee2025-repel-chain",
    statement=r"\forall\|u\|=1,\ \alpha>0:\quad \max_{y'\ne y}\langle u,M_{y'}\rangle\le\tfrac1"
    r"\alpha\log\sum_{y'\ne y}e^{\alpha\langle u,M_{y'}\rangle}\le\mathbb E\,\tfrac1\alpha\log"
    r"\sum_{y'\ne y}e^{\alpha s(u,z_{y'})}\le\tfrac1\alpha\log\sum_{y'\ne y}\mathbb E_{z'|y'}"
    r"e^{\alpha s(u,z')},\quad z_{y'}\sim y' \text{ one draw per class, jointly in any way}",
    source=ours("the repelling bound in three steps"),
    proof=f"{REPEL}#three-levels",
    status="sharper",
    kind="for-all",
    domain=SMALL,
    build=build,
    measured=lower,
    bound=upper,
    rounding=lambda case: 2.0 * case.roundoff,
    attained_by=(
        {**ONE_VIEW_EACH, "n_classes": 4},
        {**ONE_VIEW_EACH, "n_max": 3, "k": 2},
    ),
    cost=3.0,
)
