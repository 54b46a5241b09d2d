"""The coupled run of this project's alignment experiment: Gaussian clusters, a small perceptron."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthetic import (
    Clusters,
    CrossEntropy,
    Loss,
    additive_noise,
    gaussian_clusters,
    mlp,
    train_coupled,
    weight_distance,
)
from theory import losses
from theory.alignment.cka import cka
from theory.alignment.rsa import rsa
from theory.alignment.weights import relative_weight_gap

Values = NDArray[np.float64]

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


@dataclass(frozen=True, kw_only=True)
class Distances:
    """How far a twin is from the CL-trained one; every field has shape (stops,)."""

    cka: Values  # biased, of the unit rows z
    cka_debiased: Values
    rsa: Values
    weight_gap: Values  # Euclidean distance of all parameters
    relative_weight_gap: Values  # of the encoder without its projector
    gram_gap: Values
    """rho: distance of the centred Gram matrices over the larger norm (`bounds.cka_floor`)."""
    cosine_gap: Values
    """r: the same for the centred cosines above the diagonal (`bounds.rsa_floor`)."""


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

    A function of `setup` and of the versions of the libraries, on one thread. Encoder, world and
    batches have streams of their own: setups of one seed that differ in the number of classes
    start from the same weights, and those that differ in tau or lr see the same views.

    Raises ValueError for n_classes that do not divide n_total, an unknown comparator, and whatever
    training refuses: a batch of one class, a loss that is not finite.

    Source
        This project, after Luthra, Mishra & Galanti (2025), arXiv:2510.08852, who train ResNet-50.
    """
    if setup.n_total % setup.n_classes:
        raise ValueError(
            "need n_classes to divide n_total, "
            f"got n_classes={setup.n_classes}, n_total={setup.n_total}"
        )
    of_world, of_encoder, of_head, of_training = _generators(setup.seed)
    world = gaussian_clusters(
        setup.n_classes,
        setup.n_total // setup.n_classes,
        DIM,
        spread=SPREAD,
        radius=RADIUS,
        generator=of_world,
        dtype=torch.float32,
    )
    encoder = mlp(
        (DIM, HIDDEN, FEATURES),
        projector=(PROJECTION,),
        weights="uniform",
        generator=of_encoder,
        dtype=torch.float32,
    )
    twins = train_coupled(
        encoder,
        world,
        _losses(setup, of_head),
        generator=of_training,
        augment=additive_noise(NOISE),
        batch_size=setup.batch_size,
        sampling="distinct",
        steps=setup.steps,
        lr=setup.lr,
        optimizer="sgd",
        compare=_metrics(_reference(world, setup.n_reference)),
        record_at=setup.stops,
    )
    return TwinRun(
        setup=setup,
        steps=np.array(setup.stops),
        distances={
            name: Distances(**{k: v.numpy() for k, v in twins.comparisons["cl", name].items()})
            for name in setup.comparators
        },
        losses={name: history.losses.numpy() for name, history in twins.histories.items()},
    )


def gram_gap(x: Tensor, y: Tensor) -> Tensor:
    """rho of unit rows x and y (n, d): ||K - K'||_F / max(||K||_F, ||K'||_F), centred twice."""
    k, other = (_centred(z.double()) @ _centred(z.double()).mT for z in (x, y))
    return _relative(k, other)


def cosine_gap(x: Tensor, y: Tensor) -> Tensor:
    """r of unit rows x and y (n, d): as `gram_gap`, of the centred cosines of pairs i < j."""
    upper = torch.triu_indices(len(x), len(x), 1).unbind()
    a, b = (_centred((z.double() @ z.double().mT)[upper]) for z in (x, y))
    return _relative(a, b)


def _generators(seed: int) -> list[torch.Generator]:
    """Streams of their own for the world, the encoder, the head and the training."""
    seeds = torch.randint(2**31, (4,), generator=torch.Generator().manual_seed(seed)).tolist()
    return [torch.Generator().manual_seed(s) for s in seeds]


def _losses(setup: TwinSetup, generator: torch.Generator) -> dict[str, Loss]:
    """CL's and the comparators'."""
    tau = setup.tau
    known: dict[str, Callable[[], Loss]] = {
        "nscl": lambda: lambda z, labels: losses.paired_nscl(z, labels, tau),
        "supcon": lambda: lambda z, labels: losses.supcon(z, labels, tau),
        "ce": lambda: CrossEntropy(
            PROJECTION, setup.n_classes, generator=generator, dtype=torch.float32
        ),
    }
    for name in setup.comparators:
        if name not in known:
            raise ValueError(f"need comparators among {tuple(known)}, got {name!r}")
    made = {name: known[name]() for name in setup.comparators}
    return {"cl": lambda z, labels: losses.paired_dcl(z, tau), **made}


def _reference(world: Clusters, n: int) -> Tensor:
    """Every so-manieth item of the world, which is sorted by class: (n, d), balanced."""
    return world.x[torch.linspace(0, len(world.x) - 1, n).round().long()]


def _metrics(x: Tensor) -> dict[str, Callable[[nn.Module, nn.Module], float]]:
    """Comparisons of two encoders on the items x, by field of `Distances`."""

    def of_rows(metric: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., float]:
        def compare(a: nn.Module, b: nn.Module) -> float:
            return metric(a(x).double(), b(x).double()).item()

        return compare

    return {
        "cka": of_rows(lambda a, b: cka(a, b, debiased=False)),
        "cka_debiased": of_rows(cka),
        "rsa": of_rows(rsa),
        "weight_gap": weight_distance,
        "relative_weight_gap": lambda a, b: relative_weight_gap(a.backbone, b.backbone),
        "gram_gap": of_rows(gram_gap),
        "cosine_gap": of_rows(cosine_gap),
    }


def _relative(a: Tensor, b: Tensor) -> Tensor:
    ratio: Tensor = (a - b).norm() / torch.maximum(a.norm(), b.norm())
    return ratio


def _centred(rows: Tensor) -> Tensor:
    return rows - rows.mean(dim=0, keepdim=True)
