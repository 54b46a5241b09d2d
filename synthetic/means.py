"""Class means in standard position: simplex, orthoplex, random directions."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic._require import require


def simplex_etf(n_classes: int, dim: int, *, dtype: torch.dtype = torch.float64) -> Tensor:
    r"""Regular simplex: `n_classes` unit rows with inner products -1/(C-1), shape (c, d).

    Formula
        row i, column k = 1..C-1:  sqrt(C / ((C-1) k (k+1))) (1 if i < k, -k if i = k, 0 if i > k)

    Symbols
        n_classes  C    classes, C >= 2
        dim        d    dimensions, d >= C - 1; the columns from C-1 on are zero

    The columns are a scaled Helmert basis of the complement of (1, ..., 1), so the rows sum to
    zero and no entry has met more than four roundings.

    >>> simplex_etf(2, 3)
    tensor([[ 1.,  0.,  0.],
            [-1.,  0.,  0.]], dtype=torch.float64)
    """
    require(n_classes >= 2, "n_classes >= 2", n_classes=n_classes)
    require(dim >= n_classes - 1, "dim >= n_classes - 1", dim=dim, n_classes=n_classes)
    k = torch.arange(1, n_classes, dtype=torch.float64)
    i = torch.arange(n_classes, dtype=torch.float64)[:, None]
    signs = (i < k).to(torch.float64) - k * (i == k)
    means = torch.zeros(n_classes, dim, dtype=dtype)
    means[:, : n_classes - 1] = (signs * (n_classes / ((n_classes - 1) * k * (k + 1))).sqrt()).to(
        dtype
    )
    return means


def orthoplex(n_classes: int, dim: int, *, dtype: torch.dtype = torch.float64) -> Tensor:
    r"""Cross-polytope vertices e_1, ..., e_d, -e_1, ..., -e_d, the first `n_classes` of them.

    Symbols
        n_classes  C    classes, 1 <= C <= 2 d
        dim        d    dimensions; up to C = d the rows are orthonormal

    >>> orthoplex(3, 2)
    tensor([[ 1.,  0.],
            [ 0.,  1.],
            [-1.,  0.]], dtype=torch.float64)
    """
    require(1 <= n_classes <= 2 * dim, "1 <= n_classes <= 2 dim", n_classes=n_classes, dim=dim)
    index = torch.arange(n_classes)
    means = torch.zeros(n_classes, dim, dtype=dtype)
    means[index, index % dim] = torch.where(index < dim, 1.0, -1.0).to(dtype)
    return means


def random_means(
    n_classes: int, dim: int, *, generator: torch.Generator, dtype: torch.dtype = torch.float64
) -> Tensor:
    """Independent uniform directions, unit rows, shape (c, d), on the generator's device.

    >>> random_means(3, 5, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([3, 5])
    """
    require(n_classes >= 1 and dim >= 1, "n_classes, dim >= 1", n_classes=n_classes, dim=dim)
    rows = torch.randn(n_classes, dim, generator=generator, device=generator.device, dtype=dtype)
    return normalize(rows, dim=-1)
