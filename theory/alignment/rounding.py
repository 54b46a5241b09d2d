"""How much of a similarity index can be rounding, from the sizes rather than from experience.

The index is the correlation of two matrices K, L: HKH, K^U, or the centred table of
-|r_i - r_j|^2/2 for unit rows r_i; each a projection of the Gram matrix, or of that table. Put
P = sum k_i, S = ||K||_F^2, |k|^2 = sum k_i^2, sd^2 = sum (k_i - P/n)^2, u = eps/2 and
g_m = m u/(1 - m u).

1. Rows. A column's mean is off by g_(n+1) times its mean absolute value, so centring shifts all
   rows by at most s = g_(n+1) sqrt(Q/n), Q the sum of squares before centring. For CKA the rows are
   off by ||E||_F <= u sqrt(P) + sqrt(n) s, and ||dK||_F <= 2 sqrt(P) ||E||_F + ||E||_F^2. For RSA a
   row is off by e = g_(d+8) + u + s, |r_i - r_j|^2/2 by 2e |r_i - r_j| + 2e^2, and
   sum_ij |r_i - r_j|^2 = 2nP, so ||dK||_F <= 2e sqrt(2nP) + 2n e^2.
2. Squared norms: ||dk|| <= 2s sqrt(P) + sqrt(n) s^2 + g_(d+2) |k|.
3. Sums from moments. An entry of X'Y is off by g_n times the norms of its two columns, and
   G, D <= P_x P_y, so a sum xy is off by c = 4 g_m P_x P_y + 2 (||dk|| |l| + |k| ||dl||),
   m = 3n + d d' + 2d + 2d' + 32; for RSA the covariance of k and l adds
   (n+2)/2 (||dk|| sd(l) + sd(k) ||dl|| + g_(n+8) sd(k) sd(l)).
4. Sums over pairs. An entry of K is off by g_(d+8) (|x_i||x_j| + |a_i| + |a_j|) + |da_i| + |da_j|,
   ||dK||_F <= g_(n+d+8) (P + 2 sqrt(n) |a|) + 2 sqrt(n) ||dk||, and the sum by g_(n^2) of itself.
5. A matrix off by ||dK|| <= rho sqrt(S) turns by at most (pi/2) rho, and a cosine changes by no
   more than the angle; a sum xy off by c and self terms off by shares r <= 1/2 move the quotient by
   at most c/sqrt(S_x S_y) + r_x + r_y. P and S enter as computed, S right to a factor 2 when
   r <= 1/2: the whole is doubled.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.alignment import _checks as checks
from theory.alignment import _moments as moments
from theory.alignment.cka import centred, debiased_sums, song
from theory.alignment.rsa import cosine_sums, covariance, unit_rows

_EPS = torch.finfo(torch.float64).eps


def cka_rounding(x: Tensor, y: Tensor, *, debiased: bool = True) -> float:
    r"""Largest error of `cka(x, y, debiased=...)` by rounding, for these very inputs.

    Formula
        2 (pi/2 (rho_x + rho_y) + c/sqrt(S_x S_y) + r_x + r_y + 8 eps), derived at the head of
        this module, and the epsilon of the value's dtype                        [no unit]

    Symbols, Errors
        as `cka`.

    Range
        positive, +inf where half a self term may be rounding. A worst case over the signs of
        all roundings: observed errors are orders of magnitude smaller.

    Source
        This project; the rounding model is Higham (2002), section 3.1.

    >>> x = torch.arange(12.0, dtype=torch.float64).reshape(6, 2) ** 2
    >>> 0 < cka_rounding(x, x.flip(0)) < 1e-11
    True
    """
    checks.check_features(x, y, least=4 if debiased else 2)
    with torch.no_grad():
        rows = centred(x, "x"), centred(y, "y")
        every = moments.all_pairs(*rows)
        sums = debiased_sums(every, *rows) if debiased else every
    pairwise = moments.pairwise(every, *rows, song) if debiased else moments.wide(*rows)
    error = index_rounding(sums, *rows, pairwise=pairwise)
    return error + torch.finfo(torch.promote_types(x.dtype, y.dtype)).eps


def rsa_rounding(x: Tensor, y: Tensor) -> float:
    r"""Largest error of `rsa(x, y)` by rounding, for these very inputs.

    Formula, Range, Source
        as `cka_rounding`.

    Symbols, Errors
        as `rsa`.

    >>> x = torch.arange(12.0, dtype=torch.float64).reshape(6, 2) ** 2
    >>> 0 < rsa_rounding(x, x.flip(1) + 1) < 1e-11
    True
    """
    checks.check_features(x, y, least=3)
    with torch.no_grad():
        rows = unit_rows(x, "x"), unit_rows(y, "y")
        every = moments.all_pairs(*rows)
        sums = cosine_sums(every, *rows)
    error = index_rounding(sums, *rows, pairwise=moments.pairwise(every, *rows, covariance))
    return error + torch.finfo(torch.promote_types(x.dtype, y.dtype)).eps


@dataclass(frozen=True, kw_only=True)
class _Sizes:
    """The sizes of one side that the derivation speaks of."""

    n: int
    d: int
    self_term: float  # S
    power: float  # P
    squares: float  # |k|
    spread: float  # sd(k)
    table: float  # ||dK|| of step 1
    norms: float  # ||dk||


def index_rounding(
    sums: moments.PairSums, x: moments.Rows, y: moments.Rows, *, pairwise: bool
) -> float:
    """Steps 3 to 5, for sums that were taken from the moments or over pairs."""
    a, b = _sizes(sums.xx, x), _sizes(sums.yy, y)
    n, root = a.n, math.sqrt(a.self_term * b.self_term)
    turned = math.pi / 2 * sum(s.table / math.sqrt(s.self_term) for s in (a, b))
    if pairwise:
        turned += math.pi / 2 * sum(_of_entries(s) / math.sqrt(s.self_term) for s in (a, b))
        return 2 * (turned + 3 * _gamma(n * n) + 8 * _EPS)
    unit = x.unit
    shares = [_of_sums(s, s, unit) / s.self_term for s in (a, b)]
    if not max(shares) <= 0.5:
        return math.inf
    return 2 * (turned + _of_sums(a, b, unit) / root + sum(shares) + 8 * _EPS)


def _gamma(n: int) -> float:
    return accumulated_rounding(n, _EPS)


def _sizes(self_term: Tensor, rows: moments.Rows) -> _Sizes:
    """Steps 1 and 2."""
    (n, d), k = rows.source.shape, rows.norms.detach()
    power, squares = float(k.sum()), float(k.norm())
    before = power + n * float(rows.mean.detach().square().sum())
    shift = _gamma(n + 1) * math.sqrt(before / n)
    if rows.unit:
        off = _gamma(d + 8) + _EPS / 2 + shift
        table = 2 * off * math.sqrt(2 * n * power) + 2 * n * off**2
    else:
        off = _EPS / 2 * math.sqrt(power) + math.sqrt(n) * shift
        table = 2 * math.sqrt(power) * off + off**2
    return _Sizes(
        n=n,
        d=d,
        self_term=float(self_term.detach()),
        power=power,
        squares=squares,
        spread=float((k - k.mean()).norm()),
        table=table,
        norms=2 * shift * math.sqrt(power) + math.sqrt(n) * shift**2 + _gamma(d + 2) * squares,
    )


def _of_sums(a: _Sizes, b: _Sizes, unit: bool) -> float:
    """c of step 3."""
    n = a.n
    ops = 3 * n + a.d * b.d + 2 * (a.d + b.d) + 32
    error = 4 * _gamma(ops) * a.power * b.power
    error += 2 * (a.norms * b.squares + a.squares * b.norms)
    if unit:
        mixed = a.norms * b.spread + a.spread * b.norms + _gamma(n + 8) * a.spread * b.spread
        error += (n + 2) / 2 * mixed
    return error


def _of_entries(a: _Sizes) -> float:
    """||dK|| of step 4; |a| <= |k| for every offset in use."""
    root = math.sqrt(a.n)
    return _gamma(a.n + a.d + 8) * (a.power + 2 * root * a.squares) + 2 * root * a.norms
