"""Centred kernel alignment with linear kernels, biased and debiased."""

import torch
from torch import Tensor

from theory.alignment import _checks as checks
from theory.alignment import _moments as moments

_CENTRED = 1e-13  # a centred norm below this share of the uncentred one is rounding
_DEBIASED = 1e-13  # a debiased self term below this share of (sum |x_i|^2)^2 is rounding


def cka(x: Tensor, y: Tensor, *, debiased: bool = True) -> Tensor:
    r"""Linear centred kernel alignment of two representations of the same items.

    Formula
        biased    ||X'Y||_F^2 / (||X'X||_F ||Y'Y||_F), columns of X and Y centred    [no unit]
        debiased  h(X,Y) / sqrt(h(X,X) h(Y,Y)),  n(n-3) HSIC_1 = h(X,Y) = ||X'Y||_F^2
                  - n/(n-2) sum_i k_i l_i + (sum k)(sum l)/((n-1)(n-2)),
                  k_i = |x_i|^2, l_i = |y_i|^2 of the centred rows

    Symbols
        x         (n, d) float32 or float64, raw rows: nothing is normalised
        y         (n, d'), the same items in the same order
        debiased  HSIC_1 in all three places, or the V-statistic

    Range
        debiased -1 to 1 (h is an inner product of U-centred Gram matrices), biased 0 to 1; 1 on
        itself. Unchanged by a joint permutation of rows, by orthogonal maps, shifts and one
        positive factor on either side. Sums in float64, value in the wider of the two dtypes.
        O(n d^2), memory O(n + d^2) beside the inputs; pair by pair in tiles, O(n^2 d), when d > n
        or a self term cancels. Differentiable.

    Errors
        ValueError for x or y not a finite (n, d) tensor (naming the first bad row), unequal n,
        n < 4 (n < 2 if biased), and an input constant up to rounding: centred norm at most
        1e-13 of the uncentred, or h(X,X) at most 1e-13 (sum k)^2 (orthogonal rows).

    Source
        Kornblith et al. (2019), arXiv:1905.00414; HSIC_1: Song et al. (2012), JMLR 13, Theorem 2.

    >>> x = torch.arange(5.0, dtype=torch.float64)[:, None]
    >>> round(cka(x, x**2).item(), 12), round(cka(x, x**2, debiased=False).item() * 87, 12)
    (0.962360805803, 80.0)
    """
    checks.check_features(x, y, least=4 if debiased else 2)
    rows = centred(x, "x"), centred(y, "y")
    every = moments.all_pairs(*rows)
    sums = debiased_sums(every, *rows) if debiased else every
    return sums.cosine().to(torch.promote_types(x.dtype, y.dtype))


def gram_cka(k: Tensor, l: Tensor, *, debiased: bool = False) -> Tensor:  # noqa: E741
    r"""Centred alignment of two Gram matrices, or of any two similarity matrices.

    Formula
        <HKH, HLH>_F / (||HKH||_F ||HLH||_F),  H = I - 11'/n                    [no unit]
        debiased: <K^U, L^U>_F / (||K^U||_F ||L^U||_F), the U-centred symmetric parts

    Symbols
        k         (n, n) float32 or float64, symmetric or not
        l         (n, n)
        debiased  the same value as `cka(x, y)` for k = x x', l = y y'

    Range
        -1 to 1; 0 to 1 for positive semidefinite matrices if not debiased; 1 on itself. Unchanged
        by a joint permutation, one positive factor, and K_ij + a_i + b_j. Differentiable.

    Errors
        ValueError for matrices that are not finite, square and of one size, n < 2 (n < 4 if
        debiased), and a centred norm at most 1e-13 of the uncentred: K_ij = a_i + b_j.

    Source
        Kornblith et al. (2019), arXiv:1905.00414; U-centring: Szekely & Rizzo (2014),
        arXiv:1310.2926.

    >>> k = torch.tensor([[2.0, 0.0], [0.0, 4.0]])
    >>> gram_cka(k, torch.eye(2)).item()
    1.0
    """
    checks.check_grams(k, l, least=4 if debiased else 2)
    centre = _u_centred if debiased else _centred_twice
    a, b = centre(_unit_scale(k), "k"), centre(_unit_scale(l), "l")
    value: Tensor = (a * b).sum() / (a.norm() * b.norm())
    return value.to(torch.promote_types(k.dtype, l.dtype))


def centred(x: Tensor, name: str) -> moments.Rows:
    """The centred rows of `x`, refused where they are rounding."""
    rows = moments.centred_rows(x)
    total = float(rows.norms.detach().sum())
    uncentred = total + len(x) * float(rows.mean.detach().square().sum())
    if not total > _CENTRED**2 * uncentred:
        raise ValueError(f"need rows of {name} that differ, got {name} constant up to rounding")
    return rows


def debiased_sums(every: moments.PairSums, x: moments.Rows, y: moments.Rows) -> moments.PairSums:
    """n (n-3) HSIC_1 of x with x, y with y and x with y, refused where a self term is rounding."""
    sums = moments.other_pairs(every, x, y, song, u_offset)
    for name, own, norms in (("x", sums.xx, x.norms), ("y", sums.yy, y.norms)):
        share = float((own / norms.sum().square()).detach())
        if not share > _DEBIASED:
            raise ValueError(
                f"need HSIC_1({name}, {name}) > {_DEBIASED} (sum of squared norms)^2, "
                f"got a share of {share:.3g}: rows orthogonal or constant up to rounding"
            )
    return sums


def song(every: Tensor, k: Tensor, l: Tensor) -> Tensor:  # noqa: E741
    """Song et al.'s Eq. (5) times n (n-3), with K~1 = -k on centred rows."""
    n = len(k)
    return every - n / (n - 2) * (k * l).sum() + k.sum() * l.sum() / ((n - 1) * (n - 2))


def u_offset(k: Tensor) -> Tensor:
    """a with K^U_ij = g_ij + a_i + a_j: U-centring takes off row sums over n - 2, here -k_i."""
    n = len(k)
    return k / (n - 2) - k.sum() / (2 * (n - 1) * (n - 2))


def _unit_scale(k: Tensor) -> Tensor:
    """`k` in float64 over its largest entry's power of two: no square overflows."""
    return k.double() * moments.scale(k)


def _centred_twice(k: Tensor, name: str) -> Tensor:
    rows = k - k.mean(dim=0, keepdim=True)
    both = rows - rows.mean(dim=1, keepdim=True)
    return _varying(both, k, name)


def _u_centred(k: Tensor, name: str) -> Tensor:
    n = len(k)
    itself = torch.eye(n, dtype=torch.bool, device=k.device)
    off = ((k + k.mT) / 2).masked_fill(itself, 0)
    rows = off.sum(dim=0)
    shift = rows / (n - 2) - rows.sum() / (2 * (n - 1) * (n - 2))
    return _varying((off - shift[:, None] - shift).masked_fill(itself, 0), off, name)


def _varying(both: Tensor, k: Tensor, name: str) -> Tensor:
    if not float(both.detach().norm()) > _CENTRED * float(k.detach().norm()):
        raise ValueError(
            f"need {name} other than {name}_ij = a_i + b_j, got {name} constant up to rounding"
        )
    return both
