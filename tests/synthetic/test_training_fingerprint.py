"""Digests of setups: the same for the same, in every process, and another for another."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from synthetic import CrossEntropy, additive_noise, compose, practical, resample_nuisance, sgd
from synthetic.training.fingerprint import fingerprint
from tests.synthetic.training_runs import encoder, losses, seeded, world

ROOT = Path(__file__).parents[2]
SCALE = 2.0


def scaled(by: float, power: int = 1) -> Any:
    return lambda x: (by * x) ** power


def recursive() -> Callable[[int], int]:
    def down(k: int) -> int:
        return k and down(k - 1)

    return down


def setups() -> list[object]:
    """All different."""
    return [
        None,
        0,
        0.0,
        False,
        "",
        (),
        (0,),
        {"a": 0},
        {"a": None},
        {"b": 0},
        torch.zeros(2),
        torch.zeros(2, dtype=torch.float64),
        torch.zeros(1, 2),
        torch.ones(2),
        additive_noise(0.1),
        additive_noise(0.2),
        resample_nuisance([0], 0.1),
        compose(additive_noise(0.1)),
        compose(additive_noise(0.1), additive_noise(0.1)),
        scaled(1.0),
        scaled(2.0),
        scaled(2.0, power=2),
        partial(scaled, 1.0),
        partial(scaled, 1.0, power=2),
        lambda x: x + 1,
        lambda x: x + 2,
        lambda x: x - 1,
        lambda x, y=1: x + y,
        lambda x, y=2: x + y,
        lambda x: SCALE * x,
        sgd(0.1),
        sgd(0.2),
        sgd([0.1, 0.1]),
        practical(0.1, steps=5),
        practical(0.1, steps=6),
        encoder(1),
        encoder(2),
        nn.Dropout(0.1),
        nn.Dropout(0.2),
        world(1),
        world(2),
        losses(),
        CrossEntropy(4, 3, generator=seeded(1)),
        b"bytes",
    ]


def test_equal_setups_agree_and_others_do_not() -> None:
    digests = [fingerprint(setup) for setup in setups()]
    assert digests == [fingerprint(setup) for setup in setups()]
    assert len(set(digests)) == len(digests)


def test_a_number_of_the_module_that_a_function_uses_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprint(lambda x: SCALE * x)
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert fingerprint(lambda x: SCALE * x) != before


def test_a_function_that_holds_itself_has_a_digest() -> None:
    assert fingerprint(recursive()) == fingerprint(recursive())


@pytest.mark.slow
def test_digests_are_the_same_in_another_process() -> None:
    script = (
        "from tests.synthetic.test_training_fingerprint import *\n"
        "print(*map(fingerprint, setups()))"
    )
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout.split() == [fingerprint(setup) for setup in setups()]
