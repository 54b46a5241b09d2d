"""The mean classifier: worked values, ties, and the order of the three risks."""

import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from tests.theory.risks.models import SKEWED, World, agree, draw_world, line, simplex, worlds
from theory.risks import mean_supervised_risk, risk_statistics, zero_one_error


def by_loops(world: World) -> tuple[float, float]:
    """The risk of the mean classifier point by point, and its errors beyond ties."""
    points, labels = world.x.tolist(), world.y.tolist()
    members = [
        [p for p, y in zip(points, labels, strict=True) if y == c] for c in range(len(world.prior))
    ]
    means = [[math.fsum(v) / len(own) for v in zip(*own, strict=True)] for own in members]
    risk = error = 0.0
    for p, y in zip(points, labels, strict=True):
        z = [math.fsum(a * b for a, b in zip(p, m, strict=True)) for m in means]
        weight = world.prior[y] / len(members[y])
        risk += weight * (math.log(math.fsum(math.exp(v - max(z)) for v in z)) + max(z) - z[y])
        error += weight * (max(z) > z[y] + world.exact)
    return risk, error


@given(world=worlds(most=12, max_classes=5))
def test_equals_a_loop_over_points(world: World) -> None:
    risk, _ = by_loops(world)
    assert agree(mean_supervised_risk(world.x, world.y, world.prior), risk, world.exact)


@given(world=worlds(most=12, max_classes=5))
@example(world=draw_world(sizes=[6, 6], d=1, norm=4.0, seed=0, spread=10.0))
def test_errors_are_counted_from_above_and_bounded_by_the_risk(world: World) -> None:
    risk, error = by_loops(world)
    found = float(zero_one_error(world.x, world.y, world.prior))
    assert error - 1e-15 <= found <= (risk + world.exact) / math.log(2)


def test_one_point_per_class() -> None:
    corners = torch.eye(3, dtype=torch.float64)
    found = mean_supervised_risk(corners, torch.arange(3), [0.7, 0.2, 0.1])
    assert agree(found, 0.5514447139320510891, 1e-15)


@pytest.mark.parametrize(("c", "floor"), [(50, 2.9264862436), (100, 3.6123773059)])
def test_the_simplex_sits_on_its_floor(c: int, floor: float) -> None:
    x, y = simplex(c), torch.arange(c)
    assert agree(mean_supervised_risk(x, y, c), floor, 1e-10)
    assert zero_one_error(x, y, c) == 0


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 40),
    d=st.integers(1, 5),
    norm=st.sampled_from([1e-100, 1.0, 1e100]),
)
def test_classes_with_one_mean_are_ties_in_every_order(
    seed: int, n: int, d: int, norm: float
) -> None:
    g = torch.Generator().manual_seed(seed)
    own = norm * torch.randn(n, d, generator=g, dtype=torch.float64)
    other = own[torch.randperm(n, generator=g)].repeat(3, 1)
    x = torch.cat([own, other])
    y = torch.tensor([0] * n + [1] * 3 * n)
    assert zero_one_error(x, y, 2) == 1


def test_the_margin_counts_no_real_difference() -> None:
    x, y = line(1, 1 - 1e-9), torch.arange(2)
    assert zero_one_error(x, y, [0.25, 0.75]) == 0.75  # both points prefer the longer mean
    assert zero_one_error(line(1, 1), y, [0.25, 0.75]) == 1
    assert zero_one_error(line(0, 1), y, [0.25, 0.75]) == 0.25  # 0 is a tie of all scores


def test_one_class_makes_no_error() -> None:
    assert zero_one_error(line(3, -1), [0, 0], 1) == 0
    assert mean_supervised_risk(line(3, -1), [0, 0], 1) == 0


def test_a_batch_of_models_is_a_loop() -> None:
    world = draw_world(sizes=[3, 2, 4], d=2, norm=2.0, seed=1, skew=1.0)
    batch = torch.stack([world.x, -world.x, world.x.roll(1, dims=0)])[:, None]
    risks = mean_supervised_risk(batch, world.y, world.prior)
    errors = zero_one_error(batch, world.y, world.prior)
    assert risks.shape == errors.shape == (3, 1)
    for i in range(3):
        assert agree(risks[i, 0], mean_supervised_risk(batch[i, 0], world.y, world.prior), 1e-14)
        assert agree(errors[i, 0], zero_one_error(batch[i, 0], world.y, world.prior), 1e-15)


@given(world=worlds(most=12, max_classes=5))
def test_statistics_obey_jensen(world: World) -> None:
    stats = risk_statistics(world.x, world.y, world.prior)
    square = float(stats.norm) ** 2
    assert -world.exact <= stats.mean_square <= stats.alignment + world.exact
    assert stats.alignment <= square + world.exact
    assert abs(stats.cross) <= square + world.exact
    uniform = risk_statistics(world.x, world.y, len(world.prior))
    assert agree(uniform.cross, uniform.mean_square, world.exact)


def test_statistics_of_three_points() -> None:
    stats = risk_statistics(line(2, -1, 1), torch.arange(3), SKEWED)
    centre = 0.9 * 2 - 0.07 + 0.03
    assert agree(stats.mean_square, centre**2, 1e-14)
    assert agree(stats.alignment, 0.9 * 4 + 0.07 + 0.03, 1e-14)
    assert agree(stats.cross, centre * 2 / 3, 1e-14)
    assert stats.norm == 2
