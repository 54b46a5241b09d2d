"""The infimum over linear classifiers: enclosed, below the mean classifier, found."""

import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from tests.theory.risks.models import World, agree, draw_world, line, worlds
from theory.risks import SupervisedRisk, mean_supervised_risk, supervised_risk
from theory.risks._inputs import read_model
from theory.risks.mean_classifier import cross_entropy


def attainable_gap(world: World, risk: SupervisedRisk) -> float:
    """The bound's gap when all of the gradient that is left is rounding.

    A score x.w errs by at most d eps |x||w|, its softmax by as much relatively, each of the means
    over points that make the gradient by (c + 4) eps more: so its norm by eps (d + c + 4)
    |x| (1 + |x||W|), and the gap is that times |W| + radius.
    """
    (c, d), eps = risk.weights.shape, torch.finfo(torch.float64).eps
    x, w = world.x.norm(dim=1).max(), risk.weights.norm()
    return float(eps * (d + c + 4) * x * (1 + x * w) * (w + risk.radius))


@example(  # weights run away to where the curvature along them underflows
    world=draw_world(sizes=[2, 3, 2], d=2, norm=3.0, seed=452251171, skew=1.0, spread=1.0),
    seed=0,
)
@example(  # ill-conditioned: conjugate gradients need more steps than there are unknowns
    world=draw_world(sizes=[1, 1, 4], d=2, norm=0.75, seed=216, skew=0.0, spread=1.0), seed=0
)
@example(  # separable on a line: a step of no curvature overflowed
    world=draw_world(sizes=[3, 5], d=1, norm=1.0, seed=1363988, skew=0.0, spread=0.0), seed=0
)
@given(world=worlds(most=12, max_classes=4), seed=st.integers(0, 2**32 - 1))
def test_no_weights_within_the_radius_go_below_the_lower_bound(world: World, seed: int) -> None:
    risk = supervised_risk(world.x, world.y, world.prior)
    assert 0 <= risk.lower_bound <= risk.value
    assert risk.value <= mean_supervised_risk(world.x, world.y, world.prior)
    assert risk.gap <= attainable_gap(world, risk)
    g = torch.Generator().manual_seed(seed)
    other = torch.randn(20, *risk.weights.shape, generator=g, dtype=torch.float64)
    reach = torch.logspace(-6, 0, 20, dtype=torch.float64)[:, None, None]
    model = read_model(world.x, world.y, world.prior)
    for weights in (
        risk.weights + reach * other,
        reach * risk.radius * other / other.norm(dim=(-2, -1), keepdim=True),
        (1 + reach) * risk.weights,
    ):
        assert bool((cross_entropy(model, weights) >= risk.lower_bound - world.exact).all())


def test_two_classes_on_a_line_are_a_search_in_one_variable() -> None:
    x, y = line(1, 2, -0.5, -1, 0.3), torch.tensor([0, 0, 0, 1, 1])
    weights = [0.2, 0.2, 0.2, 0.2, 0.2]

    def objective(w: float) -> float:
        margins = [1 * w, 2 * w, -0.5 * w, 1 * w, -0.3 * w]
        return sum(a * math.log1p(math.exp(-m)) for a, m in zip(weights, margins, strict=True))

    best = minimize_scalar(objective, bracket=(0, 1), tol=1e-12)
    risk = supervised_risk(x, y, [0.6, 0.4])
    assert agree(risk.value, best.fun, 1e-14)
    assert risk.gap < 1e-13


def test_separable_classes_have_no_best_weights() -> None:
    world = draw_world(sizes=[5, 5, 5], d=3, norm=2.0, seed=0, spread=0.05)
    risk = supervised_risk(world.x, world.y, 3)
    assert 0 == risk.lower_bound <= risk.value < 1e-9


def test_features_without_information_are_a_guess() -> None:
    y = torch.tensor([0, 1, 2, 0])
    for x in (torch.zeros(4, 2), torch.zeros(4, 2, dtype=torch.float64)):
        risk = supervised_risk(x, y, 3)
        assert agree(risk.value, math.log(3), 1e-7)
        assert risk.gap == 0
        assert risk.value.dtype == x.dtype


def test_a_direction_of_little_variance_is_followed() -> None:
    # The second coordinate alone tells the classes apart, at a millionth of the scale.
    x = torch.tensor([[1, 1e-6], [1, -1e-6], [-1, 1e-6], [-1, -1e-6]], dtype=torch.float64)
    risk = supervised_risk(x, torch.tensor([0, 1, 0, 1]), 2)
    assert risk.value < 1e-9


def test_the_derivative_is_that_of_the_infimum() -> None:
    world = draw_world(sizes=[4, 5, 6], d=2, norm=2.0, seed=1, spread=3.0)
    x = world.x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(supervised_risk(x, world.y, world.prior).value, x)
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).double()
    step = 1e-5
    up, down = (
        supervised_risk(world.x + s * direction, world.y, world.prior).value for s in (step, -step)
    )
    assert agree((up - down) / (2 * step), (slope * direction).sum(), 1e-8)


def test_a_batch_of_models_is_a_loop() -> None:
    world = draw_world(sizes=[4, 5], d=2, norm=1.0, seed=2, spread=3.0)
    batch = torch.stack([world.x, 2 * world.x.roll(1, dims=0)])[None]
    together = supervised_risk(batch, world.y, world.prior)
    assert together.value.shape == together.lower_bound.shape == (1, 2)
    assert together.weights.shape == (1, 2, 2, 2)
    for i in range(2):
        alone = supervised_risk(batch[0, i], world.y, world.prior)
        assert agree(together.value[0, i], alone.value, 1e-12)


def test_without_iterations_the_bound_still_encloses() -> None:
    world = draw_world(sizes=[4, 5], d=2, norm=1.0, seed=2, spread=3.0)
    start = supervised_risk(world.x, world.y, world.prior, max_iterations=0)
    best = supervised_risk(world.x, world.y, world.prior)
    assert start.lower_bound <= best.value <= start.value
    with pytest.raises(ValueError, match="need max_iterations >= 0, got max_iterations=-1"):
        supervised_risk(world.x, world.y, world.prior, max_iterations=-1)
