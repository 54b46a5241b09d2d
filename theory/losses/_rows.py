"""All rows of a batch of views against all rows: similarities, masks, masked sums."""

import torch
from torch import Tensor


def scores(z: Tensor, tau: float) -> Tensor:
    """All s/tau as an (n k, n k) matrix, rows in the order of z."""
    rows = z.flatten(0, 1)
    return rows @ rows.mT / tau


def sample_of_row(z: Tensor) -> Tensor:
    """The sample that each row is a view of, (n k,)."""
    return torch.arange(len(z), device=z.device).repeat_interleave(z.shape[1])


def label_of_row(z: Tensor, labels: Tensor) -> Tensor:
    """The class of each row, (n k,)."""
    return labels.repeat_interleave(z.shape[1])


def diagonal(s: Tensor) -> Tensor:
    """The pairs of a row with itself."""
    return torch.eye(len(s), dtype=torch.bool, device=s.device)


def log_sum(s: Tensor, keep: Tensor) -> Tensor:
    """The log-sum-exp of each row over the kept entries, of which there is at least one."""
    return s.masked_fill(~keep, -torch.inf).logsumexp(dim=1)


def mean_over(s: Tensor, keep: Tensor) -> Tensor:
    """Mean of each row over the kept entries, of which there is at least one."""
    return s.masked_fill(~keep, 0).sum(dim=1) / keep.sum(dim=1)
