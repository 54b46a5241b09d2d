"""Losses of the views' distribution: every row meets every row of the batch, itself included."""

import math

from torch import Tensor

from theory.losses import _checks as checks
from theory.losses import _rows as rows


def alignment(z: Tensor) -> Tensor:
    r"""Alignment: how far the views of an item are apart.

    Formula
        mean over items of  ||z_i^1 - z_i^2||^2        [squared length]

    Symbols
        z    (n, 2, d) float32 or float64, n items, two views, unit rows

    Range
        0 to 4 for unit rows.

    Errors
        ValueError for z not (n, 2, d) and, naming the first item as `row`, a value of z that is
        not finite.

    Source
        Wang & Isola (2020), arXiv:2005.10242, exponent 2.

    >>> import torch
    >>> alignment(torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])).item()
    2.0
    """
    checks.check_views(z, tau=1.0)
    checks.check_two_views(z)
    return (z[:, 0] - z[:, 1]).square().sum(dim=1).mean()


def uniformity(z: Tensor, t: float = 2.0) -> Tensor:
    r"""Uniformity: log of the mean Gaussian potential of two rows.

    Formula
        log mean over pairs of rows of  e^{-t ||z - z'||^2}        [nats]

    Symbols
        z    (n, k, d) float32 or float64, n items, k views, unit rows; pairs of all n k rows,
             a row with itself included
        t    0 < t < inf

    Range
        -4 t to 0 for unit rows; at least -log(n k), the share of the rows with themselves.

    Errors
        ValueError for t outside its range, z not (n, k, d) and, naming the first item as `row`, a
        value of z that is not finite.

    Source
        Wang & Isola (2020), arXiv:2005.10242: an expectation over independent draws. Their code
        averages over pairs of different rows.

    >>> import torch
    >>> round(uniformity(torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])).item(), 4)
    -1.35
    """
    if not 0 < t < math.inf:
        raise ValueError(f"need 0 < t < inf, got t={t}")
    checks.check_views(z, tau=1.0)
    squares = z.flatten(0, 1).square().sum(dim=1)
    distances = squares[:, None] + squares - 2 * rows.similarities(z)
    return (-t * distances).flatten().logsumexp(dim=0) - 2 * math.log(len(squares))


def spectral(z: Tensor) -> Tensor:
    r"""Spectral contrastive loss: views agree, and squared similarities are small.

    Formula
        -2 mean over items of s(z_i^1, z_i^2) + mean over pairs of rows of s(z, z')^2

    Symbols
        z    (n, 2, d) float32 or float64, n items, two views; pairs of all 2n rows, a row with
             itself included. Unit rows for the relation to `balanced` alone

    Range
        at least -d; at least -2 + 1/d for unit rows.

    Errors
        ValueError for z not (n, 2, d) and, naming the first item as `row`, a value of z that is
        not finite.

    Source
        HaoChen et al. (2021), arXiv:2106.04156.

    >>> import torch
    >>> spectral(torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])).item()
    0.5
    """
    checks.check_views(z, tau=1.0)
    checks.check_two_views(z)
    positive = rows.mean_over(rows.similarities(z), rows.other_views(z)).mean()
    return rows.similarities(z).square().mean() - 2 * positive
