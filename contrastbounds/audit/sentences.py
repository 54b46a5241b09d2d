"""What the numbers mean for this representation, one sentence or two per theorem."""

from collections.abc import Iterable
from dataclasses import dataclass

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._few_shot_sentences import few_shot, limit
from contrastbounds.audit._row import Row, find, least
from contrastbounds.audit._words import number, percent
from contrastbounds.audit.comparison.measure import Comparison
from contrastbounds.audit.comparison.sentences import comparison_sentences
from contrastbounds.audit.prototypes import certificate, price
from contrastbounds.audit.surrogate import sampling, surrogate_gap
from contrastbounds.audit.whole import Estimate, Whole


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A plain statement about this representation."""

    about: str
    text: str


def sentences(audit: Audit) -> tuple[Sentence, ...]:
    """The most important first: failures, then theorem by theorem."""
    other = audit.comparison
    parts = (
        ("Failed bound", _failures(audit.rows)),
        ("Sample", _sample(audit.whole, audit.data.seed)),
        *(() if other is None else comparison_sentences(other)),
        ("Theorem 1", _loss_gap(audit)),
        ("Theorem 2", _nscl(audit)),
        ("DCL floor", _dcl(audit)),
        ("Prototypes", price(audit.prototypes)),
        ("Certificate", _certificate(audit)),
        ("Surrogate gap", surrogate_gap(audit.surrogate)),
        ("Its sampling", sampling(audit.surrogate)),
        ("Proposition 1", few_shot(audit)),
        ("All shots", limit(audit)),
        ("Classes", _classes(audit)),
        ("Hypotheses", _hypotheses(audit)),
    )
    return _sentences(parts)


def sentences_of(comparison: Comparison) -> tuple[Sentence, ...]:
    """Those of a comparison alone."""
    return _sentences(
        (("Failed bound", _failures(comparison.rows)), *comparison_sentences(comparison))
    )


def _sentences(parts: Iterable[tuple[str, str]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(about=about, text=text[0].upper() + text[1:]) for about, text in parts if text
    )


def _sample(found: Whole | None, seed: int) -> str:
    """What of this is of all samples, and what of a part of them."""
    if found is None:
        return ""
    return (
        f"all that follows is of {found.n_sampled} of {found.n} samples, a share of every class "
        f"(seed {seed}). Of all of them: class variance {number(found.class_variance)}, "
        f"{_spread(found)}; from {found.n_anchors} random samples against every row, "
        f"DCL {_interval(found.dcl)} and NSCL {_interval(found.nscl)}, each at "
        f"{percent(found.confidence)} confidence."
    )


def _spread(found: Whole) -> str:
    if found.cdnv is None or found.directional_cdnv is None:
        return f"no CDNV ({found.undefined})"
    return f"CDNV {number(found.cdnv)}, directional {number(found.directional_cdnv)}, all exact"


def _interval(found: Estimate) -> str:
    return f"{found.value:.4g} ({found.low:.4g} to {found.high:.4g})"


def _failures(rows: Iterable[Row]) -> str:
    return " ".join(
        f"{row.title}: {row.quantity} is {number(row.measured)}, the bound {number(row.bound)}; "
        f"rounding and chance explain {row.margin:.1g} only. A proved bound cannot fail: this is a "
        "bug or a discovery, please report it with the file."
        for row in rows
        if row.outcome == "violated" and row.bound is not None
    )


def _loss_gap(audit: Audit) -> str:
    rows = {row.claim.removeprefix("luthra2025-"): row for row in audit.losses.rows}
    gap, span = audit.losses.gap, audit.losses.span
    theorem = rows["dcl-nscl-gap"].bound or 0.0
    uniform = tuple(
        row
        for row in audit.losses.rows
        if row.quantity == "DCL - NSCL" and not row.claim.endswith("anchor")
    )
    sharpest = least(uniform)
    if sharpest is None or sharpest.bound is None:
        return ""
    text = (
        f"your DCL is {number(gap)} nats above NSCL; the theorem guarantees at most "
        f"{number(theorem)}, the sharpest bound proved for these class sizes "
        f"{number(sharpest.bound)} ({sharpest.title}). "
    )
    if sharpest.bound < span:
        return text + (
            f"So minimising DCL, without labels, ends within {number(sharpest.bound)} nats of the "
            f"best NSCL that the same encoders reach, {percent(sharpest.bound / span)} of the "
            f"{number(span)} between no representation and the ideal one."
        )
    return text + (
        f"Both exceed the {number(span)} nats between no representation and the ideal one: at "
        f"tau = {audit.data.tau:g} the theorem says nothing about this one."
    )


def _nscl(audit: Audit) -> str:
    data, at = audit.data, audit.minima
    if at.nscl_excess is None:
        row = find(audit.minima.rows, "nscl-minimum")
        return (
            f"does not apply, it {row.hypothesis}. For three or more classes of different sizes "
            "the simplex is not where NSCL is least, and no floor is proved."
        )
    span = audit.losses.span
    where = "the collapsed simplex" if data.n_classes > 2 else "two opposite points"
    text = (
        f"NSCL is {number(at.nscl_excess)} nats above its least value, which {where} takes; equal "
        f"rows are {number(span)} above."
    )
    if at.nscl_excess > span:
        text += " So it is further from the ideal than a constant encoder."
    if not at.simplex_fits:
        text += (
            f" In d = {data.d} dimensions a simplex of {data.n_classes} points does not fit "
            f"(d >= {data.n_classes - 1}), so the floor is out of reach."
        )
    collapse = find(at.rows, "nscl-collapse")
    if collapse.bound is not None:
        said = "which says nothing" if collapse.outcome == "vacuous" else "out of at most 1"
        text += (
            f" That excess allows a class variance of {number(collapse.bound)}, {said}; "
            f"it is {number(collapse.measured)}."
        )
    return text


def _dcl(audit: Audit) -> str:
    at, n = audit.minima, audit.data.n
    where = "" if at.sample_simplex_fits else f", which takes {n - 1} dimensions"
    return f"DCL is {number(at.dcl_excess)} nats above the least that {n} samples can have{where}."


def _certificate(audit: Audit) -> str:
    return certificate(audit.prototypes, tau=audit.data.tau, n_classes=audit.data.n_classes)


def _classes(audit: Audit) -> str:
    at = audit.geometry
    if at.cdnv is None or at.directional_cdnv is None or at.closest is None:
        return f"no CDNV: {at.undefined}."
    times = at.cdnv / at.directional_cdnv if at.directional_cdnv > 0 else float("inf")
    text = (
        f"the spread of a class over squared distance (CDNV) is {number(at.cdnv)}, along the "
        f"lines between class means {number(at.directional_cdnv)}"
    )
    if 1 < times < float("inf"):
        text += f", {times:.0f} times less, and only that limits many-shot accuracy"
    value = at.closest_directional_cdnv or 0.0
    a, b = at.closest
    return text + f". Closest to merging: {a!r} and {b!r} (directional CDNV {number(value)})."


def _hypotheses(audit: Audit) -> str:
    data = audit.data
    failed = []
    if not data.balanced:
        failed.append(find(audit.losses.rows, "dcl-nscl-gap-balanced").hypothesis)
    if not audit.minima.simplex_fits:
        failed.append(f"d >= C - 1 for a simplex: d = {data.d}, C - 1 = {data.n_classes - 1}")
    if audit.geometry.undefined:
        failed.append(audit.geometry.undefined)
    if not failed:
        return "balanced classes, room for the simplex, distinct class means: all are met."
    text = f"worst violated: {failed[0].removeprefix('needs ')}"
    return text + "".join(f"; also {other.removeprefix('needs ')}" for other in failed[1:]) + "."
