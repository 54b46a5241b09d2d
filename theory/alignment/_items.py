"""What each item contributes to a similarity index: sums over its own pairs.

x, y are centred rows (n, d), (n, d'), g = x x', h = y y', and
r_i = sum over j != i of (g_ij + a_i + a_j)(h_ij + b_i + b_j).
"""

import torch
from torch import Tensor

_CELLS = 2**22  # entries of a Gram matrix held at a time


def row_sums(x: Tensor, y: Tensor, a: Tensor, b: Tensor, *, pairwise: bool) -> Tensor:
    """The n sums r_i: O(n d^2) from the moments, or pair by pair."""
    return _by_pairs(x, y, a, b) if pairwise else _by_moments(x, y, a, b)


def _by_moments(x: Tensor, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Multiplied out; sum_{j != i} g_ij = -k_i because the rows sum to 0."""
    n, k, l = len(x), x.square().sum(dim=1), y.square().sum(dim=1)  # noqa: E741
    gram = (x @ (x.mT @ y) * y).sum(dim=1) - k * l
    mixed = x @ (x.mT @ b) - 2 * k * b + y @ (y.mT @ a) - 2 * l * a
    # sum_{j != i} (a_i + a_j)(b_i + b_j)
    offsets = (n - 4) * a * b + a * b.sum() + b * a.sum() + (a * b).sum()
    return gram + mixed + offsets


def _by_pairs(x: Tensor, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    n, parts = len(x), []
    for rows in torch.split(torch.arange(n, device=x.device), max(1, _CELLS // n)):
        g = x[rows] @ x.mT + a[rows, None] + a
        h = y[rows] @ y.mT + b[rows, None] + b
        parts.append((g * h).scatter(1, rows[:, None], 0).sum(dim=1))
    return torch.cat(parts)
