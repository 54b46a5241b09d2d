"""The higher the temperature, the closer the twins."""

import numpy as np
import torch

from theory.alignment.setups import TwinSetup
from theory.claims.luthra2025.alignment._source import paper
from theory.claims.luthra2025.alignment.trends._sample import Sample, distances, field, trend

SIZES = {
    "small": (
        (0.1, 0.25, 1.0),
        TwinSetup(steps=50, record_at=(50,), batch_size=32, comparators=("nscl",)),
    ),
    "full": (
        (0.1, 0.25, 0.5, 1.0),
        TwinSetup(record_at=(50, 200, 500, 1500), comparators=("nscl",)),
    ),
}


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Sample:
    """CKA at the next temperature less CKA at this one, at each stop."""
    taus, setup = SIZES[size]
    found = distances(setup, [{"tau": tau} for tau in taus], n_seeds, generator)
    return Sample(
        differences=np.concatenate(np.diff([field("cka", runs) for runs in found], axis=0))
    )


SOURCE = paper("Figure 4, alignment against temperature; here in this project's twins")
RISES = r"\mathbb{E}\,\mathrm{CKA}(\mathrm{CL},\mathrm{NSCL})\text{ rises with }\tau\in"

CLAIMS = (
    trend(
        name="temperature",
        statement=rf"\text{{twins, }} C=10,\ B=32,\ t=50:\quad {RISES}\{{0.1,0.25,1\}}",
        source=SOURCE,
        status="published",
        build=build,
        size="small",
        n_seeds=7,
        cost=1_100.0,
    ),
    trend(
        name="temperature-full",
        statement=r"\text{twins, } C=10,\ B=128,\ t\in\{50,200,500,1500\}:\quad "
        rf"{RISES}\{{0.1,0.25,0.5,1\}}",
        source=SOURCE,
        status="published",
        build=build,
        size="full",
        n_seeds=12,
        cost=170_000.0,
        slow=True,
    ),
)
