"""The loss gap is of order 1/C exactly: it neither decays slower nor, as prose has it, faster."""

import math

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Reals
from theory.claims.luthra2025 import loss_gap_balanced
from theory.claims.luthra2025._source import LOSS_GAP, ours, paper
from theory.claims.luthra2025._views import LabelledViews

DOMAIN: Domain = {
    **loss_gap_balanced.DOMAIN,
    "n": Integers(2, 4),
    "n_classes": Integers(2, 200),
    "k": Integers(1, 1),
    "tau": Reals(0.05, 20.0, log=True),  # the gap itself, not only its logarithm, is a float
}


def measured(case: LabelledViews) -> float:
    """log((C - 1) gap): constant up to a bounded amount if the rate is 1/C."""
    return math.log(len(case.sizes) - 1) + math.log(case.gap)


def upper(case: LabelledViews) -> float:
    """log of e^(2/tau): no C left in it."""
    return 2.0 / case.tau


def lower(case: LabelledViews) -> float:
    """log log(1 + a e^(-2/tau)): (C - 1) log(1 + y / (C - 1)) increases in C, so C = 2 is least."""
    a = (case.sizes[0] - 1) / case.sizes[0]
    return math.log(math.log1p(a * math.exp(-2.0 / case.tau)))


def rounding(case: LabelledViews) -> float:
    """A relative error of the gap is an absolute one of its logarithm."""
    return case.roundoff + case.bound_roundoff


CLAIMS = (
    Claim(
        name="luthra2025-gap-rate",
        statement=r"\forall f,\ n_c=n:\quad \log\bigl[(C-1)"
        r"(\mathcal L^{\mathrm{DCL}}(f)-\mathcal L^{\mathrm{NSCL}}(f))\bigr]\le 2/\tau,"
        r"\ \text{so the gap is } O(1/C)",
        source=paper("Theorem 1, rate"),
        status="published",
        kind="trend",
        domain=DOMAIN,
        build=loss_gap_balanced.build,
        measured=measured,
        bound=upper,
        rounding=rounding,
        cost=8.0,
    ),
    Claim(
        name="luthra2025-gap-rate-lower",
        statement=r"\forall f,\ n_c=n\ge2,\ a=\tfrac{n-1}{n}:\quad \log\bigl[(C-1)"
        r"(\mathcal L^{\mathrm{DCL}}(f)-\mathcal L^{\mathrm{NSCL}}(f))\bigr]\ge"
        r"\log\log(1+ae^{-2/\tau}),\ \text{so the gap is not } o(1/C)",
        source=ours("the gap does not decay exponentially"),
        proof=f"{LOSS_GAP}#rate",
        status="sharper",
        kind="trend",
        domain=DOMAIN,
        build=loss_gap_balanced.build,
        measured=measured,
        relation=">=",
        bound=lower,
        rounding=rounding,
        cost=8.0,
    ),
)
