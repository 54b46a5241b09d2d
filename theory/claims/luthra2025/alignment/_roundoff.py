"""How much of an alignment of matrices can be rounding, from the sizes of what is rounded."""

import torch
from torch import Tensor

from bounds import accumulated_rounding

EPS = torch.finfo(torch.float64).eps


def centring(x: Tensor) -> float:
    """Error, in the Frobenius norm, of HXH by means of columns and then of rows.

    A mean of n errs by n u |x| / n at each entry, its subtraction by u: 2 n + 5 roundings in all;
    the first pass's error is only contracted by the second.
    """
    return accumulated_rounding(2 * len(x) + 8, EPS) * length(x)


def length(x: Tensor) -> float:
    """The 2-norm of a vector, the Frobenius norm of a matrix."""
    return float(torch.linalg.vector_norm(x))
