"""Many coupled runs: stacked against one by one, and how the choice between them fares.

Ratios of processor time on one thread, both sides in turn in the same process.
"""

import time

import pytest
import torch
from torch import Tensor

from synthetic import (
    Encoder,
    Run,
    World,
    additive_noise,
    gaussian_clusters,
    mlp,
    sgd,
    train_many,
)
from theory import losses

TAU, DIM, RUNS, ROUNDS = 0.5, 16, 64, 3
STEPS = {16: 40, 32: 20, 64: 10, 128: 4, 256: 2}


def encoder(generator: torch.Generator) -> Encoder:
    return mlp((DIM, 32, 16), generator=generator)


def world(generator: torch.Generator) -> World:
    return gaussian_clusters(4, 100, DIM, spread=0.5, generator=generator)


def dcl(z: Tensor, labels: Tensor) -> Tensor:
    return losses.dcl(z, TAU)


def nscl(z: Tensor, labels: Tensor) -> Tensor:
    return losses.nscl(z, labels, TAU)


def runs(batch_size: int) -> list[Run]:
    """Twins of DCL and NSCL with views, on batches of distinct samples."""
    return [
        Run(
            encoder=encoder,
            world=world,
            losses={"dcl": dcl, "nscl": nscl},
            seed=seed,
            options={
                "augment": additive_noise(0.1),
                "batch_size": batch_size,
                "sampling": "distinct",
                "steps": STEPS[batch_size],
                "recipe": sgd(0.1),
            },
        )
        for seed in range(RUNS)
    ]


def milliseconds(batch_size: int, method: str) -> float:
    """Per run and step, without what it takes to make worlds and encoders."""
    many = runs(batch_size) if method != "sequential" else runs(batch_size)[: RUNS // 8]
    idle = [Run(**{**vars(run), "options": {**run.options, "steps": 0}}) for run in many]
    spent = []
    for each in (many, idle):
        start = time.process_time()
        train_many(each, method=method)  # type: ignore[arg-type]  # one of the three
        spent.append(time.process_time() - start)
    return 1e3 * (spent[0] - spent[1]) / len(many) / STEPS[batch_size]


@pytest.mark.parametrize(("batch_size", "least"), [(16, 4.0), (32, 4.0), (64, 1.0), (128, 1.0)])
def test_a_stack_is_faster_where_it_is_chosen(batch_size: int, least: float) -> None:
    rounds = [
        (milliseconds(batch_size, "sequential"), milliseconds(batch_size, "auto"))
        for _ in range(ROUNDS)
    ]
    alone, chosen = (min(values) for values in zip(*rounds, strict=True))
    print(f"B = {batch_size}: {alone:.3f} ms alone, {chosen:.3f} chosen, {alone / chosen:.2f} x")
    assert alone / chosen >= least


def test_a_stack_is_not_chosen_where_it_is_slower() -> None:
    alone, stacked = (milliseconds(256, method) for method in ("sequential", "ensemble"))
    print(f"B = 256: {alone:.3f} ms alone, {stacked:.3f} stacked, {alone / stacked:.2f} x")
    assert milliseconds(256, "auto") < 1.5 * alone  # the same computation
