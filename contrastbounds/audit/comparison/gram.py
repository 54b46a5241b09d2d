r"""How far two cosine Gram matrices are apart, without ever forming one.

With unit rows U, V and W = [1 U V] = Q R the columns of Q are orthonormal, so for every small D
||W D W'||_F = ||R D R'||_F, which gives

    S - S' = U U' - V V'         R_U R_U' - R_V R_V'
    S - m 11'                    R_U R_U' - m r r', r the first column of R
    H S H                        R without its first row: 1 is the first column of W.

One triangular factor, block by block, has every norm below. A difference of nearly equal matrices
is formed entry by entry: its error is u times the matrices, where the expansion ||S||^2 + ||S'||^2
- 2 <S, S'> would have the square root of u.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding

BLOCK = 4096  # rows factored at a time, or twice as many as columns
HOUSEHOLDER = 6  # roundings of a reflection per entry: Higham (2002), Lemma 19.2
BLUR = 8  # rounded factors of norm sqrt n behind a matrix of norm n: see `GramDifference.blur`


@dataclass(frozen=True, kw_only=True)
class GramDifference:
    """Frobenius norms over ordered pairs of items, and what rounding can have made of each."""

    norms: tuple[float, float]
    """||HSH||_F, ||HS'H||_F."""
    difference: float
    """||H(S - S')H||_F."""
    spreads: tuple[float, float]
    """Of the cosines off the diagonal around their mean: sqrt(n(n-1)) standard deviations."""
    rdm_difference: float
    """||b - a|| over ordered pairs, b and a the dissimilarities."""
    rdm_difference_centred: float
    """The same without its mean."""
    n: int
    blur: float
    """Absolute error of a norm of one matrix; twice that of a difference.

    Householder's R is the exact factor of W + E, ||E_j|| <= g ||W_j||, g the accumulated rounding.
    So U U' and its centred forms are wrong by at most 2 g n for U, 2 sqrt(2) g n for the turned
    first column, 2 g n for the term m 11', and less than g n for the products of R itself: 8 g n.
    """

    def spread_blur(self, spread: float) -> float:
        """Absolute error of a norm that a known diagonal has been taken off.

        s^2 = F^2 - n c^2 with |c| <= 2 and F wrong by at most twice `blur`.
        """
        wrong = 2 * self.blur
        whole = math.hypot(spread, 2 * math.sqrt(self.n))
        square = 2 * whole * wrong + wrong**2
        return min(math.sqrt(square), square / spread if spread > 0 else math.inf)


def gram_difference(u: Tensor, v: Tensor) -> GramDifference:
    """Compare u (n, d) and v (n, d'), float64 unit rows; O(n (d + d')^2), memory O(block)."""
    n, d = u.shape
    r, blocks = _triangular(u, v)
    one, r_u, r_v = r[:, :1], r[:, 1 : 1 + d], r[:, 1 + d :]
    s, t, ones = r_u @ r_u.mT, r_v @ r_v.mT, one @ one.mT
    difference = s - t
    k, l = s[1:, 1:], t[1:, 1:]  # noqa: E741 - the field's letter
    m_s, m_t = _mean(s, one, n), _mean(t, one, n)
    a, b = s - m_s * ones, t - m_t * ones
    gap = m_s - m_t
    p = r.shape[1]
    ops = HOUSEHOLDER * p * (n + blocks * p)
    return GramDifference(
        norms=(k.norm().item(), l.norm().item()),
        difference=difference[1:, 1:].norm().item(),
        spreads=(_off_diagonal(a, n, 1 - m_s), _off_diagonal(b, n, 1 - m_t)),
        rdm_difference=difference.norm().item(),
        rdm_difference_centred=_off_diagonal(difference - gap * ones, n, gap),
        n=n,
        blur=BLUR * n * accumulated_rounding(ops, torch.finfo(torch.float64).eps),
    )


def _triangular(u: Tensor, v: Tensor) -> tuple[Tensor, int]:
    """R of [1 U V], and how many factorisations its rows have passed through at most."""
    n, p = len(u), 1 + u.shape[1] + v.shape[1]
    step = max(BLOCK, 2 * p)
    r = u.new_zeros(0, p)
    starts = range(0, n, step)
    for i in starts:
        here = slice(i, i + step)
        part = torch.cat([u.new_ones(len(u[here]), 1), u[here], v[here]], dim=1)
        r = torch.linalg.qr(torch.cat([r, part]), mode="r").R
    return r, len(starts)


def _mean(s: Tensor, one: Tensor, n: int) -> float:
    """Mean off the diagonal: (1'S1 - tr S)/(n(n-1)), the sum read off R's first row."""
    total = one[0, 0].square() * s[0, 0]
    return ((total - torch.trace(s)) / (n * (n - 1))).item()


def _off_diagonal(matrix: Tensor, n: int, diagonal: float) -> float:
    """Norm without the n equal entries of the diagonal."""
    square = matrix.square().sum().item() - n * diagonal**2
    return math.sqrt(max(0.0, square))
