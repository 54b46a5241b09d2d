"""The audit that ships with data."""

import numpy as np
import pytest
import torch

from contrastbounds.audit import audit
from contrastbounds.audit.digits import SIDE, STEPS, digits, random_shift


def test_a_short_training_can_be_audited() -> None:
    steps = []
    given = digits(seed=0, steps=3, advance=lambda: steps.append(1))
    assert len(steps) == 3
    assert given.z.shape == (1000, 2, 64)
    assert set(given.class_sizes) == {100}
    assert audit(given, shots=(1,)).outcome == "as expected"


def test_the_seed_decides() -> None:
    one, two, other = (digits(seed=seed, steps=2) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.z, two.z)
    assert not np.array_equal(one.z, other.z)


def test_a_shift_moves_the_picture_and_nothing_else() -> None:
    generator = torch.Generator().manual_seed(0)
    dot = torch.zeros(200, SIDE, SIDE)
    dot[:, 3, 4] = 1.0
    moved = random_shift()(dot.reshape(200, -1), generator).reshape(200, SIDE, SIDE)
    places = {tuple(place) for place in moved.nonzero()[:, 1:].tolist()}
    assert places == {(i, j) for i in (2, 3, 4) for j in (3, 4, 5)}
    assert moved.sum() == 200


def test_what_leaves_the_picture_does_not_come_back() -> None:
    generator = torch.Generator().manual_seed(0)
    corner = torch.zeros(200, SIDE, SIDE)
    corner[:, 0, 7] = 1.0
    moved = random_shift()(corner.reshape(200, -1), generator).reshape(200, SIDE, SIDE)
    places = {tuple(place) for place in moved.nonzero()[:, 1:].tolist()}
    assert places == {(0, 6), (0, 7), (1, 6), (1, 7)}


@pytest.mark.slow
def test_trained_digits_are_told_apart() -> None:
    found = audit(digits(seed=0, steps=STEPS), shots=(1, 5, 20))
    assert found.outcome == "as expected"
    assert found.few_shot.limit_error < 0.15
    assert found.geometry.cdnv is not None
    assert found.geometry.directional_cdnv is not None
    assert found.geometry.directional_cdnv < 0.2 * found.geometry.cdnv
