"""Weights go on moving apart while representations stay close."""

import numpy as np
import torch

from theory.alignment.setups import TwinSetup
from theory.claims.luthra2025.alignment._source import paper
from theory.claims.luthra2025.alignment.trends._sample import Sample, distances, field, trend

CLOSE = 0.85
SIZES = {
    "small": TwinSetup(steps=100, record_at=(35, 50, 100), batch_size=32, comparators=("nscl",)),
    "full": TwinSetup(record_at=(50, 200, 500, 1500), comparators=("nscl",)),
}


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Sample:
    """Growth of the distance of the weights between stops, and CKA less 0.85 at each of them."""
    (runs,) = distances(SIZES[size], [{}], n_seeds, generator)
    growth = np.diff(field("weight_gap", runs), axis=0)
    return Sample(differences=np.concatenate((growth, field("cka", runs) - CLOSE)))


SOURCE = paper("weight-space against representation-space coupling, Figure 1; threshold ours")
APART = (
    r"\mathbb{E}\|w_t^{\mathrm{CL}}-w_t^{\mathrm{NSCL}}\|_2\text{ rises with } t,\quad"
    r"\mathbb{E}\,\mathrm{CKA}>0.85"
)

CLAIMS = (
    trend(
        name="weight-gap",
        statement=rf"\text{{twins, }} C=10,\ \tau=0.5,\ B=32,\ t\in\{{35,50,100\}}:\quad {APART}",
        source=SOURCE,
        status="published",
        build=build,
        size="small",
        n_seeds=8,
        cost=1_500.0,
    ),
    trend(
        name="weight-gap-full",
        statement=r"\text{twins, } C=10,\ \tau=0.5,\ B=128,\ t\in\{50,200,500,1500\}:\quad "
        + APART,
        source=SOURCE,
        status="published",
        build=build,
        size="full",
        n_seeds=10,
        cost=35_000.0,
        slow=True,
    ),
)
