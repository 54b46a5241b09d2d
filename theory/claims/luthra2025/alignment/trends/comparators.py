"""With many classes CL is closer to NSCL than to SupCon and to cross-entropy."""

import numpy as np
import torch

from theory.alignment.setups import TwinSetup
from theory.claims.luthra2025.alignment._source import ours
from theory.claims.luthra2025.alignment.trends._sample import Sample, distances, field, trend

SIZES = {
    "small": ((20,), TwinSetup(steps=50, record_at=(50,), batch_size=32)),
    "full": ((20, 50), TwinSetup(record_at=(50, 500, 1500))),
}


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Sample:
    """CKA of CL with NSCL less CKA with each rival, at each stop and number of classes."""
    classes, setup = SIZES[size]
    found = distances(setup, [{"n_classes": c} for c in classes], n_seeds, generator)
    rows = [
        field("cka", runs) - field("cka", runs, rival)
        for runs in found
        for rival in ("supcon", "ce")
    ]
    return Sample(differences=np.concatenate(rows))


SOURCE = ours("NSCL the closest to CL, Luthra et al. (2025), Figure 2, restricted to C >= 20")
CLOSER = (
    r"\mathbb{E}\,\mathrm{CKA}(\mathrm{CL},\mathrm{NSCL})>\mathbb{E}\,\mathrm{CKA}(\mathrm{CL},"
    r"\cdot)\text{ for SupCon and cross-entropy}"
)

CLAIMS = (
    trend(
        name="nscl-closest",
        statement=rf"\text{{twins, }}\tau=0.5,\ C=20,\ B=32,\ t=50:\quad {CLOSER}",
        source=SOURCE,
        status="conjecture",
        build=build,
        size="small",
        n_seeds=7,
        cost=1_100.0,
    ),
    trend(
        name="nscl-closest-full",
        statement=r"\text{twins, }\tau=0.5,\ C\in\{20,50\},\ B=128,\ t\in\{50,500,1500\}:\quad "
        + CLOSER,
        source=SOURCE,
        status="conjecture",
        build=build,
        size="full",
        n_seeds=12,
        cost=170_000.0,
        slow=True,
    ),
)
