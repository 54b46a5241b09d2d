"""In-batch negatives without replacement, and the contrastive loss against them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from synthetic._require import require


@dataclass(frozen=True, kw_only=True)
class Negatives:
    """For every pair of a batch, whom it is held against."""

    others: Tensor  # (b, k), rows of the batch: distinct in each row, never one's own
    positive_view: Tensor  # (b, k), whether the other's positive stands in for it


def draw_negatives(batch_size: int, n_negatives: int, *, generator: torch.Generator) -> Negatives:
    """K of the B - 1 other pairs, without replacement, each by either of its views.

    They are other in-batch samples, which may share the anchor's class; the theory's negatives
    are independent draws.

    >>> drawn = draw_negatives(4, 3, generator=torch.Generator().manual_seed(0))
    >>> drawn.others.sort().values.tolist()
    [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    """
    fits = 1 <= n_negatives < batch_size
    require(fits, "1 <= n_negatives < batch_size", n_negatives=n_negatives, batch_size=batch_size)
    device = generator.device
    # The places of the k largest keys; single precision ties too seldom to matter.
    keys = torch.rand(batch_size, batch_size - 1, generator=generator, device=device)
    others = keys.topk(n_negatives, dim=1, sorted=False).indices
    others += others >= torch.arange(batch_size, device=device)[:, None]
    coin = torch.rand(batch_size, n_negatives, generator=generator, device=device)
    return Negatives(others=others, positive_view=coin > 0.5)


def n_pair_loss(
    anchors: Tensor, positives: Tensor, negatives: Negatives, *, quirk: bool = False
) -> Tensor:
    """Mean of ln(1 + sum_k exp(s_k - s_0)) over the batch, s_0 the positive's score.

    Scores are inner products of features (b, d) without a temperature. With `quirk`, as in the
    authors' code, a negative's anchor view is scored against the positive, f(x+_i).f(x_j)
    becoming f(x+_i).f(x+_j), and only the positive view against the anchor.
    """
    to_positive = anchors @ positives.mT
    to_anchor = (positives if quirk else anchors) @ (positives if quirk else anchors).mT
    scores = torch.cat((to_anchor, to_positive), dim=1)
    at = negatives.others + len(anchors) * negatives.positive_view
    own = to_positive.diagonal()[:, None]
    return (torch.cat((own, scores.gather(1, at)), dim=1).logsumexp(1) - own[:, 0]).mean()
