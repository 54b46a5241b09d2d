"""The same bounds where the positive is another view of the anchor's own sample."""

from dataclasses import replace

from bounds import (
    surrogate_bounds_paired,
    surrogate_lower,
    surrogate_lower_sharp,
    surrogate_upper,
    surrogate_upper_vertex,
)
from contrastbounds.audit._row import Relation, Row
from contrastbounds.audit.surrogate.risks import PROMISE, Moments, Risks

FORMS: tuple[tuple[str, str, Relation], ...] = (
    ("surrogate-upper", "published", "<="),
    ("paired-positives", "corrected", "<="),
    ("paired-positives-sharp", "sharp", "<="),
    ("surrogate-lower", "published", ">="),
    ("paired-positives", "corrected", ">="),
    ("paired-positives-sharp", "sharp", ">="),
)
ALONE = "needs two views of a sample: one here"


def paired_rows(risks: Risks, found: Moments, contrastive: float | None) -> tuple[Row, ...]:
    """The printed bounds with the hypothesis that fails, the corrected and the sharper ones."""
    if contrastive is None:
        intercepts = [0.0] * len(FORMS)
        reasons = [ALONE] * len(FORMS)
        at = risks
    else:
        at = replace(risks, contrastive=contrastive)
        intercepts = _intercepts(at, found)
        reasons = [
            _unmet(at, found, form, value) for form, value in zip(FORMS, intercepts, strict=True)
        ]
    error = PROMISE * at.size + 4.0 * found.rounding
    return tuple(
        replace(
            at.row(
                claim,
                title,
                lambda value=value: value,  # type: ignore[misc]  # a default binds the loop's variable
                relation=relation,
                hypothesis=reason,
                error=error,
            ),
            quantity=f"R_mu, K = {risks.n_negatives}, views as positives",
        )
        for (claim, title, relation), value, reason in zip(FORMS, intercepts, reasons, strict=True)
    )


def _intercepts(at: Risks, found: Moments) -> list[float]:
    """R_mu - R_cont at most and at least, in the order of `FORMS`."""
    prior, k, norm = at.law.prior, at.n_negatives, at.law.norm
    positive, shift = found.positive or 0.0, found.shift or 0.0
    corrected = surrogate_bounds_paired(prior, k, norm, positive, found.alignment)
    # The mean of the K + 1 scores is no longer at least rho where positives score below it.
    missing = max(found.mean_square - positive, 0.0) / (k + 1)
    values = (
        surrogate_upper(prior, k, norm),
        corrected.upper,
        surrogate_upper_vertex(prior, k, norm) + missing + shift,
        surrogate_lower(prior, k, norm),
        corrected.lower,
        surrogate_lower_sharp(prior, k, norm) + shift,
    )
    return [float(value) for value in values]


def _unmet(at: Risks, found: Moments, form: tuple[str, str, Relation], value: float) -> str:
    """Why a printed bound does not apply, and whether it fails where it is taken literally."""
    _, title, relation = form
    if title != "published" or found.met:
        return ""
    text = (
        "needs anchor and positive independent given the class: "
        f"E s_0 - A = {found.shift or 0.0:.3g}"
    )
    bound = at.contrastive + value
    beyond = at.supervised - bound if relation == "<=" else bound - at.supervised
    if beyond > at.roundoff:
        text += f"; read literally it fails at K = {at.n_negatives}, by {beyond:.3g} nats"
    return text
