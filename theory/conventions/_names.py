"""Which readings are losses of `theory.losses`, and what is proved about those."""

from collections.abc import Iterator, Mapping

from theory.conventions._forms import (
    MATE_CROSS,
    MATE_SAME,
    MATES,
    OTHER_CROSS,
    OTHER_SAME,
    OTHERS,
    OWN,
    SELF,
    Form,
    Kinds,
)
from theory.conventions._reading import Reading

OTHER_ITEMS: Kinds = (*MATES, *OTHERS)
ALL_BUT_SELF: Kinds = (OWN, *OTHER_ITEMS)
SAME_VIEW: Kinds = (MATE_SAME, OTHER_SAME)
CROSS_VIEW: Kinds = (OWN, MATE_CROSS, OTHER_CROSS)

# (positives, below) of the losses that are a scale away from one function at repulsion 1.
LOSSES: Mapping[tuple[Kinds, Kinds], tuple[str, str]] = {
    ((OWN,), ALL_BUT_SELF): ("ntxent", "ntxent(z, tau={tau})"),
    ((OWN,), OTHER_ITEMS): ("paired_dcl", "paired_dcl(z, tau={tau})"),
    ((OWN,), OTHERS): ("paired_nscl", "paired_nscl(z, labels, tau={tau})"),
    ((OWN,), (OWN, *OTHERS)): (
        "paired_nscl",
        "paired_nscl(z, labels, tau={tau}, positive_in_denominator=True)",
    ),
    ((OWN,), SAME_VIEW): ("dhel", "dhel(z, tau={tau}, both_energies=False)"),
    ((SELF, OWN), OTHER_ITEMS): ("dcl", "dcl(z, tau={tau})"),
    ((SELF, OWN), OTHERS): ("nscl", "nscl(z, labels, tau={tau})"),
    ((SELF, OWN), ALL_BUT_SELF): ("cl", "cl(z, tau={tau})"),
    ((SELF, OWN), (SELF, *ALL_BUT_SELF)): ("cl", "cl(z, tau={tau}, own_views='all')"),
    ((OWN, *MATES), ALL_BUT_SELF): ("supcon", "supcon(z, labels, tau={tau})"),
}
NEGATIVES: Mapping[Kinds, str] = {
    OTHER_ITEMS: "other-items",
    SAME_VIEW: "same-view",
    OTHERS: "other-classes",
}
KNOWN_ELSEWHERE: Mapping[Form, str] = {
    Form((OWN,), CROSS_VIEW): "InfoNCE between two views in both directions, as in CLIP",
    Form((OWN,), CROSS_VIEW, anchors="first"): "InfoNCE from the first view to the second",
    Form((OWN, *MATES), ALL_BUT_SELF, "inside"): "SupCon's 'in' form (Khosla et al. 2020)",
    Form((OWN, *MATES), ALL_BUT_SELF, weights="pairs"): "SupCon averaged over pairs",
    Form((OWN, *MATES), ALL_BUT_SELF, "pair", "pairs"): "NT-Xent over all pairs of a class",
}
ALIGNMENT = (
    "gradient_gap",
    "similarity_drift",
    "luthra2025-alignment-gradient-gap",
    "luthra2025-alignment-similarity-drift",
)
# Calculators of `bounds`, then claims of the registry.
BOUNDS: Mapping[str, tuple[str, ...]] = {
    "ntxent": (
        "ntxent_minimum",
        "supervised_certificate",
        "luthra2025-ntxent-minimum",
        "lee2025-certificate-ntxent",
        "lee2025-ntxent-relation",
    ),
    "paired_dcl": (*ALIGNMENT, "lee2025-dcl-relation"),
    "paired_nscl": (*ALIGNMENT, "lee2025-nscl-relation"),
    "dcl": (
        "dcl_minimum",
        "dcl_nscl_gap",
        "dcl_nscl_gap_by_class",
        "luthra2025-dcl-minimum",
        "luthra2025-dcl-nscl-gap",
        "luthra2025-dcl-nscl-gap-by-class",
    ),
    "nscl": (
        "nscl_minimum",
        "dcl_nscl_gap",
        "nscl_excess_at_dcl_minimum",
        "luthra2025-nscl-minimum",
        "luthra2025-dcl-nscl-gap",
    ),
    "cl": ("cl_nscl_gap_etf", "luthra2025-cl-nscl-gap", "luthra2025-cl-nscl-gap-etf"),
    "supcon": ("supcon_minimum", "lee2025-supcon-relation"),
    "dhel": ("same_view_contrastive_minimum", "lee2025-dhel-relation"),
    "balanced": (
        "balanced_contrastive_minimum",
        "same_view_contrastive_minimum",
        "lee2025-balanced-minimum",
        "lee2025-balanced-minimum-same-view",
    ),
}
INFONCE_BOUNDS = ("infonce_minimum",)


def named(reading: Reading) -> Iterator[tuple[str, str]]:
    """Names and expressions, without scale and offset, of the losses that `reading` is."""
    form, sizes = reading.form, reading.sizes
    # With one positive, the other of two views, it does not matter where its mean is.
    log = "outside" if form.positives == (OWN,) and form.log != "batch" else form.log
    if (log, form.weights, form.anchors) != ("outside", "anchors", "all"):
        return
    if sizes not in ("", "terms averaged"):
        return
    key = (form.positives, form.below)
    if not sizes and reading.repulsion == 1 and key in LOSSES:
        name, call = LOSSES[key]
        yield name, call.format(tau=repr(reading.tau))
        if name == "ntxent":
            yield "paired_dcl", f"paired_dcl(z, tau={reading.tau!r}, positive_in_denominator=True)"
    if not sizes and reading.repulsion == 2 and key == ((OWN,), SAME_VIEW):
        yield "dhel", f"dhel(z, tau={reading.tau!r})"
    if form.positives == (OWN,) and reading.repulsion > 0:
        yield from _balanced(reading)


def bounds_for(reading: Reading, name: str) -> tuple[str, ...]:
    """What is proved about the reading's loss; nothing where its positive changes the sum."""
    if reading.form in list(KNOWN_ELSEWHERE)[:2] and reading.repulsion == 1:
        return INFONCE_BOUNDS
    coupled = OWN in reading.form.below
    if coupled and name in ("balanced", "paired_nscl"):
        return ()
    if name == "balanced" and reading.form.below == OTHERS:
        return ()
    found = BOUNDS.get(name, ())
    if name == "balanced":
        same_view = reading.form.below == SAME_VIEW
        return tuple(item for item in found if ("same" in item) == same_view)
    return found


def _balanced(reading: Reading) -> Iterator[tuple[str, str]]:
    below = tuple(kind for kind in reading.form.below if kind != OWN)
    if below not in NEGATIVES:
        return
    options = f"alpha=1/{reading.tau!r}, repulsion={reading.repulsion!r}"
    if below != OTHER_ITEMS:
        options += f", negatives={NEGATIVES[below]!r}"
    if below == OTHERS:
        options += ", labels=labels"
    if OWN in reading.form.below:
        options += ", include_positive=True"
    if reading.sizes:
        options += ", mean=True"
    yield "balanced", f"balanced(z, {options})/{reading.tau!r}"
