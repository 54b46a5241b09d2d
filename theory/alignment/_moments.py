"""Sums over pairs of items from sums over items, in float64 and block by block.

For centred rows x_i, y_i put g_ij = <x_i, x_j>, h_ij = <y_i, y_j>, k_i = g_ii, l_i = h_ii. As the
rows sum to 0, sum_{j != i} g_ij = -k_i, and every sum below over pairs i != j of
(g_ij + a_i + a_j)(h_ij + b_i + b_j) follows from ||X'Y||_F^2 = sum_ij g_ij h_ij, sum k_i l_i,
sum k and sum l.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

ROWS = 1024  # items converted to float64 and multiplied at a time
_CANCELLED = 1e-6  # a self term below this share of its parts is summed over pairs instead

Form = Callable[[Tensor, Tensor, Tensor], Tensor]  # (sum_ij g_ij h_ij, k, l) to a sum over i != j
Offset = Callable[[Tensor], Tensor]  # k to a


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a matrix in float64, scaled by a power of two, perhaps to unit norm, centred."""

    source: Tensor  # (n, d), the caller's
    unit: bool
    factor: Tensor | float | None  # (n, 1) reciprocal norms, or one power of two for all
    mean: Tensor  # (d,), of the scaled rows
    norms: Tensor  # (n,), squared norms of the centred rows

    def block(self, start: int) -> Tensor:
        """Rows start..start + ROWS, centred."""
        return _scaled(self.source, self.factor, start) - self.mean

    def matrix(self) -> Tensor:
        """All of them at once, (n, d)."""
        return torch.cat([self.block(i) for i in range(0, len(self.source), ROWS)])


@dataclass(frozen=True, kw_only=True)
class PairSums:
    """One inner product of Gram matrices: of x with x, y with y and x with y."""

    xx: Tensor
    yy: Tensor
    xy: Tensor

    def cosine(self) -> Tensor:
        """Their correlation xy / sqrt(xx yy)."""
        return self.xy / (self.xx.sqrt() * self.yy.sqrt())


def centred_rows(source: Tensor, *, unit: bool = False) -> Rows:
    """Read `source` twice: once for the mean, once for the squared norms."""
    factor = _reciprocal_norms(source) if unit else scale(source)
    starts = range(0, len(source), ROWS)
    total = source.new_zeros(source.shape[1], dtype=torch.float64)
    for start in starts:
        total += _scaled(source, factor, start).sum(dim=0)
    mean = total / len(source)
    bare = Rows(source=source, unit=unit, factor=factor, mean=mean, norms=mean)
    norms = _joined(source, lambda i: bare.block(i).square().sum(dim=1))
    return Rows(source=source, unit=unit, factor=factor, mean=mean, norms=norms)


def all_pairs(x: Rows, y: Rows) -> PairSums:
    """sum_ij g_ij h_ij over all pairs, diagonal included: O(n d^2), or O(n^2 d) when d > n."""
    if wide(x, y):
        zero = torch.zeros_like(x.norms)
        return over_pairs(x, y, zero, zero, diagonal=True)
    d, e = len(x.mean), len(y.mean)
    xx, yy, xy = (x.norms.new_zeros(shape) for shape in ((d, d), (e, e), (d, e)))
    for start in range(0, len(x.source), ROWS):
        a, b = x.block(start), y.block(start)
        xx += a.mT @ a
        yy += b.mT @ b
        xy += a.mT @ b
    return PairSums(xx=xx.square().sum(), yy=yy.square().sum(), xy=xy.square().sum())


def other_pairs(every: PairSums, x: Rows, y: Rows, form: Form, offset: Offset) -> PairSums:
    """sum over i != j of (g_ij + a_i + a_j)(h_ij + b_i + b_j) with a = offset(k), b = offset(l).

    `form` is its closed form in the sum over all pairs and in k and l; where that cancels, and
    where d > n leaves it no cheaper, the pairs are summed one by one.
    """
    if pairwise(every, x, y, form):
        return over_pairs(x, y, offset(x.norms), offset(y.norms), diagonal=False)
    return closed(every, x, y, form)


def closed(every: PairSums, x: Rows, y: Rows, form: Form) -> PairSums:
    """`form` of each of the three sums and the squared norms that belong to it."""
    k, l = x.norms, y.norms  # noqa: E741
    return PairSums(xx=form(every.xx, k, k), yy=form(every.yy, l, l), xy=form(every.xy, k, l))


def pairwise(every: PairSums, x: Rows, y: Rows, form: Form) -> bool:
    """Is d > n, or a self term of the closed form a small difference of large parts?"""
    sums = closed(every, x, y, form)
    return wide(x, y) or not (
        float(sums.xx.detach()) > _CANCELLED * float(every.xx.detach())
        and float(sums.yy.detach()) > _CANCELLED * float(every.yy.detach())
    )


def over_pairs(x: Rows, y: Rows, a: Tensor, b: Tensor, *, diagonal: bool) -> PairSums:
    """The same sums pair by pair, in tiles of ROWS x ROWS: O(n^2 d), no n x n matrix."""
    xx = yy = xy = x.norms.new_zeros(())
    for g, h, weight in _tiles(x, y, a, b, diagonal=diagonal):
        xx, yy = xx + weight * g.square().sum(), yy + weight * h.square().sum()
        xy = xy + weight * (g * h).sum()
    return PairSums(xx=xx, yy=yy, xy=xy)


def _tiles(
    x: Rows, y: Rows, a: Tensor, b: Tensor, *, diagonal: bool
) -> Iterator[tuple[Tensor, Tensor, int]]:
    """Tiles on and above the diagonal; those above stand for their mirror image too."""
    starts = range(0, len(x.source), ROWS)
    for i in starts:
        xi, yi, ai, bi = x.block(i), y.block(i), a[i : i + ROWS, None], b[i : i + ROWS, None]
        for j in starts[i // ROWS :]:
            g = xi @ x.block(j).mT + (ai + a[j : j + ROWS])
            h = yi @ y.block(j).mT + (bi + b[j : j + ROWS])
            if i == j and not diagonal:
                itself = torch.eye(len(g), dtype=torch.bool, device=g.device)
                g, h = g.masked_fill(itself, 0), h.masked_fill(itself, 0)
            yield g, h, 1 if i == j else 2


def wide(x: Rows, y: Rows) -> bool:
    """Are there more dimensions than items? Then Gram matrices are the smaller ones."""
    return max(x.source.shape[1], y.source.shape[1]) > len(x.source)


def _scaled(source: Tensor, factor: Tensor | float | None, start: int) -> Tensor:
    rows = source[start : start + ROWS].double()
    if factor is None:
        # The largest entry first: the squares of these rows overflow, or vanish.
        rows = rows / rows.detach().abs().amax(dim=1, keepdim=True)
        units: Tensor = rows / rows.norm(dim=1, keepdim=True)
        return units
    return rows * (factor[start : start + ROWS] if isinstance(factor, Tensor) else factor)


def _reciprocal_norms(source: Tensor) -> Tensor | None:
    """(n, 1), unless squares leave the range of float64."""
    norms = _joined(source, lambda i: source[i : i + ROWS].double().norm(dim=1))[:, None]
    low, high = norms.detach().aminmax()
    return 1 / norms if float(low) > 1e-140 and float(high) < 1e140 else None


def _joined(source: Tensor, part: Callable[[int], Tensor]) -> Tensor:
    """One number for each row of `source`, in blocks of rows from `part`.

    Without gradients they are written where they belong: small tensors that stay between large
    ones that go would leave the allocator holes in which the next large one does not fit.
    """
    starts = range(0, len(source), ROWS)
    if source.requires_grad and torch.is_grad_enabled():
        return torch.cat([part(i) for i in starts])
    numbers = source.new_empty(len(source), dtype=torch.float64)
    for i in starts:
        numbers[i : i + ROWS] = part(i)
    return numbers


def scale(source: Tensor) -> float:
    """A power of two that brings the largest entry to [1/2, 1): no square overflows."""
    low, high = source.detach().aminmax()
    exponent = math.frexp(max(float(high), -float(low)))[1]
    return 2.0 ** -max(exponent, -1000)
