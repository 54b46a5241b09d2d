"""This project's experiment on prototype bias: what views keep decides what is learnt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from synthetic import (
    Augment,
    Clusters,
    Encoder,
    Run,
    content_clusters,
    content_views,
    make_views,
    mlp,
    train_many,
)
from theory import losses
from theory.prototypes.bias import prototype_bias

N_CLASSES, N_NUISANCE = 5, 10
WIDTHS = (N_CLASSES - 1 + N_NUISANCE, 64, 64, 8)
PROBE_C = 10.0  # of scikit-learn's logistic regression


@dataclass(frozen=True, kw_only=True)
class ViewSetup:
    """Everything that decides a run; the defaults are its full size."""

    resampled: int = 10  # nuisance coordinates that a view draws afresh, 0 to 10
    content_noise: float = 0.1  # standard deviation of what it adds to the content
    swap: float = 0.0  # probability of starting from another item of the class
    alpha: float = 5.0
    repulsion: float = 1.0
    include_positive: bool = False
    seed: int = 0
    steps: int = 250
    batch_size: int = 128  # distinct items, in two views each
    lr: float = 2e-3
    n_per_class: int = 100  # items to train on
    n_test_per_class: int = 200
    n_views: int = 16  # of each training item, to measure the bias with


@dataclass(frozen=True, kw_only=True)
class ViewRun:
    """What a run showed: numbers of one encoder, and the embeddings that they were read off."""

    setup: ViewSetup
    accuracy: float  # of a linear probe, on test items without augmentation
    raw: float
    cosine: float
    squared: float
    debiased_squared: float
    relative: float
    square_norm: float  # mean ||m_i||^2
    z: Tensor = field(repr=False, compare=False)  # (n, k, d), views of the training items
    labels: Tensor = field(repr=False, compare=False)  # (n,)


def train_on_views(setup: ViewSetup) -> ViewRun:
    r"""Train on views that keep some of an item, and measure prototype bias and accuracy.

    World
        x = (3 v_y + N(0, I_4), 2 N(0, I_10)), v_y the simplex of 5 classes; best accuracy .9701
    Views
        `content_views`: items swapped within their class, noise on the content, nuisance redrawn
    Encoder
        Linear(14, 64), ReLU, Linear(64, 64), ReLU, Linear(64, 8), unit rows; from the uniform
        weights of `torch.nn.Linear`
    Training
        `balanced` against the other items, Adam, batches of distinct items, float32
    Measured
        `prototype_bias` of n_views fresh views of the training items; accuracy of scikit-learn's
        logistic regression (C = 10), fitted to embeddings of the training items and tested on
        further items, neither of them augmented

    A function of `setup` and of the versions of the libraries, on one thread. Setups of one seed
    have the same items and initial weights; if they also agree in `resampled`, in whether they
    swap and in `batch_size`, then the same batches, and views made of the same random numbers.

    Raises ValueError for views, sizes and losses out of their ranges, and where a bias is not
    defined, as after a collapse of all embeddings.

    Source
        This project: docs/theory/lee2025/experiments.md.
    """
    return train_many_on_views([setup])[0]


def train_many_on_views(setups: Sequence[ViewSetup]) -> list[ViewRun]:
    """What `train_on_views` shows of each setup, up to rounding, in their order.

    Faster where many differ in seed and views alone: see `synthetic.train_many`.
    """
    done = train_many([_run(setup) for setup in setups])
    return [
        _shown(setup, twins.encoders["balanced"]) for setup, twins in zip(setups, done, strict=True)
    ]


def _generator(setup: ViewSetup, stream: int) -> torch.Generator:
    """A stream of a seed: 0 of the training items, 1 of the test items, 2 of measured views."""
    seeds = torch.randint(2**62, (3,), generator=torch.Generator().manual_seed(setup.seed))
    return torch.Generator().manual_seed(int(seeds[stream]))


def _items(setup: ViewSetup, n_per_class: int, stream: int) -> Clusters:
    return content_clusters(
        N_CLASSES,
        n_per_class,
        n_nuisance=N_NUISANCE,
        generator=_generator(setup, stream),
        dtype=torch.float32,
    )


def _views(setup: ViewSetup, world: Clusters) -> Augment:
    return content_views(
        world, resampled=setup.resampled, content_noise=setup.content_noise, swap=setup.swap
    )


def _run(setup: ViewSetup) -> Run:
    world = _items(setup, setup.n_per_class, 0)
    return Run(
        world=world,
        encoder=_encoder,
        losses={
            "balanced": partial(
                _balanced,
                alpha=setup.alpha,
                repulsion=setup.repulsion,
                include_positive=setup.include_positive,
            )
        },
        seed=setup.seed,
        options={
            "augment": _views(setup, world),
            "batch_size": setup.batch_size,
            "sampling": "distinct",
            "steps": setup.steps,
            "lr": setup.lr,
        },
    )


def _encoder(generator: torch.Generator) -> Encoder:
    return mlp(WIDTHS, weights="uniform", generator=generator, dtype=torch.float32)


def _balanced(
    z: Tensor, labels: Tensor, *, alpha: float, repulsion: float, include_positive: bool
) -> Tensor:
    return losses.balanced(z, alpha, repulsion, include_positive=include_positive)


def _shown(setup: ViewSetup, encoder: nn.Module) -> ViewRun:
    train = _items(setup, setup.n_per_class, 0)
    test = _items(setup, setup.n_test_per_class, 1)
    augment, drawing = _views(setup, train), _generator(setup, 2)
    views = make_views(train.x, setup.n_views, augment, generator=drawing)
    with torch.no_grad():
        z, at_rest, unseen = (encoder(x) for x in (views, train.x, test.x))
    bias = prototype_bias(z.double(), train.labels)
    return ViewRun(
        setup=setup,
        accuracy=_probe(at_rest, train.labels, unseen, test.labels),
        raw=bias.raw.item(),
        cosine=bias.cosine.item(),
        squared=bias.squared.item(),
        debiased_squared=bias.debiased_squared.item(),
        relative=bias.relative.item(),
        square_norm=z.double().mean(dim=1).square().sum(dim=1).mean().item(),
        z=z,
        labels=train.labels,
    )


def _probe(x: Tensor, labels: Tensor, unseen: Tensor, truth: Tensor) -> float:
    from sklearn.linear_model import LogisticRegression

    probe = LogisticRegression(C=PROBE_C, max_iter=2000).fit(x.double().numpy(), labels.numpy())
    return float(probe.score(unseen.double().numpy(), truth.numpy()))
