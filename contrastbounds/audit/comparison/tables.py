"""A comparison as tables of words."""

from contrastbounds.audit._table import BOUNDED, Table, line, number, unmet
from contrastbounds.audit.comparison.indices import Index
from contrastbounds.audit.comparison.measure import Comparison


def comparison_tables(found: Comparison) -> tuple[Table, ...]:
    """The indices with their intervals, then the certified floors."""
    return (_indices(found), _floors(found))


def _indices(found: Comparison) -> Table:
    at = found.by_class
    by_class = (
        ()
        if at is None
        else (
            ("RSA, pairs of two classes", number(at.between), "-", "-", "-"),
            ("RSA, pairs of one class", number(at.within), "-", "-", "-"),
        )
    )
    level = f"{100 * found.level:.0f} %"
    views = {found.first.k, found.other.k} != {1}
    return Table(
        title=f"Alignment with {found.other.source}",
        columns=("", "value", level, f"null {level}", "p"),
        rows=(*map(_line, found.indices), *by_class),
        notes=(
            *((_inference(found),) if found.rsa.p_value is not None else ()),
            *(("an item is the mean of its views",) if views else ()),
        ),
    )


def _inference(found: Comparison) -> str:
    return (
        f"intervals: jackknife over {found.n} items; null: {found.permutations} permutations "
        "of them"
    )


def _line(index: Index) -> tuple[str, ...]:
    known = index.low is not None and index.high is not None
    return (
        index.label,
        number(index.value),
        f"{number(index.low, 3)} to {number(index.high, 3)}" if known else "-",
        number(index.null_high, 3),
        number(index.p_value, 2),
    )


def _floors(found: Comparison) -> Table:
    return Table(
        title="Alignment that the distance of the cosine Gram matrices alone proves",
        columns=BOUNDED,
        rows=tuple(line(row) for row in found.rows if row.applies),
        notes=(
            f"rho = {number(found.rho)}, of the larger norm {number(found.rho_least)}; "
            f"r = {number(found.r)}, centred and of the larger {number(found.r_least)}",
            *unmet(found.rows),
        ),
    )
