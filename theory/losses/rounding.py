"""How much of a loss can be rounding, from the sizes rather than from experience."""

import math


def loss_rounding(n_rows: int, d: int, tau: float, eps: float) -> float:
    r"""Largest error that rounding makes in a loss; for the gap, relative to the gap.

    Formula
        (d + 16) eps (1/tau + log(N K) + 1)        [nats]

    Symbols
        n_rows  N K   anchors, n samples times k views, >= 1
        d       d     dimensions of an embedding, >= 1
        tau     tau   temperature, > 0; rows have unit norm, similarities lie in [-1, 1]
        eps     eps   machine epsilon of the tensors' dtype (2^-10 where TF32 is on), > 0

    A similarity is a sum of d products, at most 1/tau after scaling; the log-sum adds at most
    log(N K). The gap is log(1 + e^x) with the same absolute error in x, and
    |d log(1 + e^x)| <= |dx| log(1 + e^x) makes that error relative.

    Range
        positive, in the unit of the loss.

    Errors
        ValueError for a size below 1 and for tau or eps not > 0.

    Source
        This project.

    >>> loss_rounding(n_rows=512, d=16, tau=0.5, eps=2.0**-52) < 1e-13
    True
    """
    if not (n_rows >= 1 and d >= 1):
        raise ValueError(f"need n_rows >= 1 and d >= 1, got n_rows={n_rows}, d={d}")
    if not (tau > 0 and eps > 0):
        raise ValueError(f"need tau > 0 and eps > 0, got tau={tau}, eps={eps}")
    return (d + 16) * eps * (1 / tau + math.log(n_rows) + 1)
