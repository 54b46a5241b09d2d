"""What the prototype bias and its certificates mean for this representation."""

import math

from bounds import best_alpha
from contrastbounds.audit._row import Row
from contrastbounds.audit._words import number, percent
from contrastbounds.audit.prototypes.measure import Prototypes
from contrastbounds.audit.prototypes.objective import QUANTITY


def price(found: Prototypes) -> str:
    """What the label-free prototypes cost, what that guarantees, and where it is worst."""
    alone = found.debiased_squared is None
    what = "the one view of an item" if alone else "the mean of an item's views"
    text = (
        f"{what} can stand in for its class prototype at a price of {number(found.squared)} in "
        "similarity (squared bias; exact on average)"
    )
    if found.relative is not None:
        text += f", {number(found.relative)} relative to how far the classes are apart"
    if found.debiased_squared is not None:
        text += f"; with every view of an item it would be about {number(found.debiased_squared)}"
    return f"{text}. {_accuracy(found)}{_worst(found)}"


def certificate(found: Prototypes, *, tau: float, n_classes: int) -> str:
    """What the measured losses prove of the supervised objective."""
    chain = [r for r in found.rows if r.quantity == QUANTITY and r.relation == "<="]
    first, last = chain[0], _label_free(chain)
    text = (
        f"the supervised objective is {number(found.objective)}{_floor(found)}. At tau = {tau:g} "
        f"the bias and NSCL prove at most {_bound(first)}, the bias and {_name(last)}, which "
        f"needs no labels, {_bound(last)}."
    )
    if first.outcome == "vacuous" and n_classes > 2:
        text += f" Against the worst case tau = {1.0 / float(best_alpha(n_classes)):.2g} is best."
    return text


def _accuracy(found: Prototypes) -> str:
    row = next(r for r in found.rows if r.claim == "lee2025-nearest-prototype-error")
    right = percent(1.0 - found.item_error)
    if row.outcome == "vacuous" or row.bound is None or row.bound >= 1.0:
        return f"That alone guarantees no accuracy of the nearest prototype; measured {right}."
    # Rounded down: a guarantee.
    least = math.floor(100.0 * (1.0 - row.bound))
    return f"The nearest prototype is right for at least {least} % of the items; measured {right}."


def _worst(found: Prototypes) -> str:
    at = found.worst
    if at is None:
        return ""
    if at.separation == 0:
        return f" Worst: {at.name!r} and {at.nearest!r} have the same prototype."
    share = percent(at.squared_bias / at.separation**2)
    return f" Worst: {at.name!r}, whose bias is {share} of the squared distance to {at.nearest!r}."


def _floor(found: Prototypes) -> str:
    row = next(r for r in found.rows if r.claim == "lee2025-supervised-minimum")
    least = "" if row.bound is None else f"{number(row.bound)} at the collapsed simplex, "
    return f" ({least}0 for equal rows)"


def _label_free(chain: list[Row]) -> Row:
    """NT-Xent, or DCL where there are not two views."""
    return next(row for row in reversed(chain) if row.applies)


def _name(row: Row) -> str:
    return row.title.removeprefix("objective, ")


def _bound(row: Row) -> str:
    value = number(row.bound or 0.0)
    return f"{value} (which says nothing)" if row.outcome == "vacuous" else value
