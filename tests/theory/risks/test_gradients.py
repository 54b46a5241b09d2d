"""Derivatives of the risks: differences, torch's own, and where phi rounds to 0."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

from tests.theory.risks.models import World, agree, draw_world, worlds
from theory.risks import (
    contrastive_risk,
    contrastive_risk_paired,
    enumerated_contrastive_risk,
    mean_supervised_risk,
)

WORLD = draw_world(sizes=[1, 2, 3], d=2, norm=1.5, seed=3, skew=1.0)


def gradient(risk: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The derivative of the sum of a batch of risks."""
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(risk(x).sum(), x)[0]


@pytest.mark.parametrize("k", [1, 2, 50, 10**6])
def test_matches_differences(k: int) -> None:
    x = WORLD.x.clone().requires_grad_()
    pairing = torch.rand(6, 6, generator=torch.Generator().manual_seed(0)).double().softmax(dim=1)
    assert torch.autograd.gradcheck(lambda x: contrastive_risk(x, WORLD.y, WORLD.prior, k), (x,))
    assert torch.autograd.gradcheck(
        lambda x: contrastive_risk_paired(x, WORLD.y, WORLD.prior, k, pairing), (x,)
    )
    assert torch.autograd.gradcheck(lambda x: mean_supervised_risk(x, WORLD.y, WORLD.prior), (x,))


@given(world=worlds(most=5), k=st.integers(1, 2))
@example(world=draw_world(sizes=[2, 2], d=2, norm=30.0, seed=1), k=1)
@example(world=draw_world(sizes=[2, 2], d=2, norm=30.0, seed=1), k=2)
def test_matches_the_derivative_of_the_enumeration(world: World, k: int) -> None:
    found = gradient(lambda x: contrastive_risk(x, world.y, world.prior, k), world.x)
    wanted = gradient(lambda x: enumerated_contrastive_risk(x, world.y, world.prior, k), world.x)
    assert agree(found, wanted, world.exact)


def test_the_comparison_catches_a_detached_positive() -> None:
    def detached(x: Tensor) -> Tensor:
        risk = contrastive_risk(x, WORLD.y, WORLD.prior, 2)
        means = torch.stack([x[WORLD.y == c].mean(dim=0) for c in range(3)])
        alignment = means.square().sum(dim=1) @ torch.tensor(WORLD.prior, dtype=torch.float64)
        return risk + alignment - alignment.detach()

    wanted = gradient(lambda x: enumerated_contrastive_risk(x, WORLD.y, WORLD.prior, 2), WORLD.x)
    assert not agree(gradient(detached, WORLD.x), wanted, WORLD.exact)


@pytest.mark.parametrize("k", [1, 1000, 10**6])
@pytest.mark.parametrize("norm", [0.0, 1e-160, 1.0, 20.0, 60.0])
def test_is_finite_where_phi_rounds_to_nothing(k: int, norm: float) -> None:
    world = draw_world(sizes=[3, 2, 4], d=2, norm=norm, seed=4, skew=4.0)
    with torch.autograd.set_detect_anomaly(True, check_nan=True):
        found = gradient(lambda x: contrastive_risk(x, world.y, world.prior, k), world.x)
    # A risk is a mean of differences of scores: its slope in one point is bounded by the others.
    assert bool((found.norm(dim=1) <= 4 * norm).all())


@pytest.mark.parametrize("norm", [20.0, 60.0])
def test_scaling_the_features_is_a_direction_like_any_other(norm: float) -> None:
    world = draw_world(sizes=[3, 2, 4], d=2, norm=norm, seed=4)

    def risk(x: Tensor) -> Tensor:
        return contrastive_risk(x, world.y, world.prior, 10**6)

    slope = float((gradient(risk, world.x) * world.x).sum())
    step = 1e-4
    difference = risk((1 + step) * world.x) - risk((1 - step) * world.x)
    # Values are within 1e-12 of their scale, and R has third derivatives of its order.
    assert agree(difference / (2 * step), slope, world.scale * (1e-12 / step + 100 * step**2))


def test_is_taken_once() -> None:
    x = WORLD.x.clone().requires_grad_()
    (first,) = torch.autograd.grad(
        contrastive_risk(x, WORLD.y, WORLD.prior, 3), x, create_graph=True
    )
    with pytest.raises(RuntimeError, match="once, not twice"):
        first.sum().backward()  # type: ignore[no-untyped-call]  # torch


def test_costs_no_graph_where_none_is_asked_for() -> None:
    x = WORLD.x.clone().requires_grad_()
    with torch.no_grad():
        assert not contrastive_risk(x, WORLD.y, WORLD.prior, 3).requires_grad
    assert contrastive_risk(x, WORLD.y, WORLD.prior, 3).requires_grad
