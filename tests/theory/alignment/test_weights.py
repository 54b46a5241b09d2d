"""The relative weight gap against loops, and what it counts."""

import pytest
import torch
from torch import nn

from theory.alignment import relative_weight_gap


def encoder(seed: int) -> nn.Sequential:
    """Two layers with weights, a normalisation layer, biases everywhere."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2))


def test_it_is_the_mean_over_layers() -> None:
    a, b = encoder(0), encoder(1)
    gaps = []
    for i in (0, 1, 2):
        w, v = (m.get_parameter(f"{i}.weight").detach().double().flatten().tolist() for m in (a, b))
        norms = [sum(s * s for s in u) ** 0.5 for u in (w, v)]
        apart = sum((s - t) ** 2 for s, t in zip(w, v, strict=True)) ** 0.5
        gaps.append(apart / (sum(norms) / 2))
    assert gaps[1] == 0  # both normalisation layers are at their start, and count
    slack = 3 * 15 * 2.0**-52  # a few roundings for each of at most 15 entries
    assert relative_weight_gap(a, b) == pytest.approx(sum(gaps) / 3, rel=slack)


def test_biases_do_not_count_and_symmetry() -> None:
    a, b = encoder(0), encoder(1)
    before = relative_weight_gap(a, b)
    nn.init.constant_(b.get_parameter("0.bias"), 1e6)
    assert relative_weight_gap(a, b) == before == relative_weight_gap(b, a)
    assert relative_weight_gap(a, a) == 0.0


def test_opposite_weights_and_skipped_zeros() -> None:
    w, zero = torch.tensor([[3.0, 4.0]]), torch.zeros(2)
    a, b = {"a.weight": w, "b.weight": zero}, {"b.weight": zero, "a.weight": -w}
    assert relative_weight_gap(a, b) == 2.0
    empty = {"b.weight": torch.ones(0, 3)}
    assert relative_weight_gap({**empty, "a.weight": w}, {**empty, "a.weight": -w}) == 2.0
    huge = {"a.weight": 1e300 * w.double()}
    assert relative_weight_gap(huge, {"a.weight": -huge["a.weight"]}) == 2.0


def test_outside_the_domain() -> None:
    w = torch.ones(2)
    for a, b, message in (
        ({"a.weight": w}, {"b.weight": w}, "need the same weights in both models, got 'a.weight'"),
        ({"a.weight": w}, {"a.weight": torch.ones(3)}, r"a.weight of one shape, got \(2,\) and"),
        ({"bias": w}, {"bias": w}, r"name ends in 'weight', got \['bias'\]"),
        ({"weight": 0 * w}, {"weight": 0 * w}, "need a weight that is not zero, got 1 weights"),
        ({"weight": w / 0}, {"weight": w}, "need finite weights, got a non-finite value in weight"),
    ):
        with pytest.raises(ValueError, match=message):
            relative_weight_gap(a, b)
