"""The log-sum of the repelling term exceeds the largest prototype similarity by a sharp gap."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from bounds import accumulated_rounding, best_alpha, repel_gap
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.lee2025._population import LAYOUTS
from theory.claims.lee2025._repelling import REPEL_DOMAIN, Anchors
from theory.claims.lee2025._repelling import build as build_anchors
from theory.claims.lee2025._source import REPEL_GAP, ours

# `two-point`: every class has one of its k views at u and the rest at -u
DOMAIN: Domain = {**REPEL_DOMAIN, "layout": Choices(*LAYOUTS.options, "two-point")}
# A* = 2/k - 1, the root of coth(alpha) - 1/alpha = 1 - 2/k
WORST: Point = {
    "n_classes": 4,
    "n_max": 2,
    "imbalance": "staircase",
    "k": 4,
    "d": 2,
    "layout": "two-point",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "anchor": "own",
    "alpha": 1.7967559847237131,
}


def build(*, layout: str, anchor: str, generator: torch.Generator, **at: object) -> Anchors:
    """One anchor per item, for a population of any layout or of two opposite points."""
    if layout != "two-point":
        return build_anchors(layout=layout, anchor=anchor, generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    found = build_anchors(layout="equal", anchor="own", generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    z = found.population.z.clone()
    z[:, 1:] *= -1.0
    return dataclasses.replace(found, population=dataclasses.replace(found.population, z=z))


def excess(case: Anchors) -> ArrayLike:
    """(1/alpha) log sum_y' E e^(alpha s) - max a."""
    return (case.log_form() - case.largest).numpy(force=True)


def gap(case: Anchors) -> float:
    """The sharp worst case."""
    return repel_gap(len(case.population.sizes), case.alpha).item()


@dataclass(frozen=True, kw_only=True)
class Temperatures:
    """Some inverse temperature and the best one."""

    n_classes: int
    ratio: float

    @property
    def best(self) -> float:
        """`best_alpha`."""
        return best_alpha(self.n_classes).item()


def build_temperatures(*, n_classes: int, ratio: float, generator: torch.Generator) -> Temperatures:
    """All of it given."""
    return Temperatures(n_classes=n_classes, ratio=ratio)


def rounding_of_gaps(case: Temperatures) -> float:
    """Two gaps, each log(K - 1)/alpha and a J* whose terms are below 4 in all."""
    size = repel_gap(case.n_classes, case.ratio * case.best).item() + 4.0
    return 2.0 * size * accumulated_rounding(40, np.finfo(np.float64).eps)


CLAIMS = (
    Claim(
        name="lee2025-repel-gap",
        statement=r"\forall\|u\|=\|z\|=1,\ K\ge2,\ \alpha>0:\quad \frac1\alpha\log\sum_{y'\ne y}"
        r"\mathbb E_{z'\mid y'}e^{\alpha\langle u,z'\rangle}-\max_{y'\ne y}\langle u,M_{y'}\rangle"
        r"\le\frac{\log(K-1)}\alpha+J^*(\alpha),\ J^*(\alpha)=\frac1\alpha\log\frac{\sinh\alpha}"
        r"\alpha-\frac1\alpha+\coth\alpha,\ \text{attained on } \pm u",
        source=ours("sharp worst case of the repelling bound"),
        proof=f"{REPEL_GAP}#the-sharp-worst-case",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=excess,
        bound=gap,
        rounding=lambda case: 2.0 * case.roundoff,
        attained_by=(
            WORST,
            {**WORST, "n_classes": 2, "n_max": 1, "d": 1},
            {**WORST, "k": 3, "n_classes": 6, "alpha": 1.0745628999535313},
        ),
    ),
    Claim(
        name="lee2025-repel-best-alpha",
        statement=r"\forall K\ge3,\ \alpha>0:\quad \frac{\log(K-1)}\alpha+J^*(\alpha)\ge\frac{\log"
        r"(K-1)}{\alpha_K}+J^*(\alpha_K),\ \alpha_K \text{ the root of } \alpha\coth\alpha-\frac"
        r"{\alpha^2}{\sinh^2\alpha}-\log\frac{\sinh\alpha}\alpha=\log(K-1)",
        source=ours("best inverse temperature of the repelling bound"),
        proof=f"{REPEL_GAP}#the-best-alpha",
        status="sharper",
        kind="optimum",
        domain={"n_classes": Integers(3, 10**6), "ratio": Reals(1e-3, 1e3, log=True)},
        build=build_temperatures,
        measured=lambda case: repel_gap(case.n_classes, case.ratio * case.best),
        relation=">=",
        bound=lambda case: repel_gap(case.n_classes, case.best),
        rounding=rounding_of_gaps,
        attained_by=tuple({"n_classes": k, "ratio": 1.0} for k in (3, 10, 10**6)),
        cost=0.5,
    ),
)
