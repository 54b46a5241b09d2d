"""The coupled run of this project's alignment experiment: Gaussian clusters, a small perceptron."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthetic import (
    Clusters,
    CrossEntropy,
    Encoder,
    Loss,
    Run,
    Twins,
    additive_noise,
    gaussian_clusters,
    mlp,
    train_many,
)
from theory import losses
from theory.alignment.distances import Distances, Values, metrics_on
from theory.alignment.setups import TwinSetup

DIM, RADIUS, SPREAD, NOISE = 32, 3.0, 0.7, 0.5
HIDDEN, FEATURES, PROJECTION = 128, 64, 32


@dataclass(frozen=True, kw_only=True)
class TwinRun:
    """What a run showed."""

    setup: TwinSetup
    steps: NDArray[np.int64]  # (stops,)
    distances: Mapping[str, Distances]  # from CL, by comparator
    losses: Mapping[str, Values]  # (steps,) each: of CL and the comparators, on their own batches


def train_twins(setup: TwinSetup, *, folder: Path | str | None = None) -> TwinRun:
    r"""Train encoders that share everything but their loss, and compare them with CL's.

    World
        x = mu_y + 0.7 N(0, I) in R^32, mu_c random directions of norm 3, equal classes
    Encoder
        Linear(32, 128), ReLU, Linear(128, 64), ReLU; projector Linear(64, 32); z = unit rows; from
        the uniform weights of `torch.nn.Linear`
    Training
        plain SGD, batches of distinct items, two views x + 0.5 N(0, I), float32; losses
        "cl" and "nscl" (`paired_dcl`, `paired_nscl`), "supcon", and "ce", cross-entropy of a linear
        head on z that is trained along

    A function of `setup` and of the versions of the libraries, on one thread. World, encoder and
    training have streams of their own: setups of one seed start from the same weights, and those
    that differ in tau or lr alone see the same views.

    With a `folder` the run keeps a checkpoint there, from which the same call goes on. Raises
    ValueError for whatever training refuses: a batch of one class, a loss that is not finite.

    Source
        This project, after Luthra, Mishra & Galanti (2025), arXiv:2510.08852, who train ResNet-50.
    """
    return train_many_twins([setup], folder=folder)[0]


def train_many_twins(
    setups: Sequence[TwinSetup],
    *,
    executor: Executor | None = None,
    folder: Path | str | None = None,
) -> list[TwinRun]:
    """What `train_twins` shows of each setup, up to rounding, in their order.

    Faster where many differ in seed and number of classes alone: see `synthetic.train_many`, also
    on an executor, whose processes train side by side.
    """
    done = train_many([_run(setup) for setup in setups], executor=executor, folder=folder)
    return [_shown(setup, twins) for setup, twins in zip(setups, done, strict=True)]


def _run(setup: TwinSetup) -> Run:
    world = gaussian_clusters(
        setup.n_classes,
        setup.n_total // setup.n_classes,
        DIM,
        spread=SPREAD,
        radius=RADIUS,
        generator=torch.Generator().manual_seed(setup.seed),
        dtype=torch.float32,
    )
    return Run(
        world=world,
        encoder=_encoder,
        losses=partial(_losses, setup),
        seed=setup.seed,
        options={
            "augment": additive_noise(NOISE),
            "batch_size": setup.batch_size,
            "sampling": "distinct",
            "steps": setup.steps,
            "lr": setup.lr,
            "optimizer": "sgd",
            "compare": metrics_on(_reference(world, setup.n_reference)),
            "record_at": setup.stops,
        },
    )


def _encoder(generator: torch.Generator) -> Encoder:
    return mlp(
        (DIM, HIDDEN, FEATURES),
        projector=(PROJECTION,),
        weights="uniform",
        generator=generator,
        dtype=torch.float32,
    )


def _losses(setup: TwinSetup, generator: torch.Generator) -> dict[str, Loss]:
    """CL's and the comparators'."""
    known: dict[str, Callable[[], Loss]] = {
        "nscl": lambda: partial(losses.paired_nscl, tau=setup.tau),
        "supcon": lambda: partial(losses.supcon, tau=setup.tau),
        "ce": lambda: CrossEntropy(
            PROJECTION, setup.n_classes, generator=generator, dtype=torch.float32
        ),
    }
    return {
        "cl": partial(_cl, tau=setup.tau),
        **{name: known[name]() for name in setup.comparators},
    }


def _cl(z: Tensor, labels: Tensor, *, tau: float) -> Tensor:
    return losses.paired_dcl(z, tau)


def _shown(setup: TwinSetup, twins: Twins) -> TwinRun:
    return TwinRun(
        setup=setup,
        steps=np.array(setup.stops),
        distances={
            name: Distances(**{k: v.numpy() for k, v in twins.comparisons["cl", name].items()})
            for name in setup.comparators
        },
        losses={name: history.losses.numpy() for name, history in twins.histories.items()},
    )


def _reference(world: Clusters, n: int) -> Tensor:
    """Every so-manieth item of the world, which is sorted by class: (n, d), balanced."""
    return world.x[torch.linspace(0, len(world.x) - 1, n).round().long()]
