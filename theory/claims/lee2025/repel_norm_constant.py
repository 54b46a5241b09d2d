"""One norm constant for all normalised prototypes, and the sign without which it fails."""

import dataclasses

import torch
from numpy.typing import ArrayLike

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Point, Reals
from theory.claims.lee2025 import _repelling
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_COSINE_DOMAIN, Anchors
from theory.claims.lee2025._source import REPEL, reconstructed
from theory.claims.lee2025.repel_cosine import largest_cosine

DOMAIN: Domain = {**REPEL_COSINE_DOMAIN, "share": Reals(0.1, 1.0)}
BEHIND: Point = {
    **ONE_VIEW_EACH,
    "n_classes": 3,
    "k": 2,
    "d": 2,
    "layout": "behind",
    "anchor": "own",
    "alpha": 10.0,
    "share": 1.0,
}


def build(*, generator: torch.Generator, **at: object) -> Anchors:
    """Anchors with some prototype of another class on their side: u or else -u."""
    case = _repelling.build(generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    u = torch.where(case.largest[:, None] < 0, -case.u, case.u)
    return dataclasses.replace(case, u=u)


def one_constant(case: Anchors) -> ArrayLike:
    """(1/alpha) log sum E e^{(alpha/nu) s}."""
    return case.log_form(1.0 / case.nu).numpy(force=True)


def rounding(case: Anchors) -> float:
    """Similarities are divided by nu."""
    return 2.0 * case.roundoff / case.nu


CLAIMS = (
    Claim(
        name="lee2025-repel-norm-constant",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ 0<\nu\le\min_y\|M_y\|,\ \max_{y'\ne y}\langle u,"
        r"M_{y'}\rangle\ge0:\quad \max_{y'\ne y}s(u,M_{y'}/\|M_{y'}\|)\le\tfrac1\alpha\log"
        r"\sum_{y'\ne y}\mathbb E_{z'|y'}e^{(\alpha/\nu)s(u,z')}",
        source=reconstructed("repelling bound with one norm constant, and a sign"),
        proof=f"{REPEL}#one-norm-constant",
        status="corrected",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=largest_cosine,
        bound=one_constant,
        rounding=rounding,
        attained_by=({**ONE_VIEW_EACH, "share": 1.0},),
    ),
    Claim(
        name="lee2025-repel-norm-constant-literal",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ 0<\nu\le\min_y\|M_y\|:\quad \max_{y'\ne y}s(u,"
        r"M_{y'}/\|M_{y'}\|)\le\tfrac1\alpha\log\sum_{y'\ne y}\mathbb E_{z'|y'}"
        r"e^{(\alpha/\nu)s(u,z')}",
        source=reconstructed("repelling bound with one norm constant, read without a sign"),
        proof=f"{REPEL}#one-norm-constant-without-the-sign-fails",
        status="refuted",
        kind="for-all",
        domain=DOMAIN,
        build=_repelling.build,
        measured=largest_cosine,
        bound=one_constant,
        rounding=rounding,
        counterexample=BEHIND,
    ),
)
