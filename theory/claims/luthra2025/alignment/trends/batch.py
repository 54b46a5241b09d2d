"""Larger batches part the twins or bring them together, as the learning rate follows them."""

import numpy as np
import torch

from theory.alignment.setups import RATES, TwinSetup, with_batch_size
from theory.claims.luthra2025.alignment._source import ours
from theory.claims.luthra2025.alignment.trends._sample import Sample, distances, field, trend

BATCHES = (32, 256)  # the sizes between are too noisy to order with few seeds


def build(*, size: str, n_seeds: int, generator: torch.Generator) -> Sample:
    """RSA with large batches less RSA with small ones; for eta ~ B the other way round."""
    setup = TwinSetup(comparators=("nscl",))
    state, rows = generator.get_state(), []
    for power in RATES:
        found = []
        for batch_size in BATCHES:
            generator.set_state(state)  # the same seeds for all
            runs = distances(with_batch_size(setup, batch_size, power), [{}], n_seeds, generator)
            found.append(field("rsa", runs[0])[-1])
        rows.append((-1 if power == 1 else 1) * np.diff(found, axis=0))
    return Sample(differences=np.concatenate(rows))


CLAIM = trend(
    name="batch",
    statement=r"\text{twins, } C=10,\ \tau=0.5,\ 25\text{ epochs}:\quad\mathbb{E}\,\mathrm{RSA}"
    r"\text{ falls from } B=32\text{ to } 256\text{ for }\eta=1.6\,B/32\text{, rises for }"
    r"\eta=0.02\,(B/32)^{1/2}\text{ and }\eta=0.02\,(B/32)^{1/4}",
    source=ours("alignment against batch size, Luthra et al. (2025), Figure 5, at our rates"),
    status="conjecture",
    build=build,
    size="full",
    n_seeds=24,
    cost=100_000.0,
    slow=True,
)
