"""Two-way few-shot errors of all pairs of classes from the same shots and queries."""

import torch
from torch import Tensor

from synthetic._probes import centre_scores
from synthetic._require import require
from synthetic.episodes import Splits, pieces
from synthetic.trials import BUDGET


def pairwise_errors(
    features: Tensor,
    labels: Tensor,
    *,
    m_shot: int,
    n_episodes: int,
    generator: torch.Generator,
    n_query: int | None = None,
) -> Tensor:
    """Errors (c, c), float64, of the nearest of two class centres, mean over episodes.

    Entry (a, b) is the share of queries of class a that are not strictly nearer to the mean of
    a's m shots than to that of b's; NaN on the diagonal. Classes ascend by label. An episode draws
    shots and queries once for all C(C-1) pairs, and one matrix of scores decides them.

    Symbols
        features (n, d), labels (n,), m_shot, n_query as `few_shot_episodes`

    >>> features = torch.tensor([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> g = torch.Generator().manual_seed(0)
    >>> y = torch.tensor([0, 0, 0, 1, 1, 1])
    >>> pairwise_errors(features, y, m_shot=2, n_episodes=9, generator=g)[0, 1].item()
    0.0
    """
    shape = tuple(features.shape)
    fits = features.ndim == 2 and labels.shape == features.shape[:1]
    require(fits, "features (n, d), labels (n,)", features=shape, labels=tuple(labels.shape))
    splits = Splits.of(labels, m_shot, None, n_query, generator)
    c, largest = splits.members.shape
    per_episode = c * ((m_shot + splits.n_query) * (shape[1] + c) + largest)
    errors = torch.zeros(c, c, dtype=torch.float64, device=features.device)
    for e in pieces(n_episodes, per_episode):
        index, valid = splits.draw(e, generator)
        rows = features[index.to(features.device)]
        wrong = _wrong(rows[:, :, :m_shot], rows[:, :, m_shot:])
        here = valid.to(features.device)[..., None]
        # .double() first: a quotient of integers is float32.
        errors += ((wrong & here).sum(dim=2).double() / here.sum(dim=2)).sum(dim=0)
    return (errors / n_episodes).fill_diagonal_(torch.nan)


def _wrong(shots: Tensor, queries: Tensor) -> Tensor:
    """Which queries (e, c, q, d) are not strictly nearer to their own centre, (e, c, q, c)."""
    e, c, q, d = queries.shape
    x, centres, scores, rounding = centre_scores(shots, queries)
    own = torch.arange(c, device=x.device).repeat_interleave(q)
    margin = scores - scores.gather(2, own.expand(e, -1)[..., None])
    wrong = margin < 0
    unsettled = ~(margin.abs() > rounding[..., None])
    unsettled[:, torch.arange(c * q, device=x.device), own] = False
    episodes, at, other = unsettled.nonzero(as_tuple=True)
    piece = max(1, BUDGET // d)
    for start in range(0, len(at), piece):
        i, j, b = (each[start : start + piece] for each in (episodes, at, other))
        to_own, to_other = ((x[i, j] - centres[i, k]).square().sum(dim=1) for k in (own[j], b))
        wrong[i, j, b] = ~(to_own < to_other)
    return wrong.reshape(e, c, q, c)
