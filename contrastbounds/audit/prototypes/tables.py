"""Prototypes as tables of words: the bias in every reading, then its bounds."""

from contrastbounds.audit._table import BOUNDED, Table, line, number, unmet
from contrastbounds.audit.prototypes.measure import Prototypes


def prototype_tables(found: Prototypes) -> tuple[Table, ...]:
    """What is measured, and what bounds what."""
    return (_bias(found), _bounds(found))


def _bias(found: Prototypes) -> Table:
    readings = (
        ("raw, E||M - m||", found.raw),
        ("squared, E||M - m||^2", found.squared),
        ("debiased squared", found.debiased_squared),
        ("cosine, of directions", found.cosine),
        ("relative to the classes' distance", found.relative),
        ("view variance, E||z - m||^2", found.view_variance),
    )
    return Table(
        title="Prototype bias: the mean m of an item's views in place of its class's mean M",
        columns=("measure", "value"),
        rows=tuple((name, number(value)) for name, value in readings),
        notes=(
            *(f"{name}: not applicable, {why}" for name, why in found.undefined.items()),
            *_worst(found),
        ),
    )


def _worst(found: Prototypes) -> tuple[str, ...]:
    at = found.worst
    if at is None:
        return ()
    return (
        f"largest against its separation: {at.name!r}, {number(at.squared_bias, 3)} at distance "
        f"{number(at.separation, 3)} of {at.nearest!r}",
    )


def _bounds(found: Prototypes) -> Table:
    return Table(
        title="What the bias says of accuracy and of the supervised objective",
        columns=BOUNDED,
        rows=tuple(line(row) for row in found.rows if row.applies),
        notes=(
            "objective: similarity to the most similar other prototype less that to the own one",
            "vacuous: an error of 1; an objective of 0, that of equal rows",
            *unmet(found.rows),
        ),
    )
