"""What the few-shot bounds mean for this representation."""

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._row import Row, find, least
from contrastbounds.audit._words import number, percent
from contrastbounds.audit.few_shot import FewShotAt


def few_shot(audit: Audit) -> str:
    """What the bounds guarantee at the fewest and the most shots that they speak of."""
    if not audit.few_shot.at:
        return ""
    trivial = audit.few_shot.trivial
    best = [(at, row) for at in audit.few_shot.at if (row := least(at.rows)) is not None]
    if not best:
        return f"does not apply, it {audit.few_shot.at[0].rows[-1].hypothesis}."
    told = [(at, row) for at, row in best if row.useful]
    at, row = told[0] if told else best[-1]
    if told:
        text = _guarantee(at, row)
        last, final = told[-1]
        if last is not at:
            text += " W" + _guarantee(last, final)[1:]
    else:
        text = (
            f"no proved bound is below guessing ({percent(trivial)}) up to {_shots(at)}: the "
            f"sharpest is {number(row.bound or 0.0)} ({row.title}). Measured: {_measured(at)}."
        )
    return text + _published(audit, trivial)


def _guarantee(at: FewShotAt, row: Row) -> str:
    return (
        f"with {_shots(at)} the proved bounds guarantee at most {percent(row.bound or 0.0)} error "
        f"({row.title}); measured {_measured(at)}."
    )


def _published(audit: Audit, trivial: float) -> str:
    """How far the published form itself is from saying something."""
    last = audit.few_shot.at[-1]
    row = find(last.rows, "few-shot-optimal")
    if row.bound is None or row.bound < trivial:
        return ""
    return f" The published form is vacuous up to {_shots(last)} ({number(row.bound)} there)."


def _shots(at: FewShotAt) -> str:
    return f"{at.m_shot} shot{'s' if at.m_shot > 1 else ''} per class"


def _measured(at: FewShotAt) -> str:
    return f"{percent(at.error)} [{percent(at.low)}, {percent(at.high)}]"


def limit(audit: Audit) -> str:
    """What is left when every class mean is known."""
    rows = audit.few_shot.limit_rows
    sharpest = least(rows)
    if sharpest is None:
        return ""
    return (
        f"with every class mean known, {percent(audit.few_shot.limit_error)} of rows are nearer to "
        f"another class; proved at most {percent(sharpest.bound or 0.0)}"
        + (" (vacuous)." if sharpest.outcome == "vacuous" else ".")
    )
