"""All rows of a batch of views against all rows: the one loss that every named one is a case of."""

import torch
from torch import Tensor


def contrast(
    s: Tensor,
    positive: Tensor,
    below: Tensor,
    *,
    alpha: float = 1.0,
    repulsion: float = 1.0,
    mean: bool = False,
) -> Tensor:
    """Mean over rows of -(mean of s over `positive`) + (repulsion/alpha) log sum_below e^(alpha s).

    `positive` and `below` are (n k, n k) masks of pairs (anchor, other), neither with an empty
    row. `mean` divides the sum by its number of terms. A loss at temperature tau is the case of
    alpha = 1 with s/tau for s.
    """
    log_terms = log_sum(s if alpha == 1 else alpha * s, below)
    if mean:
        log_terms = log_terms - below.sum(dim=1).to(s.dtype).log()
    return (repulsion / alpha * log_terms - mean_over(s, positive)).mean()


def similarities(z: Tensor) -> Tensor:
    """All s as an (n k, n k) matrix, rows in the order of z."""
    rows = z.flatten(0, 1)
    return rows @ rows.mT


def scores(z: Tensor, tau: float) -> Tensor:
    """All s/tau."""
    return similarities(z) / tau


def itself(z: Tensor) -> Tensor:
    """The pairs of a row with itself."""
    return torch.eye(z.shape[0] * z.shape[1], dtype=torch.bool, device=z.device)


def own_views(z: Tensor) -> Tensor:
    """The pairs of views of one sample, a view with itself included."""
    return _equal(torch.arange(len(z), device=z.device).repeat_interleave(z.shape[1]))


def other_views(z: Tensor) -> Tensor:
    """The pairs of different views of one sample."""
    return own_views(z) & ~itself(z)


def same_view(z: Tensor) -> Tensor:
    """The pairs of views with the same index, of one sample or of two."""
    return _equal(torch.arange(z.shape[1], device=z.device).repeat(len(z)))


def same_class(z: Tensor, labels: Tensor) -> Tensor:
    """The pairs of rows of one class, a row with itself included."""
    return _equal(labels.repeat_interleave(z.shape[1]))


def log_sum(s: Tensor, keep: Tensor) -> Tensor:
    """The log-sum-exp of each row over the kept entries, of which there is at least one."""
    return s.masked_fill(~keep, -torch.inf).logsumexp(dim=1)


def mean_over(s: Tensor, keep: Tensor) -> Tensor:
    """Mean of each row over the kept entries, of which there is at least one."""
    return s.masked_fill(~keep, 0).sum(dim=1) / keep.sum(dim=1)


def _equal(of_row: Tensor) -> Tensor:
    return of_row[:, None] == of_row
