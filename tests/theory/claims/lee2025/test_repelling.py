"""The repelling claims against listed draws in fifty digits, worked values, and broken bounds."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.strategies import parameters
from tests.theory.prototypes.exact import as_mp, dot, mean
from theory.claims import Claim, all_claims
from theory.claims.lee2025 import repel_batches as batches
from theory.claims.lee2025 import repel_label_free as label_free
from theory.claims.lee2025 import repel_norm_constant as norm_constant
from theory.claims.lee2025._population import Population
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, Anchors
from theory.claims.lee2025.repel_cosine import SIXTY
from theory.verify import verify

CLAIMS = all_claims()
SEEDS = st.integers(0, 2**31 - 1)
ULP = math.ulp(1.0)
DIGITS = mpmath.mpf("1e-45")  # what fifty digits leave of sums of size 1


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"lee2025-repel-{name}"]


class Exact:
    """One anchor of a case: the similarities of the others to it, in fifty digits."""

    def __init__(self, case: Anchors, at: int) -> None:
        """By item and view, and by class."""
        views, u = as_mp(case.population.z), as_mp(case.u[:, None])[at][0]
        self.alpha, labels = mpmath.mpf(case.alpha), case.population.labels.tolist()
        self.own = int(case.item[at])
        self.of_item = [[dot(u, z) for z in item] for item in views]
        others = sorted(set(labels) - {labels[self.own]})
        members = {y: [i for i, label in enumerate(labels) if label == y] for y in others}
        self.of_class = [[s for i in members[y] for s in self.of_item[i]] for y in others]
        self.fewest = min(map(len, members.values()))
        self.to_prototypes = [mpmath.fsum(s) / len(s) for s in self.of_class]
        means = [mean([z for i in members[y] for z in views[i]]) for y in others]
        self.lengths = [mpmath.sqrt(dot(m, m)) for m in means]

    def soft(self, values: Any, steepness: Any = 1) -> Any:
        """(1/alpha) log sum e^{alpha steepness s}."""
        total = mpmath.fsum(mpmath.exp(self.alpha * steepness * s) for s in values)
        return mpmath.log(total) / self.alpha

    def log_form(self, steepness: Any) -> Any:
        """(1/alpha) log sum of the classes' means of e^{alpha steepness s}."""
        of_class = zip(self.of_class, steepness, strict=True)
        means = [
            mpmath.fsum(mpmath.exp(self.alpha * t * s) for s in row) / len(row)
            for row, t in of_class
        ]
        return mpmath.log(mpmath.fsum(means)) / self.alpha

    def over_classes(self) -> Any:
        """The mean soft maximum of one independent draw per class."""
        draws = list(itertools.product(*self.of_class))
        return mpmath.fsum(self.soft(draw) for draw in draws) / len(draws)

    def over_items(self) -> list[Any]:
        """The label-free bounds: by all views, by one drawn view per item, by everything."""
        others = [row for i, row in enumerate(self.of_item) if i != self.own]
        shift = mpmath.log(self.fewest) / self.alpha
        k, n = len(others[0]), len(self.of_item)
        every = self.soft(itertools.chain(*others)) - mpmath.log(k) / self.alpha
        draws = list(itertools.product(*others)) if k ** (n - 1) < 300 else []
        single = mpmath.fsum(map(self.soft, draws)) / len(draws) if draws else mpmath.nan
        whole = self.soft(itertools.chain(*self.of_item)) - mpmath.log(k) / self.alpha
        return [every - shift, single - shift, whole - shift]


def sides(name: str, case: Any) -> tuple[Any, Any]:
    left, right = (side(case) for side in (claim(name).measured, claim(name).bound))
    return np.asarray(left), right


def near(found: float, exact: Any, case: Anchors, scale: float = 1.0) -> bool:
    return bool(abs(found - exact) <= scale * case.roundoff)


@given(point=parameters(claim("chain")), seed=SEEDS)
def test_three_levels_by_listing_the_draws(point: dict[str, Any], seed: int) -> None:
    case: Anchors = claim("chain").case(seed=seed, **point)
    left, right = sides("chain", case)
    at = seed % len(case.u)
    exact = Exact(case, at)
    smooth, alone = exact.soft(exact.to_prototypes), exact.over_classes()
    together = mpmath.mpf(right[2][at])
    levels = [max(exact.to_prototypes), smooth, alone, exact.log_form([1] * len(exact.lengths))]
    assert all(a <= b + DIGITS for a, b in itertools.pairwise(levels))
    assert all(near(left[i][at], levels[j], case) for i, j in ((0, 0), (1, 1), (2, 1), (3, 2)))
    assert all(near(right[i][at], levels[j], case) for i, j in ((0, 1), (1, 2), (3, 3), (4, 3)))
    assert smooth - case.roundoff <= together <= levels[3] + case.roundoff
    spread = mpmath.log(len(exact.lengths)) / exact.alpha
    assert -DIGITS <= smooth - levels[0] <= spread + DIGITS
    excess, ends = sides("sandwich", case)
    assert near(excess[at], smooth - levels[0], case)
    assert near(ends.upper, spread, case)


def test_draws_that_come_together() -> None:
    """Three sorted rows against two: their quantiles meet in sixths."""
    case: Anchors = claim("chain").case(
        **{**ONE_VIEW_EACH, "n_classes": 3, "n_max": 3, "imbalance": "staircase"}, seed=3
    )
    _, right = sides("chain", case)
    exact = Exact(case, 5)  # the last class has one item, so that it meets three rows and two
    long, short = (sorted(row) for row in exact.of_class)
    assert (len(long), len(short)) == (3, 2)
    sixths = [exact.soft((long[j // 2], short[j // 3])) for j in range(6)]
    assert near(right[2][5], mpmath.fsum(sixths) / 6, case)


@given(point=parameters(claim("single-view")), seed=SEEDS)
def test_label_free_bounds_by_listing_the_views(point: dict[str, Any], seed: int) -> None:
    case: Anchors = claim("single-view").case(seed=seed, **point)
    at = seed % len(case.u)
    exact = Exact(case, at)
    every, single, whole = exact.over_items()
    assert max(exact.to_prototypes) - DIGITS <= single <= every + DIGITS
    assert every <= whole
    assert near(np.asarray(label_free.single_view(case))[at], single, case)
    left, right = sides("label-free", case)
    assert near(left[0][at], max(exact.to_prototypes), case)
    assert near(left[1][at], every, case)
    assert near(right[1][at], whole, case)


@given(point=parameters(claim("norm-constant")), seed=SEEDS)
def test_normalised_prototypes_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case: Anchors = claim("norm-constant").case(seed=seed, **point)
    at = seed % len(case.u)
    exact = Exact(case, at)
    cosines = [a / r for a, r in zip(exact.to_prototypes, exact.lengths, strict=True)]
    scale = 1 / case.nu**2  # a norm is off by a rounding, and divides an exponent
    ones = [1] * len(cosines)
    assert near(sides("cosine-literal", case)[0][at], max(cosines), case, scale)
    assert near(sides("cosine-literal", case)[1][at], exact.log_form(ones), case, scale)
    by_temperature = exact.log_form([1 / r for r in exact.lengths])
    assert near(sides("cosine-temperature", case)[1][at], by_temperature, case, scale)
    assert near(sides("norm-constant", case)[1][at], exact.log_form([1 / case.nu] * len(ones)),
                case, scale)  # fmt: skip
    at_largest = cosines.index(max(cosines))
    remainder = (1 - exact.lengths[at_largest]) * max(0, max(cosines))
    sharp = max(exact.to_prototypes) + remainder
    loose = exact.log_form(ones) + 1 - min(exact.lengths)
    assert max(cosines) <= min(by_temperature, sharp) + DIGITS
    assert sharp <= loose + 4 * ULP  # rows are unit to within their rounding
    assert near(sides("cosine-additive", case)[1][1][at], loose, case, scale)


def plane(*degrees: tuple[float, float], alpha: float) -> Anchors:
    """One item of two views per class, u along the first axis in the first class."""
    turn = torch.deg2rad(torch.tensor([(0.0, 0.0), *degrees], dtype=torch.float64))
    z = torch.stack([turn.cos(), turn.sin()], dim=-1)
    found = Population(z=z, labels=torch.arange(len(z)), alpha=alpha)
    return Anchors(population=found, u=z[:1, 0], item=torch.tensor([0]))


def test_worked_value_of_the_failing_reading() -> None:
    case = plane((60, -60), (240, 120), alpha=2.0)
    left, right = sides("cosine-literal", case)
    assert abs(left[0] - 1.0) < 4 * ULP
    assert abs(right[0] - 0.563464005521486248) < 4 * ULP
    assert abs(case.largest.item() - 0.5) < 4 * ULP
    assert claim("cosine-literal").compare(case).outcome == "violated"
    for repaired in ("cosine-temperature", "cosine-additive", "norm-constant"):
        assert claim(repaired).compare(case).outcome != "violated"


@pytest.mark.parametrize("alpha", [0.1, 1.0, 50.0])
def test_two_views_at_sixty_degrees_fail_at_every_temperature(alpha: float) -> None:
    check = claim("cosine-literal").check(**{**SIXTY, "alpha": alpha})
    assert abs(check.measured - 1.0) < 8 * ULP
    assert abs(check.bound - 0.5) < 64 * ULP * (1 + 1 / alpha)


def test_items_do_not_stand_for_normalised_prototypes() -> None:
    case: Anchors = claim("instances").case(**SIXTY)
    left, right = sides("instances", case)
    assert (case.to_directions.amax(dim=1) > 0.5 + torch.tensor(right).amax(dim=0) - 1e-9).all()
    assert np.allclose(left, 0.5, atol=8 * ULP)


def test_worked_value_without_the_sign() -> None:
    case: Anchors = claim("norm-constant-literal").case(**norm_constant.BEHIND)
    left, right = sides("norm-constant-literal", case)
    assert abs(left[0] + 0.3) < 8 * ULP
    assert f"{right[0]:.11f}" == "-0.99999999979"
    assert abs(case.nu - 0.1) < 8 * ULP
    turned: Anchors = claim("norm-constant").case(**norm_constant.BEHIND)
    assert torch.equal(turned.u[0], -case.u[0])


def test_supremum_of_the_failure_is_approached_and_not_passed() -> None:
    for degrees in (80.0, 89.0, 89.9):
        case = plane((degrees, -degrees), (180, 180), alpha=5.0)
        left, right = sides("cosine-literal", case)
        assert left[0] - right[0] < supremum(3, 5.0)
    assert left[0] - right[0] > supremum(3, 5.0) - 0.002


def supremum(n_classes: int, alpha: float) -> float:
    return 1.0 - math.log1p((n_classes - 2) * math.exp(-alpha)) / alpha


@pytest.mark.slow
def test_ascent_finds_violations_of_the_failing_reading_up_to_its_supremum() -> None:
    """K = 3, alpha = 5, two views per class in the plane and in space."""
    best = []
    for d in (2, 4):
        theta = torch.randn(64, 2, 2, d, generator=torch.Generator().manual_seed(d)).double()
        climber = torch.optim.Adam([theta.requires_grad_()], lr=0.05)
        for _ in range(600):
            theta.grad = -torch.autograd.grad(violation(theta).sum(), theta)[0]
            climber.step()
        best.append(float(violation(theta.detach()).max()))
        assert float(violation(theta.detach()).max()) < supremum(3, 5.0)
    assert max(best) > 0.98


def violation(theta: Tensor) -> Tensor:
    """Left side less right side for views (start, class, view, d) and u the first axis."""
    z = torch.nn.functional.normalize(theta, dim=-1)
    cosine = torch.nn.functional.normalize(z.mean(dim=2), dim=-1)[..., 0].amax(dim=1)
    return cosine - ((5.0 * z[..., 0]).flatten(1).logsumexp(dim=1) - math.log(2)) / 5.0


PRINTED = {
    1: 0.180259,
    2: 0.358318,
    3: 0.494821,
    5: 0.684920,
    9: 0.878950,
    10: 0.905750,
    100: 1.028673,
}


@pytest.mark.parametrize(("n_draws", "printed"), PRINTED.items())
def test_printed_values_of_independent_draws(n_draws: int, printed: float) -> None:
    case: batches.Draws = claim("iid-batch-literal").case(**{**batches.FEW, "n_draws": n_draws})
    value = batches.read_literally(case)
    assert f"{value:.6f}" == f"{printed:.6f}"
    assert (value < batches.hardest(case)) == (n_draws <= 9)
    if n_draws <= 5:
        assert abs(value - by_products(case, n_draws) - math.log(10) / 10) < case.roundoff


def test_limit_of_independent_draws() -> None:
    case: batches.Draws = claim("iid-batch-literal").case(**batches.FEW)
    pairs = zip(case.values, case.weights, strict=True)
    log_mean = math.log(math.fsum(w * math.exp(case.alpha * s) for s, w in pairs))
    assert f"{(log_mean + math.log(10)) / 10:.6f}" == "1.031327"


@given(point=parameters(claim("batch-monotone")), seed=SEEDS)
def test_independent_draws_by_listing_them(point: dict[str, Any], seed: int) -> None:
    case: batches.Draws = claim("batch-monotone").case(seed=seed, **point)
    b = min(case.n_draws, 4)
    assert abs(batches.log_of_the_mean(case, b) - by_products(case, b)) <= case.roundoff


def by_products(case: batches.Draws, n_draws: int) -> float:
    """E (1/alpha) log of the mean over all ordered draws."""
    mpmath.mp.dps = 50
    pairs = list(zip(case.values, case.weights, strict=True))
    total = mpmath.mpf(0)
    for drawn in itertools.product(pairs, repeat=n_draws):
        weight = mpmath.fprod(w for _, w in drawn)
        powers = mpmath.fsum(mpmath.exp(mpmath.mpf(case.alpha) * s) for s, _ in drawn)
        total += weight * mpmath.log(powers / n_draws)
    return float(total / case.alpha)


def test_only_other_classes_count_for_the_smallest() -> None:
    """Five items against one: the lone item is a class of its own, and its bound is attained."""
    point = {**ONE_VIEW_EACH, "n_max": 5, "imbalance": "one-large", "d": 1, "layout": "poles"}
    case: Anchors = claim("label-free").case(**point)
    assert case.fewest.tolist() == [1.0] * 5 + [5.0]
    left, right = sides("label-free", case)
    assert abs(right[0][5] - left[0][5]) <= case.roundoff


def saboteurs() -> Iterator[Any]:
    """Bounds that are not the claims'."""

    def largest_class(case: Anchors) -> Any:
        shift = math.log(max(case.population.sizes)) / case.alpha
        return (case.label_free() + case.fewest.log() / case.alpha - shift).numpy()

    def largest_class_single(case: Anchors) -> Any:
        shift = math.log(max(case.population.sizes)) / case.alpha
        return (label_free.single_view(case) + case.fewest.log() / case.alpha - shift).numpy()

    def views_divided_twice(case: Anchors) -> Any:
        return (case.label_free() - math.log(case.population.z.shape[1]) / case.alpha).numpy()

    def raw_for_cosine(case: Anchors) -> Any:
        return case.log_form().numpy()

    def mean_over_classes(case: Anchors) -> Any:
        return (case.log_form() - math.log(len(case.lengths) - 1) / case.alpha).numpy()

    yield pytest.param("label-free", largest_class, id="n_max for n_min")
    yield pytest.param("label-free", views_divided_twice, id="log k twice")
    yield pytest.param("single-view", largest_class_single, id="n_max for n_min, single view")
    yield pytest.param("cosine-temperature", raw_for_cosine, id="raw for cosine, temperature")
    yield pytest.param("cosine-additive", raw_for_cosine, id="raw for cosine, remainder")
    yield pytest.param("norm-constant", raw_for_cosine, id="raw for cosine, nu")
    yield pytest.param("chain", mean_over_classes, id="mean over the classes")
    yield pytest.param(
        "instances", lambda case: case.largest.numpy() - 1e-9, id="below a prototype"
    )
    yield pytest.param("label-free", lambda case: math.nan, id="NaN")
    yield pytest.param(
        "batch-monotone", lambda case: batches.log_of_the_mean(case, 1), id="one draw"
    )


@pytest.mark.parametrize(("name", "bound"), list(saboteurs()))
def test_saboteur_is_violated(name: str, bound: Callable[[Any], Any]) -> None:
    broken = dataclasses.replace(claim(name), bound=bound)
    assert verify(broken, 60, torch.Generator().manual_seed(0)).outcome == "violated"


def test_a_bound_that_forgets_the_views_is_no_longer_attained() -> None:
    """Without 1/k in the mean over views the bound holds, and says less: log k/alpha."""
    true = claim("label-free")

    def forgotten(case: Anchors) -> Any:
        return np.asarray(true.bound(case)) + math.log(case.population.z.shape[1]) / case.alpha

    still = {**ONE_VIEW_EACH, "k": 3, "layout": "still"}
    assert true.check(**still).attained
    assert not dataclasses.replace(true, bound=forgotten).check(**still).attained


@pytest.mark.parametrize(
    "name", ["sandwich", "chain", "label-free", "single-view", "cosine-temperature",
             "cosine-additive", "norm-constant", "instances"]
)  # fmt: skip
def test_single_precision_stays_within_its_rounding(name: str) -> None:
    verdict = verify(claim(name), 60, torch.Generator().manual_seed(3), dtype=torch.float32)
    assert verdict.outcome == "holds", verdict
