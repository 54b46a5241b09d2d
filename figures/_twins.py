"""The training run that several figures show: DCL and NSCL twins on Gaussian clusters."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthetic import additive_noise, gaussian_clusters, make_views, mlp, train_coupled
from theory import losses
from theory.geometry import cdnv, directional_cdnv

TAU_TRAIN, TAU = 0.5, 1.0
N_CLASSES, N_PER_CLASS, N_VIEWS = 10, 100, 2
STEPS = 400
STOPS = (0, 4, 8, 12, 20, 28, 40, 60, 80, 120, 160, 200, 280, 400)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was recorded of both twins; one row per stop."""

    steps: NDArray[np.int64]
    dcl_trained: dict[str, NDArray[np.float64]]
    nscl_trained: dict[str, NDArray[np.float64]]


@cache
def twins(seed: int = 0) -> Run:
    """Train once per process: C = 10 clusters in R^32, MLP 32-128-128-16, K = 2 noisy views.

    Losses are evaluated at tau = 1 on all samples in fixed views, as the authors do.
    """
    generator = torch.Generator().manual_seed(seed)
    world = gaussian_clusters(
        N_CLASSES, N_PER_CLASS, 32, spread=0.5, radius=3.0, generator=generator, dtype=torch.float32
    )
    augment = additive_noise(0.3)
    views = make_views(world.x, N_VIEWS, augment, generator=generator)
    labels = world.labels

    def evaluate(encoder: nn.Module) -> dict[str, float]:
        z: Tensor = encoder(views).double()
        values = losses.contrastive_losses(z, labels, TAU)
        rows, classes = z.flatten(0, 1), labels.repeat_interleave(N_VIEWS)
        return {
            "dcl": values.dcl.item(),
            "nscl": values.nscl.item(),
            "gap": values.gap.item(),
            "cdnv": cdnv(rows, classes).item(),
            "directional_cdnv": directional_cdnv(rows, classes).item(),
        }

    seen: dict[str, list[dict[str, float]]] = {"dcl": [], "nscl": []}

    def note(step: int, encoders: "dict[str, nn.Module]") -> None:
        with torch.no_grad():
            for name, encoder in encoders.items():
                seen[name].append(evaluate(encoder))

    train_coupled(
        mlp((32, 128, 128, 16), generator=generator, dtype=torch.float32),
        world,
        {
            "dcl": lambda z, _: losses.dcl(z, TAU_TRAIN),
            "nscl": lambda z, y: losses.nscl(z, y, TAU_TRAIN),
        },
        augment=augment,
        n_views=N_VIEWS,
        batch_size=250,
        steps=STEPS,
        record_at=STOPS,
        callback=note,  # type: ignore[arg-type]  # reads the mapping only
        generator=generator,
    )
    table = {
        name: {key: np.array([row[key] for row in rows]) for key in rows[0]}
        for name, rows in seen.items()
    }
    return Run(steps=np.array(STOPS), dcl_trained=table["dcl"], nscl_trained=table["nscl"])
