"""The audit as tables of words, the same for the terminal and for a page."""

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._row import Row
from contrastbounds.audit._table import BOUNDED, Table, line, number, unmet
from contrastbounds.audit.comparison.tables import comparison_tables
from contrastbounds.audit.few_shot import FewShotAt
from contrastbounds.audit.prototypes import prototype_tables
from contrastbounds.audit.surrogate import surrogate_tables


def tables(audit: Audit) -> tuple[Table, ...]:
    """All sections, every line of which fits 80 columns."""
    other = audit.comparison
    return (
        *(() if other is None else comparison_tables(other)),
        _losses(audit),
        _gap(audit),
        _minima(audit),
        *prototype_tables(audit.prototypes),
        *surrogate_tables(audit.surrogate),
        _few_shot(audit),
        _geometry(audit),
    )


def _losses(audit: Audit) -> Table:
    at = audit.losses
    return Table(
        title="Losses in nats: every sample against all others, not a mean over batches",
        columns=("", "CL", "DCL", "NSCL", "SupCon", "DCL - NSCL"),
        rows=(("value", *map(number, (at.cl, at.dcl, at.nscl, at.supcon, at.gap))),),
    )


def _gap(audit: Audit) -> Table:
    ladder = sorted(
        (row for row in audit.losses.rows if row.bound is not None),
        # Rounded, so that equal bounds stay in the order of the theorem.
        key=lambda r: (r.quantity != "DCL - NSCL", r.relation != "<=", -round(r.bound or 0.0, 9)),
    )
    span = number(audit.losses.span, 3)
    return Table(
        title="Loss gap beside every bound of it, loosest first",
        columns=BOUNDED,
        rows=tuple(line(row) for row in ladder),
        notes=(
            *unmet(audit.losses.rows),
            f"ratio: measured/bound. vacuous: {span} or more, equal rows to the ideal",
        ),
    )


def _minima(audit: Audit) -> Table:
    rows = audit.minima.rows
    return Table(
        title="Least values, and what being near them forces",
        columns=BOUNDED,
        rows=tuple(line(row) for row in rows if row.bound is not None),
        notes=unmet(rows),
    )


def _few_shot(audit: Audit) -> Table:
    at = audit.few_shot
    every = tuple(row for each in at.at for row in each.rows if "m >= 10" not in row.hypothesis)
    names = tuple(row.title for row in at.at[0].rows) if at.at else ()
    limit, sharp = at.limit_rows
    skipped = ", ".join(map(str, at.skipped))
    return Table(
        title="Few-shot error of the nearest class centre, and every bound of it",
        columns=("m", "error", "95 %", "probe", *names),
        rows=(
            *map(_shots_line, at.at),
            # The optimal form and the second moments tend to these as m grows.
            ("inf", f"{at.limit_error:.4f}", "exact", "-", "-", _cell(limit), _cell(sharp), "-"),
        ),
        notes=(
            f"* vacuous: guessing errs {number(at.trivial, 3)}. probe: logistic regression, "
            "bounded by nothing here",
            "shots and queries are drawn from the rows with replacement: the bounds apply exactly",
            *((f"m = {skipped} skipped: {at.why_skipped}",) if at.skipped else ()),
            *unmet((*every, *at.limit_rows)),
        ),
    )


def _shots_line(at: FewShotAt) -> tuple[str, ...]:
    return (
        str(at.m_shot),
        f"{at.error:.4f}",
        f"{at.low:.4f}-{at.high:.4f}",
        f"{at.probe.error:.4f}" if at.probe else "-",
        *map(_cell, at.rows),
    )


def _cell(row: Row) -> str:
    if row.bound is None:
        return "-"
    marks = {"vacuous": "*", "violated": " violated", "inconclusive": " ?"}
    return number(row.bound, 3) + marks.get(row.outcome, "")


def _geometry(audit: Audit) -> Table:
    at = audit.geometry
    lines = (
        ("class variance, mean over classes", at.class_variance),
        ("CDNV V", at.cdnv),
        ("directional CDNV V~", at.directional_cdnv),
        ("root CDNV V^s", at.root_cdnv),
        ("NC1 tr(Sigma_W Sigma_B^+)/C", at.nc1),
        ("NC2 norms of class means", at.nc2_equinorm),
        ("NC2 angles of class means", at.nc2_equiangular),
        ("deviation from a simplex", at.etf_deviation),
        ("NC4 rows nearer to another class", at.ncc_error),
    )
    return Table(
        title="Geometry of the unit rows, all views pooled; 0 at full collapse",
        columns=("measure", "value"),
        rows=tuple((name, number(value)) for name, value in lines),
        notes=(at.undefined,) if at.undefined else (),
    )
