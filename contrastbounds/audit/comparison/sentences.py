"""What a comparison of two representations says, in words."""

import math

from contrastbounds.audit._row import Row
from contrastbounds.audit._words import number
from contrastbounds.audit.comparison.indices import Index
from contrastbounds.audit.comparison.measure import Comparison

CHANCE = 0.05  # a p-value above which pairing by chance explains the similarity
HOW = ((0.9, "almost alike"), (0.6, "alike in the main"), (0.3, "alike in part"))
APART = 0.1  # of two correlations that are called different


def comparison_sentences(found: Comparison) -> tuple[tuple[str, str], ...]:
    """(about, text), the most important first; empty texts are left out."""
    return (
        ("Alignment", alignment(found)),
        ("Its floors", floors(found)),
        ("By class", classes(found)),
        ("Undefined", undefined(found)),
    )


def alignment(found: Comparison) -> str:
    """Whether the two are alike, how much, and what chance would give."""
    cka, rsa = found.cka, found.rsa
    where = f"in {found.first.source} and {found.other.source}"
    if rsa.value is None or cka.value is None:
        known = [i for i in found.indices if i.value is not None]
        text = ", ".join(f"{i.label}: {number(i.value or 0.0)}" for i in known)
        return f"items {where}: {text}." if known else ""
    measured = f"RSA {_interval(rsa)}, debiased CKA {_interval(cka)}"
    if rsa.p_value is None or cka.p_value is None:
        return f"items are arranged {_how(rsa.value)} {where}: {measured}, without intervals."
    chances = f"p = {number(rsa.p_value)} and {number(cka.p_value)}"
    if min(rsa.p_value, cka.p_value) > CHANCE:
        return (
            f"items are arranged no more alike {where} than if they were paired at random: "
            f"{measured}; {chances}."
        )
    most = f"{number(rsa.null_high or 0.0)} and {number(cka.null_high or 0.0)}"
    return (
        f"items are arranged {_how(rsa.value)} {where}: {measured}. Paired at random they would "
        f"give at most {most} ({100 * found.level:.0f} % of {found.permutations} orders; "
        f"{chances})."
    )


def floors(found: Comparison) -> str:
    """What the distance of the cosine Gram matrices alone proves."""
    cka, cka_sharp, rsa, rsa_sharp = found.rows
    sizes = (("CKA", found.rho_least), ("RSA", found.r_least))
    known = [f"{number(size)} for {name}" for name, size in sizes if not math.isnan(size)]
    if not known:
        return ""
    distances = " and ".join(known)
    parts = [
        part for part in (_floor("CKA", cka, cka_sharp), _floor("RSA", rsa, rsa_sharp)) if part
    ]
    if not parts:
        return f"none, the two are too far apart: relative distances are {distances}, not below 1."
    return (
        f"the distance of the two tables of cosines, relative to the wider, is {distances}. That "
        f"alone proves {' and '.join(parts)}."
    )


def classes(found: Comparison) -> str:
    """Whether what the two share is more than the arrangement of the classes."""
    at = found.by_class
    if at is None or (at.within is None and at.between is None):
        return ""
    if at.within is None or at.between is None:
        kind, value = (
            ("different classes", at.between) if at.within is None else ("one class", at.within)
        )
        return f"RSA over pairs of {kind} is {number(value or 0.0)}."
    text = (
        f"RSA over pairs of different classes is {number(at.between)}, over pairs of one class "
        f"{number(at.within)}"
    )
    if at.between - at.within > APART:
        return text + ": they agree more on how the classes lie than on the items within them."
    if at.within - at.between > APART:
        return text + ": they agree more on the items within a class than on how the classes lie."
    if found.rsa.value is not None and found.rsa.value - max(at.between, at.within) > APART:
        return text + ", both below that over all pairs: much of what they share is the classes."
    return text + "."


def undefined(found: Comparison) -> str:
    """What is missing, and why."""
    return "; ".join(found.undefined) + "." if found.undefined else ""


def _floor(name: str, published: Row, sharper: Row) -> str:
    if not sharper.useful or sharper.bound is None:
        return ""
    text = f"{name} >= {number(sharper.bound)} (measured {number(sharper.measured)}"
    if published.useful and published.bound is not None:
        return text + f"; published form {number(published.bound)})"
    return text + "; the published form says nothing)"


def _how(value: float) -> str:
    return next((how for least, how in HOW if value >= least), "weakly alike")


def _interval(index: Index) -> str:
    value = number(index.value or 0.0)
    if index.low is None or index.high is None:
        return value
    return f"{value} [{number(index.low)}, {number(index.high)}]"
