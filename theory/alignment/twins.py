"""The coupled run of this project's alignment experiment: Gaussian clusters, a small perceptron."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

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

DIM, RADIUS, SPREAD, NOISE = 32, 3.0, 0.7, 0.5
HIDDEN, FEATURES, PROJECTION = 128, 64, 32
COMPARATORS = ("nscl", "supcon", "ce")
STOPS = (0, 5, 10, 20, 35, 50, 100, 200, 350, 500, 750, 1000, 1500)


@dataclass(frozen=True, kw_only=True)
class TwinSetup:
    """Everything that decides a run; the defaults are its full size."""

    n_classes: int = 10  # a divisor of n_total
    tau: float = 0.5
    seed: int = 0
    steps: int = 1500
    batch_size: int = 128  # distinct items, in two views each
    lr: float = 0.3
    n_total: int = 1000
    n_reference: int = 400  # training items, without augmentation, that metrics are computed on
    comparators: tuple[str, ...] = COMPARATORS  # trained beside CL, and compared with it
    record_at: tuple[int, ...] = STOPS  # those beyond `steps` are left out

    @property
    def stops(self) -> tuple[int, ...]:
        """Numbers of updates after which a run is looked at."""
        return tuple(stop for stop in self.record_at if stop <= self.steps)


EPOCHS = 25
RATES = {1.0: 1.6, 0.5: 0.02, 0.25: 0.02}
"""eta of batches of 32, by the power p of the rule eta ~ B^p."""


def with_batch_size(setup: TwinSetup, batch_size: int, power: float) -> TwinSetup:
    """The same number of epochs in batches of another size, with eta ~ B^power, one of `RATES`."""
    steps = round(EPOCHS * setup.n_total / batch_size)
    lr = RATES[power] * (batch_size / 32) ** power
    return replace(setup, batch_size=batch_size, lr=lr, steps=steps, record_at=(0, steps))


@dataclass(frozen=True, kw_only=True)
class TwinRun:
    """What a run showed."""

    setup: TwinSetup
    steps: NDArray[np.int64]  # (stops,)
    distances: Mapping[str, Distances]  # from CL, by comparator
    losses: Mapping[str, Values]  # (steps,) each: of CL and the comparators, on their own batches


def train_twins(setup: TwinSetup) -> TwinRun:
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

    Raises ValueError for n_classes that do not divide n_total, an unknown comparator, and whatever
    training refuses: a batch of one class, a loss that is not finite.

    Source
        This project, after Luthra, Mishra & Galanti (2025), arXiv:2510.08852, who train ResNet-50.
    """
    return train_many_twins([setup])[0]


def train_many_twins(setups: Sequence[TwinSetup]) -> list[TwinRun]:
    """What `train_twins` shows of each setup, up to rounding, in their order.

    Faster where many differ in seed and number of classes alone: see `synthetic.train_many`.
    """
    done = train_many([_run(setup) for setup in setups])
    return [_shown(setup, twins) for setup, twins in zip(setups, done, strict=True)]


def _run(setup: TwinSetup) -> Run:
    if setup.n_total % setup.n_classes:
        raise ValueError(
            "need n_classes to divide n_total, "
            f"got n_classes={setup.n_classes}, n_total={setup.n_total}"
        )
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
    for name in setup.comparators:
        if name not in known:
            raise ValueError(f"need comparators among {tuple(known)}, got {name!r}")
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
