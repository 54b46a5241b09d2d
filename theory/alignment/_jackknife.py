"""An index of two representations, the index without each item, and with the items reordered."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from theory.alignment import _moments as moments
from theory.alignment._items import row_sums
from theory.alignment.cka import centred, debiased_sums, song, u_offset
from theory.alignment.rounding import index_rounding
from theory.alignment.rsa import cosine_offset, cosine_sums, covariance, unit_rows


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An index, the index without each item, and what it takes to permute it."""

    x: Tensor  # centred rows; (n, n) Gram matrices when d > n
    y: Tensor
    k: Tensor
    l: Tensor  # noqa: E741
    grams: bool
    form: moments.Form
    sums: moments.PairSums
    without: Tensor  # (n,), the index without each item
    rounding: float  # of the index and of its permuted values together

    def permuted(self, order: Tensor) -> float:
        """The index with the items of y in another order."""
        if self.grams:
            every = (self.x * self.y[order][:, order]).sum()
        else:
            every = (self.x.mT @ self.y[order]).square().sum()
        xy = self.form(every, self.k, self.l[order])
        return float(moments.PairSums(xx=self.sums.xx, yy=self.sums.yy, xy=xy).cosine())


def of_cka(x: Tensor, y: Tensor) -> Sample:
    """Debiased CKA."""
    rows = centred(x, "x"), centred(y, "y")
    every = moments.all_pairs(*rows)
    sums = debiased_sums(every, *rows)
    n = len(x)
    items = _row_sums(every, *rows, song, u_offset)
    # U-centred rows sum to 0: without item i row j sums to minus its entry there, so
    # (n-1)(n-4) HSIC_1 falls to S - 2 r_i - 2 r_i/(n-3).
    without = _map(lambda s, r: s - 2 * (n - 2) / (n - 3) * r, sums, items)
    return _sample(rows, song, sums, without.cosine())


def of_rsa(x: Tensor, y: Tensor) -> Sample:
    """RSA."""
    rows = unit_rows(x, "x"), unit_rows(y, "y")
    every = moments.all_pairs(*rows)
    sums = cosine_sums(every, *rows)
    n = len(x)
    items = _row_sums(every, *rows, covariance, cosine_offset)
    products = _map(lambda s, r: s - 2 * r, sums, items)
    # What is left over of each table's total, which was 0, moves its mean.
    a, b = (-2 * _row_totals(part.norms) for part in rows)
    pairs = (n - 1) * (n - 2)
    without = moments.PairSums(
        xx=products.xx - a * a / pairs,
        yy=products.yy - b * b / pairs,
        xy=products.xy - a * b / pairs,
    )
    return _sample(rows, covariance, sums, without.cosine())


def _sample(
    rows: tuple[moments.Rows, moments.Rows],
    form: moments.Form,
    sums: moments.PairSums,
    without: Tensor,
) -> Sample:
    bad = ~without.isfinite()
    if bool(bad.any()):
        raise ValueError(
            "need x and y that vary without any one item, "
            f"got constant up to rounding without item {int(bad.int().argmax())}"
        )
    x, y = (part.matrix() for part in rows)
    grams = moments.wide(*rows)
    rounding = sum(index_rounding(sums, *rows, pairwise=pairs) for pairs in (False, grams))
    if grams:
        x, y = x @ x.mT, y @ y.mT
    k, l = (part.norms for part in rows)  # noqa: E741
    return Sample(
        x=x, y=y, k=k, l=l, grams=grams, form=form, sums=sums, without=without, rounding=rounding
    )


def _row_sums(
    every: moments.PairSums,
    x: moments.Rows,
    y: moments.Rows,
    form: moments.Form,
    offset: moments.Offset,
) -> moments.PairSums:
    """Each item's part in the three sums over pairs, (n,) each."""
    pairwise = moments.pairwise(every, x, y, form)
    rows_x, rows_y, a, b = x.matrix(), y.matrix(), offset(x.norms), offset(y.norms)
    return moments.PairSums(
        xx=row_sums(rows_x, rows_x, a, a, pairwise=pairwise),
        yy=row_sums(rows_y, rows_y, b, b, pairwise=pairwise),
        xy=row_sums(rows_x, rows_y, a, b, pairwise=pairwise),
    )


def _row_totals(k: Tensor) -> Tensor:
    """sum over j != i of the centred cosines."""
    a = cosine_offset(k)
    return a.sum() + (len(k) - 2) * a - k


def _map(
    f: Callable[[Tensor, Tensor], Tensor], sums: moments.PairSums, items: moments.PairSums
) -> moments.PairSums:
    return moments.PairSums(
        xx=f(sums.xx, items.xx), yy=f(sums.yy, items.yy), xy=f(sums.xy, items.xy)
    )
