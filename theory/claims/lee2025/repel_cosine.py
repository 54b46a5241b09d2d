"""Normalised prototypes repel more than the raw ones: what the repelling bound then needs."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_COSINE_DOMAIN, Anchors, build
from theory.claims.lee2025._source import REPEL, reconstructed

SIXTY: Point = {**ONE_VIEW_EACH, "k": 2, "d": 2, "layout": "sixty", "anchor": "towards"}


def largest_cosine(case: Anchors) -> ArrayLike:
    """max over the other classes of s(u, M_y'/R_y')."""
    return case.to_directions.amax(dim=1).numpy(force=True)


def log_form(case: Anchors) -> ArrayLike:
    """(1/alpha) log sum E e^{alpha s}."""
    return case.log_form().numpy(force=True)


def by_temperature(case: Anchors) -> ArrayLike:
    """(1/alpha) log sum E e^{(alpha/R_y') s}."""
    return case.log_form(1.0 / case.lengths).numpy(force=True)


def with_remainder(case: Anchors) -> Tensor:
    """max a + (1-R*) [s*]_+, at the class of the largest cosine."""
    largest, at = case.to_directions.max(dim=1)
    return case.largest + (1.0 - case.lengths[at]) * largest.clamp(min=0.0)


def cosine_and_remainder(case: Anchors) -> ArrayLike:
    """The largest cosine, and its bound at the maximising class."""
    largest = case.to_directions.amax(dim=1)
    return torch.stack([largest, with_remainder(case)]).numpy(force=True)


def remainder_and_shortest(case: Anchors) -> ArrayLike:
    """That bound, and the one by the log of the means and the shortest prototype."""
    shortest = case.lengths.expand_as(case.other).masked_fill(~case.other, torch.inf).amin(dim=1)
    loosest = case.log_form() + 1.0 - shortest
    return torch.stack([with_remainder(case), loosest]).numpy(force=True)


def rounding(case: Anchors) -> float:
    """Similarities are divided by the norm of a class mean; the norm itself is on both sides."""
    return 2.0 * case.roundoff / case.lengths.min().item()


CLAIMS = (
    Claim(
        name="lee2025-repel-cosine-literal",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ R_{y'}>0:\quad \max_{y'\ne y}s(u,\bar M_{y'})\le"
        r"\tfrac1\alpha\log\sum_{y'\ne y}\mathbb E_{z'|y'}e^{\alpha s(u,z')},\ \bar M_{y'}=M_{y'}/"
        r"\|M_{y'}\|",
        source=reconstructed("repelling bound, read with normalised prototypes"),
        proof=f"{REPEL}#normalised-prototypes-fail",
        status="refuted",
        kind="for-all",
        domain=REPEL_COSINE_DOMAIN,
        build=build,
        measured=largest_cosine,
        bound=log_form,
        rounding=rounding,
        counterexample=SIXTY,
    ),
    Claim(
        name="lee2025-repel-cosine-temperature",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ R_{y'}=\|M_{y'}\|>0:\quad \max_{y'\ne y}s(u,"
        r"M_{y'}/R_{y'})\le\tfrac1\alpha\log\sum_{y'\ne y}\mathbb E_{z'|y'}"
        r"e^{(\alpha/R_{y'})s(u,z')}",
        source=reconstructed("repelling bound for normalised prototypes, a temperature per class"),
        proof=f"{REPEL}#a-temperature-per-class",
        status="corrected",
        kind="for-all",
        domain=REPEL_COSINE_DOMAIN,
        build=build,
        measured=largest_cosine,
        bound=by_temperature,
        rounding=rounding,
        attained_by=(ONE_VIEW_EACH,),
    ),
    Claim(
        name="lee2025-repel-cosine-additive",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ R_{y'}=\|M_{y'}\|>0,\ s_*=\max_{y'\ne y}s(u,M_{y'}"
        r"/R_{y'}) \text{ attained at } R_*:\quad s_*\le\max_{y'\ne y}\langle u,M_{y'}\rangle+"
        r"(1-R_*)[s_*]_+\le\tfrac1\alpha\log\sum_{y'\ne y}\mathbb E_{z'|y'}e^{\alpha s(u,z')}+1-"
        r"\min_{y'\ne y}R_{y'}",
        source=reconstructed("repelling bound for normalised prototypes, a remainder added"),
        proof=f"{REPEL}#a-remainder-added",
        status="corrected",
        kind="for-all",
        domain=REPEL_COSINE_DOMAIN,
        build=build,
        measured=cosine_and_remainder,
        bound=remainder_and_shortest,
        rounding=rounding,
        attained_by=(
            {**ONE_VIEW_EACH, "n_classes": 5},
            {**SIXTY, "n_max": 3},
            {**SIXTY, "layout": "random", "n_max": 3, "d": 4},
        ),
    ),
)
