"""The integral against enumeration, worked values, symmetries and Monte Carlo."""

import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from torch import Tensor

from tests.theory.risks.models import (
    SKEWED,
    World,
    agree,
    draw_world,
    line,
    rounding,
    simplex,
    worlds,
)
from theory.risks import (
    contrastive_risk,
    enumerated_contrastive_risk,
    mean_supervised_risk,
    monte_carlo_contrastive_risk,
)
from theory.risks._inputs import read_model
from theory.risks._quadrature import expected_log_sum

# The largest world of the strategies, and spreads of scores where e^-spread underflows.
FULL = draw_world(sizes=[1, 2, 3], d=3, norm=4.0, seed=0, skew=4.0)
LONG = draw_world(sizes=[2, 2], d=2, norm=30.0, seed=1)


@given(world=worlds(), k=st.integers(1, 3))
@example(world=FULL, k=3)
@example(world=LONG, k=1)
@example(world=LONG, k=3)
def test_equals_enumeration(world: World, k: int) -> None:
    found = contrastive_risk(world.x, world.y, world.prior, k)
    assert agree(found, enumerated_contrastive_risk(world.x, world.y, world.prior, k), world.exact)


def without_the_positive(world: World, k: int) -> Tensor:
    """LSE over the K negatives alone: one of them takes the place of the positive."""
    model = read_model(world.x, world.y, world.prior)
    log_sum = expected_log_sum(
        model.x, lambda rows: model.weights.expand(len(model.x[rows]), -1), model.weights, k - 1
    )
    return log_sum - model.means.square().sum(dim=-1) @ model.prior


def test_enumeration_catches_a_denominator_without_the_positive() -> None:
    exact = enumerated_contrastive_risk(FULL.x, FULL.y, FULL.prior, 3)
    assert not agree(without_the_positive(FULL, 3), exact, FULL.exact)
    assert agree(contrastive_risk(FULL.x, FULL.y, FULL.prior, 3), exact, FULL.exact)


@pytest.mark.parametrize("k", [1, 8, 300])
def test_lies_within_six_standard_errors_of_monte_carlo(k: int) -> None:
    world = draw_world(sizes=[5, 2, 9], d=3, norm=1.5, seed=k, skew=1.0)
    sampled = monte_carlo_contrastive_risk(
        world.x,
        world.y,
        world.prior,
        k,
        n_samples=40_000,
        generator=torch.Generator().manual_seed(k),
    )
    found = contrastive_risk(world.x, world.y, world.prior, k)
    assert agree(found, sampled.value, 6 * float(sampled.standard_error))
    if k < 300:
        missing = without_the_positive(world, k)
        assert not agree(missing, sampled.value, 6 * float(sampled.standard_error))


@pytest.mark.parametrize(
    ("x", "prior", "k", "risk"),
    [  # worked in thirty digits
        (line(1, -1), 2, 3, 0.9519351550179012440),
        (torch.eye(3, dtype=torch.float64), [0.7, 0.2, 0.1], 4, 1.3192434775987495258),
        (simplex(10), 10, 32, 2.6125837345332612662),  # the attained floor of the risk
        (simplex(2), 2, 1, math.log(2) / 2 + math.log1p(math.exp(-2)) / 2),
    ],
)
def test_one_point_per_class(x: Tensor, prior: int | list[float], k: int, risk: float) -> None:
    found = contrastive_risk(x, torch.arange(len(x)), prior, k)
    assert agree(found, risk, rounding(x, risk) / 1e3 + 1e-14)


@pytest.mark.parametrize("k", [1, 7, 10**6])
@pytest.mark.parametrize("prior", [3, SKEWED])
@pytest.mark.parametrize("norm", [0.0, 1.0, 40.0])
def test_constant_features_are_a_uniform_guess(k: int, prior: ArrayLike, norm: float) -> None:
    x = torch.full((5, 2), norm, dtype=torch.float64)
    y = torch.tensor([0, 1, 2, 1, 1])
    scale = 1 + float(x[0].square().sum())
    assert agree(contrastive_risk(x, y, prior, k), math.log(k + 1), 1e-14 * scale + 1e-14 * 14)
    assert agree(mean_supervised_risk(x, y, prior), math.log(3), 1e-14 * scale)


@given(world=worlds(most=9), k=st.sampled_from([1, 5, 1000]), seed=st.integers(0, 2**32 - 1))
def test_unchanged_by_rotation_order_and_duplication(world: World, k: int, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    d = world.x.shape[1]
    turn = torch.linalg.qr(torch.randn(d, d, generator=g, dtype=torch.float64)).Q
    order = torch.randperm(len(world.y), generator=g)
    names = torch.randperm(len(world.prior), generator=g)
    renamed = torch.empty(len(names), dtype=torch.float64)
    renamed[names] = torch.tensor(world.prior, dtype=torch.float64)
    for found in (
        contrastive_risk((world.x @ turn)[order], world.y[order], world.prior, k),
        contrastive_risk(world.x.repeat(2, 1), world.y.repeat(2), world.prior, k),
        contrastive_risk(world.x, names[world.y], renamed, k),
    ):
        assert agree(found, contrastive_risk(world.x, world.y, world.prior, k), world.exact)


@pytest.mark.parametrize("k", [1, 20, 10**6])
def test_a_batch_of_models_is_a_loop(k: int) -> None:
    world = draw_world(sizes=[2, 4, 1], d=3, norm=1.0, seed=5, skew=1.0)
    scales = torch.tensor([[0.0, 0.3, 1.0], [2.0, 4.0, 30.0]], dtype=torch.float64)
    batch = (scales[..., None, None] * world.x).requires_grad_()
    together = contrastive_risk(batch, world.y, world.prior, k)
    assert together.shape == (2, 3)
    (gradient,) = torch.autograd.grad(together.sum(), batch)
    for at in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)):
        one = batch[at].detach().clone().requires_grad_()
        alone = contrastive_risk(one, world.y, world.prior, k)
        tolerance = 1e-12 * (1 + float(scales[at]) ** 2)
        assert agree(together[at], alone, tolerance)
        assert agree(gradient[at], torch.autograd.grad(alone, one)[0], tolerance)


def test_single_precision_is_computed_in_double() -> None:
    x = FULL.x.float().requires_grad_()
    found = contrastive_risk(x, FULL.y, FULL.prior, 10)
    wide = x.detach().double().requires_grad_()
    exact = contrastive_risk(wide, FULL.y, FULL.prior, 10)
    assert found.dtype == torch.float32
    assert found == exact.float()
    (narrow,) = torch.autograd.grad(found, x)
    assert narrow.dtype == torch.float32
    assert torch.equal(narrow, torch.autograd.grad(exact, wide)[0].float())


def test_lists_integers_and_arrays_are_the_same_arguments() -> None:
    wanted = contrastive_risk(line(1, -1), torch.tensor([0, 1]), 2, 3)
    prior = torch.tensor([0.5, 0.5], requires_grad=True)
    for found in (
        contrastive_risk([[1], [-1]], [0, 1], [0.5, 0.5], 3.0),
        contrastive_risk(line(1, -1).numpy(), torch.tensor([0, 1]).numpy(), prior, 3),
        contrastive_risk(line(1, -1), torch.tensor([0, 1], dtype=torch.uint8), 2.0, 3),
    ):
        assert found == wanted
