"""The experiment on prototype bias: its record, its streams, and the table it is held to."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import t as student

from bounds import accumulated_rounding
from theory.prototypes import prototype_bias
from theory.prototypes.experiment import ViewRun, ViewSetup, train_many_on_views, train_on_views

TINY = ViewSetup(resampled=4, steps=6, batch_size=10, n_per_class=8, n_test_per_class=12, n_views=3)
NUMBERS = (
    "accuracy",
    "raw",
    "cosine",
    "squared",
    "debiased_squared",
    "relative",
    "square_norm",
)


@pytest.fixture(scope="module")
def run() -> ViewRun:
    return train_on_views(TINY)


def test_the_numbers_are_those_of_the_embeddings(run: ViewRun) -> None:
    assert run.z.shape == (40, 3, 8)
    assert run.labels.tolist() == [c for c in range(5) for _ in range(8)]
    z = run.z.double()
    bias = prototype_bias(z, run.labels)
    for name in ("raw", "cosine", "squared", "debiased_squared", "relative"):
        assert getattr(run, name) == getattr(bias, name).item()
    pairs = torch.einsum("nkd,nld->nkl", z, z).mean().item()
    assert abs(run.square_norm - pairs) <= accumulated_rounding(40 * 9 * 8, 2.0**-52)
    assert 60 * run.accuracy == pytest.approx(round(60 * run.accuracy), abs=1e-9)


def test_a_run_is_a_function_of_its_setup(run: ViewRun) -> None:
    again, other = train_on_views(TINY), train_on_views(replace(TINY, seed=1))
    assert again == run
    assert torch.equal(again.z, run.z)
    assert other.raw != run.raw


def test_one_seed_has_the_same_items_weights_and_test() -> None:
    still = replace(TINY, steps=0)
    runs = train_many_on_views([still, replace(still, resampled=0), replace(still, swap=0.5)])
    assert len({each.accuracy for each in runs}) == 1, "the same encoder, probed on the same items"
    assert len({each.raw for each in runs}) == 3


@pytest.mark.parametrize("change", [{"alpha": 1.0}, {"repulsion": 0.3}, {"include_positive": True}])
def test_losses_differ_in_what_they_say(run: ViewRun, change: dict[str, float]) -> None:
    assert train_on_views(replace(TINY, **change)).raw != run.raw  # type: ignore[arg-type]  # by name


def test_an_oracle_alone_brings_the_bias_down_to_that_of_few_views() -> None:
    """With every view another item of the class, item means differ by sampling alone."""
    setup = replace(TINY, resampled=0, content_noise=0.0, swap=1.0, n_views=64, steps=0)
    run = train_on_views(setup)
    spread = 1.0 - run.square_norm  # at most; the plug-in's own bias is about spread / 64
    assert run.squared <= 4.0 * spread / 64
    assert train_on_views(replace(setup, swap=0.0)).squared > 4.0 * spread / 64


def test_many_are_those_one_by_one_in_their_order() -> None:
    """Without a step, stacks of weights are the weights, bit for bit."""
    setups = [replace(TINY, steps=0, seed=s, resampled=j) for s in (0, 1) for j in (0, 10)]
    assert train_many_on_views(setups) == [train_on_views(setup) for setup in setups]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resampled": 11}, "coordinates, got resampled=11, nuisance=10"),
        ({"swap": 2.0}, "need 0 <= probability <= 1, got probability=2.0"),
        ({"content_noise": -1.0}, "need finite std >= 0, got std=-1.0"),
        ({"repulsion": -1.0}, "need 0 <= repulsion < inf, got repulsion=-1.0"),
        ({"batch_size": 41}, "need 1 <= batch_size <= n_total, got batch_size=41, n_total=40"),
        ({"n_views": 1}, "need k >= 2 views to debias, got k=1"),
    ],
)
def test_outside_the_domain(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_on_views(replace(TINY, **changes))  # type: ignore[arg-type]  # by name


TABLE = {  # accuracy, cosine, E r^2, relative: two seeds' mean of an independent implementation
    (0, 0.1, 0.0): (0.568, 1.121, 0.999, 6.051),
    (6, 0.1, 0.0): (0.958, 0.965, 0.992, 2.146),
    (10, 1.0, 0.0): (0.963, 0.490, 0.778, 0.308),
    (4, 0.1, 1.0): (0.953, 0.045, 0.964, 0.002),
}
SHOWN = ("accuracy", "cosine", "square_norm", "relative")


def comparison(n_seeds: int, **changes: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances of our means from the table's, (cells, 4), and what a t test allows."""
    runs = train_many_on_views(
        [
            replace(ViewSetup(**changes), resampled=j, content_noise=s, swap=p, seed=seed)  # type: ignore[arg-type]  # by name
            for j, s, p in TABLE
            for seed in range(n_seeds)
        ]
    )
    ours = np.array([[getattr(run, name) for name in SHOWN] for run in runs])
    ours = ours.reshape(len(TABLE), n_seeds, len(SHOWN))
    theirs = np.array(list(TABLE.values()))
    quantile = student.isf(1e-3 / (2 * theirs.size), n_seeds - 1)
    allowed = quantile * ours.std(axis=1, ddof=1) * math.sqrt(1 / n_seeds + 1 / 2) + 5e-4  # digits
    return np.abs(ours.mean(axis=1) - theirs), allowed


@pytest.mark.slow
def test_the_table_of_an_independent_implementation_is_reproduced() -> None:
    apart, allowed = comparison(8)
    assert (apart <= allowed).all(), (apart, allowed)


@pytest.mark.slow
def test_saboteur_another_temperature_is_seen() -> None:
    apart, allowed = comparison(8, alpha=1.0)
    assert (apart > allowed).any()
