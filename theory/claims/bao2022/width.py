"""The two published intercepts lie as far apart as one formula says."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bounds import surrogate_lower, surrogate_upper, surrogate_width
from theory.claims._claim import Claim
from theory.claims._domain import Integers
from theory.claims.bao2022._layouts import PRIORS, class_prior
from theory.claims.bao2022._models import NEGATIVES, NORM, PROMISE
from theory.claims.bao2022._source import GAP, paper


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How classes and negatives are drawn, without features."""

    prior: int | NDArray[np.float64]
    n_classes: int
    n_negatives: int
    norm: float


def build(
    *, n_classes: int, n_negatives: float, norm: float, prior: str, generator: torch.Generator
) -> Sampling:
    """Any prior."""
    return Sampling(
        prior=class_prior(n_classes, prior, generator),
        n_classes=n_classes,
        n_negatives=round(n_negatives),
        norm=norm,
    )


def measured(case: Sampling) -> float:
    """Upper less lower intercept."""
    upper = surrogate_upper(case.prior, case.n_negatives, case.norm)
    return float(upper - surrogate_lower(case.prior, case.n_negatives, case.norm))


def bound(case: Sampling) -> float:
    """The formula."""
    return surrogate_width(case.prior, case.n_negatives, case.norm).item()


def rounding(case: Sampling) -> float:
    """Of three calculators, relative to their largest terms."""
    largest = 2.0 * (1.0 + math.log(case.n_classes) + math.log(case.n_negatives + 1))
    return 3.0 * PROMISE * (largest + 4.0 * case.norm**2)


CLAIMS = (
    Claim(
        name="bao2022-surrogate-width",
        statement=r"\forall\pi,\ K,\ L:\quad \Delta_U-\Delta_L=\bigl[\ln(C\pi^*)+\ln C-H(\pi)\bigr]"
        r"+2\ln(1+1/K)+4\ln\cosh L^2",
        source=paper("upper less lower intercept"),
        proof=f"{GAP}#width",
        status="published",
        kind="identity",
        domain={
            "n_classes": Integers(1, 300),
            "n_negatives": NEGATIVES,
            "norm": NORM,
            "prior": PRIORS,
        },
        build=build,
        measured=measured,
        relation="==",
        bound=bound,
        rounding=rounding,
        cost=0.4,
    ),
)
