"""The loss gap of encoders trained with DCL, one per number of classes."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from synthetic import additive_noise, gaussian_clusters, make_views, mlp, train
from theory import losses

CLASSES = np.array([2, 5, 10, 20, 40, 60, 80, 100])
N_PER_CLASS, N_VIEWS = 20, 2
TAU_TRAIN, TAU = 0.5, 1.0
SEEDS, STEPS = 3, 60


@cache
def observed(
    seeds: int = SEEDS, steps: int = STEPS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gap before and after training, each (seeds, len(CLASSES))."""
    pairs = [[_gap(int(c), seed, steps) for c in CLASSES] for seed in range(seeds)]
    both = np.array(pairs)
    return both[..., 0], both[..., 1]


def _gap(n_classes: int, seed: int, steps: int) -> tuple[float, float]:
    generator = torch.Generator().manual_seed(1000 * seed + n_classes)
    world = gaussian_clusters(
        n_classes, N_PER_CLASS, 32, spread=0.5, radius=3.0, generator=generator, dtype=torch.float32
    )
    augment = additive_noise(0.3)
    views = make_views(world.x, N_VIEWS, augment, generator=generator)
    encoder = mlp((32, 128, 128, 16), generator=generator, dtype=torch.float32)

    def gap() -> float:
        with torch.no_grad():
            return losses.contrastive_losses(encoder(views), world.labels, TAU).gap.item()

    before = gap()
    train(
        encoder,
        world,
        lambda z, _: losses.dcl(z, TAU_TRAIN),
        augment=augment,
        n_views=N_VIEWS,
        batch_size=n_classes * max(1, min(N_PER_CLASS, 200 // n_classes)),
        steps=steps,
        lr=3e-3,
        generator=generator,
    )
    return before, gap()
