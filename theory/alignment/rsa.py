"""Representational similarity analysis: the correlation of two tables of cosines."""

import torch
from torch import Tensor

from theory.alignment import _checks as checks
from theory.alignment import _moments as moments

_SPREAD = 1e-14  # times d + 2: cosines that spread by less are constant up to rounding


def rsa(x: Tensor, y: Tensor) -> Tensor:
    r"""Pearson correlation of the cosine dissimilarities of two representations.

    Formula
        Pearson over i < j of 1 - cos(x_i, x_j) and 1 - cos(y_i, y_j)            [no unit]
        = c(X,Y)/sqrt(c(X,X) c(Y,Y)) with rows scaled to unit norm, then centred,
        c(X,Y) = ||X'Y||_F^2 + (n/2) sum_i k_i l_i - (n+1)/(2(n-1)) (sum k)(sum l),
        k_i = |x_i|^2, l_i = |y_i|^2 of those rows

    Symbols
        x  (n, d) float32 or float64, no zero row
        y  (n, d'), the same items in the same order

    Range
        -1 to 1; 1 on itself. Unchanged by a joint permutation of rows, by orthogonal maps and by
        a positive factor for each row; not by shifts. Sums in float64, value in the wider of the
        two dtypes. O(n d^2), memory O(n + d^2) beside the inputs; pair by pair in tiles, O(n^2 d),
        when d > n or the variance of the cosines cancels. Differentiable.

    Errors
        ValueError for x or y not a finite (n, d) tensor (naming the first bad row), unequal n,
        n < 3, a zero row, and cosines whose standard deviation is at most 1e-14 (d + 2)
        (parallel rows; a simplex).

    Source
        Kriegeskorte, Mur & Bandettini (2008), Front. Syst. Neurosci. 2:4; the closed form is
        this project's.

    >>> from math import pi
    >>> a, b = torch.tensor([0, pi / 3, pi / 2]), torch.tensor([0, pi / 2, pi])
    >>> rows = [torch.stack([t.double().cos(), t.double().sin()], dim=1) for t in (a, b)]
    >>> round(rsa(*rows).item(), 6)
    0.907073
    """
    checks.check_features(x, y, least=3)
    rows = unit_rows(x, "x"), unit_rows(y, "y")
    sums = cosine_sums(moments.all_pairs(*rows), *rows)
    return sums.cosine().to(torch.promote_types(x.dtype, y.dtype))


def unit_rows(x: Tensor, name: str) -> moments.Rows:
    """The rows of `x` at unit norm, then centred."""
    checks.check_no_zero_row(x, name)
    return moments.centred_rows(x, unit=True)


def cosine_sums(every: moments.PairSums, x: moments.Rows, y: moments.Rows) -> moments.PairSums:
    """n (n-1) times the (co)variances of the cosines, refused where they are rounding."""
    sums = moments.other_pairs(every, x, y, covariance, cosine_offset)
    n = len(x.norms)
    for name, own, rows in (("x", sums.xx, x), ("y", sums.yy, y)):
        spread = float(own.detach().clamp(min=0).div(n * (n - 1)).sqrt())
        floor = _SPREAD * (rows.source.shape[1] + 2)
        if not spread > floor:
            raise ValueError(
                f"need cosines of {name} that vary, "
                f"got standard deviation {spread:.3g} <= {floor:.3g}"
            )
    return sums


def covariance(every: Tensor, k: Tensor, l: Tensor) -> Tensor:  # noqa: E741
    """Sum over i != j of the centred cosines' products.

    With m the mean of the unit rows u_i = m + r_i: cos_ij = |m|^2 + <m, r_i> + <m, r_j> + g_ij,
    and |u_i| = 1 gives <m, r_i> = (mean k - k_i)/2: no large constant is ever subtracted.
    """
    n = len(k)
    spread = ((k - k.mean()) * (l - l.mean())).sum()
    pairs = every - (k * l).sum() - k.sum() * l.sum() / (n * (n - 1))
    return pairs + (n + 2) / 2 * spread


def cosine_offset(k: Tensor) -> Tensor:
    """a with cos_ij - (their mean) = g_ij + a_i + a_j; the mean of g_ij is -sum k/(n(n-1))."""
    n = len(k)
    return (k.mean() - k) / 2 + k.sum() / (2 * n * (n - 1))
