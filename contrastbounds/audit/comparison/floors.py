"""What the distance of the cosine Gram matrices proves about CKA and RSA."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bounds import cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from contrastbounds.audit._row import Row
from contrastbounds.audit.comparison.gram import GramDifference

Floor = Callable[[float], Any]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An index of the unit rows, and how far rounding can have moved it."""

    value: float
    rounding: float


def floor_rows(
    at: GramDifference, *, cka: Measured | None, rsa: Measured | None
) -> tuple[Row, ...]:
    """Both corollaries and their sharper forms for biased CKA and RSA; None where undefined.

    The published forms divide by the first side, as the paper does; the sharper ones by the side
    that varies more, and RSA's leaves the mean difference out.
    """
    return (*_cka_rows(at, cka), *_rsa_rows(at, rsa))


def _cka_rows(at: GramDifference, cka: Measured | None) -> tuple[Row, ...]:
    needs = "" if cka is not None else "needs directions that differ: all rows are parallel"
    gap = (at.difference, 2 * at.blur)
    published, widest = (at.norms[0], at.blur), (max(at.norms), at.blur)
    return (
        _row("cka-floor", "Corollary 1", cka, cka_floor, gap, published, needs),
        _row("cka-floor-sharp", "sharper", cka, cka_floor_sharp, gap, widest, needs),
    )


def _rsa_rows(at: GramDifference, rsa: Measured | None) -> tuple[Row, ...]:
    needs = "" if rsa is not None else "needs cosines that vary: they are the same for all pairs"
    centred = at.rdm_difference_centred
    forms = (
        ("rsa-floor", "Corollary 2", rsa_floor, (at.rdm_difference, 2 * at.blur), at.spreads[0]),
        (
            "rsa-floor-sharp",
            "sharper",
            rsa_floor_sharp,
            (centred, 2 * at.spread_blur(centred)),
            max(at.spreads),
        ),
    )
    rows = []
    for claim, title, floor, gap, spread in forms:
        far = f"needs r <= 1, here r = {gap[0] / spread:.3g}" if 0 < spread < gap[0] else ""
        size = (spread, at.spread_blur(spread))
        rows.append(_row(claim, title, rsa, floor, gap, size, needs or far))
    return tuple(rows)


def _row(
    claim: str,
    title: str,
    measured: Measured | None,
    floor: Floor,
    gap: tuple[float, float],
    size: tuple[float, float],
    hypothesis: str,
) -> Row:
    """`gap` and `size` are a norm and its error; their ratio is the floor's argument."""
    index = "CKA" if claim.startswith("cka") else "RSA"
    bound, margin = None, 0.0
    if measured is not None and not hypothesis:
        bound = float(floor(gap[0] / size[0]))
        # The floor falls with its argument: at the upper end of the argument's rounding.
        left = size[0] - size[1]
        farthest = (gap[0] + gap[1]) / left if left > 0 else math.inf
        margin = measured.rounding + bound - float(floor(farthest))
    return Row(
        claim=f"luthra2025-alignment-{claim}",
        title=f"{index}, {title}",
        quantity="CKA of cosines" if index == "CKA" else "RSA",
        relation=">=",
        measured=math.nan if measured is None else measured.value,
        bound=bound,
        hypothesis=hypothesis,
        margin=margin,
        # Of Gram matrices CKA is never negative.
        trivial=0.0 if index == "CKA" else -1.0,
    )
