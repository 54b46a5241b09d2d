"""Up to a million negatives: asymptotic laws, and a cost that does not follow them."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tests.theory.risks.models import agree, draw_world, line, rounding, simplex
from theory.risks import _quadrature, contrastive_risk, mean_supervised_risk

LADDER = (1, 10, 100, 1000, 10**4, 10**5, 10**6)
# Three class means and (K+1)(gap - ln(C/(K+1))), from multinomial sums in extended precision, and
# the limit, (C/2)(Brier - 1 + 1/C) of the mean classifier.
MEANS = torch.tensor([[1, 0, 0], [0.2, 0.9, 0], [-0.3, 0.1, 0.8]], dtype=torch.float64)
EXCESSES = {10: -0.527695160064, 100: -0.526215281299, 1000: -0.525999446571}
LIMIT = -0.5259746268


def excess(x: Tensor, y: Tensor, k: int) -> float:
    """gap - ln(C/(K+1)) under the uniform prior."""
    c = int(y.max()) + 1
    gap = mean_supervised_risk(x, y, c) - contrastive_risk(x, y, c, k)
    return float(gap) - math.log(c / (k + 1))


@pytest.mark.parametrize("k", EXCESSES)
def test_collapsed_features_at_stored_numbers_of_negatives(k: int) -> None:
    assert agree((k + 1) * excess(MEANS, torch.arange(3), k), EXCESSES[k], 1e-14 * k + 1e-12)


@pytest.mark.parametrize("k", [10**4, 10**5, 10**6])
def test_collapsed_features_tend_to_their_brier_score(k: int) -> None:
    p = (MEANS @ MEANS.T).softmax(dim=1)
    brier = float((p - torch.eye(3)).square().sum(dim=1).mean())
    limit = 1.5 * (brier - 1 + 1 / 3)
    assert agree(limit, LIMIT, 1e-10)
    # The next term is O(1/K), read off the stored values as about 0.025/K.
    tolerance = 0.1 / k + 1e-14 * k
    assert agree((k + 1) * excess(MEANS, torch.arange(3), k), LIMIT, tolerance)


@pytest.mark.parametrize("k", LADDER)
@pytest.mark.parametrize("square", [0.25, 1.0, 4.0])
def test_noise_independent_of_the_class_is_a_binomial_sum(k: int, square: float) -> None:
    side = math.sqrt(square)
    x, y = line(side, -side, side, -side), torch.tensor([0, 0, 1, 1])
    found = contrastive_risk(x, y, 2, k)
    assert agree(mean_supervised_risk(x, y, 2), math.log(2), 1e-15)
    assert agree(found, binomial_log_sum(k + 1, square), rounding(x, found) / 1e3 + 1e-12)
    # ln cosh(L^2) below the intercept, approached from inside at the rate 1/K.
    assert -math.log(math.cosh(square)) <= excess(x, y, k) + 1e-9
    assert excess(x, y, k) <= -math.log(math.cosh(square)) + math.sinh(square) ** 2 / k


def binomial_log_sum(n: int, a: float) -> float:
    """E ln(sum of n fair e^{+-a}), within twelve standard deviations of the middle."""
    width = int(6 * math.sqrt(n)) + 2
    m = torch.arange(max(0, n // 2 - width), min(n, n // 2 + width) + 1, dtype=torch.float64)
    log_binomial = -torch.lgamma(m + 1) - torch.lgamma(n - m + 1)
    weights = log_binomial.softmax(dim=0)  # normalised by its own sum
    return float(weights @ (math.log(n) + (math.exp(-a) + m / n * 2 * math.sinh(a)).log()))


@pytest.mark.parametrize(
    ("c", "k", "floor"),
    [  # tabulated for the simplex of unit norm
        (50, 1, 0.31552057),
        (50, 10, 1.5527747),
        (50, 50, 2.9781762),
        (50, 99, 3.6360137),
        (100, 1, 0.31438104),
        (100, 10, 1.5478787),
        (100, 50, 2.9715419),
        (100, 99, 3.6290842),
    ],
)
def test_the_simplex_sits_on_its_floor(c: int, k: int, floor: float) -> None:
    assert agree(contrastive_risk(simplex(c), torch.arange(c), c, k), floor, 6e-8)


@pytest.mark.parametrize("norm", [1.0, 4.0])
def test_grows_with_the_number_of_negatives(norm: float) -> None:
    world = draw_world(sizes=[3, 2, 4], d=2, norm=norm, seed=8, skew=1.0)
    risks = [float(contrastive_risk(world.x, world.y, world.prior, k)) for k in LADDER]
    assert risks == sorted(risks)
    # In the end the mean of e^s is what it is.
    assert risks[-1] - risks[-2] == pytest.approx(math.log(10), rel=1e-2)


def exponentials(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> tuple[int, int]:
    """How many elements `expm1` sees in all, and at most at a time."""
    sizes: list[int] = []
    original = torch.expm1

    def counted(x: Tensor) -> Tensor:
        sizes.append(x.numel())
        return original(x)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "expm1", counted)
        call()
    return sum(sizes), max(sizes)


def test_evaluations_do_not_follow_the_number_of_negatives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = draw_world(sizes=[30, 40, 30], d=3, norm=1.0, seed=2)

    def count(k: int) -> int:
        return exponentials(
            monkeypatch, lambda: contrastive_risk(world.x, world.y, world.prior, k)
        )[0]

    n_nodes = count(1) / (100 * 100)
    assert 16 * 20 <= n_nodes <= 16 * 27  # 45 units of u in panels of 2, and psi and phi
    # ln(10^6 + 1) more units of u before anything happens: seven panels, and no factor.
    assert count(10**6) <= count(1) + 7 * 16 * 101 * 100


def test_memory_is_a_tile_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = draw_world(sizes=[60, 90], d=3, norm=1.0, seed=2)
    x = world.x.clone().requires_grad_()
    monkeypatch.setattr(_quadrature, "_TILE", 2**15)
    kept: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        _, most = exponentials(
            monkeypatch, lambda: contrastive_risk(x, world.y, world.prior, 10**6)
        )
    assert most <= 2**15
    assert max(tensor.numel() for tensor in kept) <= x.numel()


@pytest.mark.parametrize("tile", [1, 2**12, 2**22])
def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch, tile: int) -> None:
    world = draw_world(sizes=[4, 7, 3], d=3, norm=2.0, seed=2, skew=1.0)

    def value_and_gradient() -> tuple[Tensor, Tensor]:
        x = world.x.clone().requires_grad_()
        value = contrastive_risk(x, world.y, world.prior, 1000)
        return value, torch.autograd.grad(value, x)[0]

    wanted = value_and_gradient()
    monkeypatch.setattr(_quadrature, "_TILE", tile)
    for found, same in zip(value_and_gradient(), wanted, strict=True):
        assert agree(found, same.detach(), world.exact)


@pytest.mark.parametrize("k", [10**4, 10**6])
def test_two_hundred_points_tend_to_the_logarithm_of_the_mean(k: int) -> None:
    world = draw_world(sizes=[20] * 10, d=16, norm=1.0, seed=2)
    scores = world.x @ world.x.mT
    same = (world.y[:, None] == world.y).double() / 20
    moment = scores.exp().mean(dim=1)
    # ln(sum over K + 1) = ln K m + (e^s_0/m - Var e^s/(2 m^2))/K + O(K^-2), the delta method.
    correction = (same * scores.exp()).sum(dim=1) / moment - (
        (2 * scores).exp().mean(dim=1) / moment.square() - 1
    ) / 2
    limit = (math.log(k) + moment.log() + correction / k - (same * scores).sum(dim=1)).mean()
    found = contrastive_risk(world.x, world.y, 10, k)
    assert agree(found, limit, (math.exp(2) / k) ** 2 + rounding(world.x, 0.0))
