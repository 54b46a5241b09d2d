"""The more classes, the closer the twins, early in training."""

import numpy as np
import torch

from theory.alignment.setups import TwinSetup
from theory.claims.luthra2025.alignment._source import ours
from theory.claims.luthra2025.alignment.trends._sample import Sample, distances, field, trend

EARLY = 50
SIZES = {"small": ((2, 5, 20), 64), "full": ((2, 5, 10, 20), 128)}


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Sample:
    """CKA with the next number of classes less CKA with this one."""
    classes, batch_size = SIZES[size]
    setup = TwinSetup(steps=EARLY, record_at=(EARLY,), batch_size=batch_size, comparators=("nscl",))
    found = distances(setup, [{"n_classes": c} for c in classes], n_seeds, generator)
    return Sample(differences=np.diff([field("cka", runs)[-1] for runs in found], axis=0))


SOURCE = ours("alignment against classes, Luthra et al. (2025), restricted to early training")
RISES = r"\mathbb{E}\,\mathrm{CKA}(\mathrm{CL},\mathrm{NSCL})\text{ rises with }"

CLAIMS = (
    trend(
        name="classes",
        statement=rf"\text{{twins, }}\tau=0.5,\ B=64,\ t=50:\quad {RISES} C\in\{{2,5,20\}}",
        source=SOURCE,
        status="conjecture",
        build=build,
        size="small",
        n_seeds=10,
        cost=2_500.0,
    ),
    trend(
        name="classes-full",
        statement=rf"\text{{twins, }}\tau=0.5,\ B=128,\ t=50:\quad {RISES} C\in\{{2,5,10,20\}}",
        source=SOURCE,
        status="conjecture",
        build=build,
        size="full",
        n_seeds=24,
        cost=20_000.0,
        slow=True,
    ),
)
