"""The attracting claims against other arithmetic, their equality cases, and broken ones."""

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

from tests.strategies import parameters
from tests.theory.prototypes.exact import apart, as_mp, dot, mean, unit
from theory.claims import Claim, all_claims
from theory.claims.lee2025._anchors import SIXTY, Anchored
from theory.claims.lee2025._population import Population
from theory.verify import verify

CLAIMS = all_claims()
SEEDS = st.integers(0, 2**31 - 1)


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"lee2025-{name}"]


def anchors(case: Anchored) -> Iterator[tuple[list[Any], list[list[Any]], list[Any]]]:
    """u, the item's views and its class's prototype, item by item, in fifty digits."""
    views, labels = as_mp(case.population.z), case.population.labels.tolist()
    items = [mean(item) for item in views]
    for u, item, y in zip(as_mp(case.u[:, None]), views, labels, strict=True):
        yield u[0], item, mean([m for m, own in zip(items, labels, strict=True) if own == y])


@given(point=parameters(claim("attract-bias")), seed=SEEDS)
def test_triangle_form_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case: Anchored = claim("attract-bias").case(seed=seed, **point)
    left, right = (np.asarray(side(case)) for side in _sides("attract-bias"))
    for at, (u, views, prototype) in enumerate(anchors(case)):
        m = mean(views)
        assert abs(left[at] + dot(u, prototype)) <= case.roundoff
        assert abs(right[at] - (apart(m, prototype) - dot(u, m))) <= 4 * case.roundoff


@given(point=parameters(claim("attract-sharp")), seed=SEEDS)
def test_two_cosines_in_fifty_digits_never_weaker_than_the_triangle(
    point: dict[str, Any], seed: int
) -> None:
    case: Anchored = claim("attract-sharp").case(seed=seed, **point)
    left, right = (np.asarray(side(case)) for side in _sides("attract-sharp"))
    for at, (u, views, prototype) in enumerate(anchors(case)):
        shortest = mpmath.sqrt(min(dot(mean(views), mean(views)), dot(prototype, prototype)))
        u, mbar, long = unit(u), unit(mean(views)), unit(prototype)
        c, rho = dot(u, mbar), dot(long, mbar)
        roots = [mpmath.sqrt(max(0, 1 - x**2)) for x in (c, rho)]
        sharp = roots[0] * roots[1] - c * rho
        allowed = 16 * case.roundoff / float(shortest)
        assert abs(left[at] + dot(u, long)) <= allowed
        assert abs(right[at] - sharp) <= allowed
        # A cosine of 1 in fifty digits has a sine of 0 in twenty-five.
        assert -dot(u, long) <= sharp + mpmath.mpf(10) ** -24
        assert sharp <= apart(long, mbar) - c + mpmath.mpf(10) ** -24


@pytest.mark.parametrize("d", [2, 5])
def test_every_pair_of_cosines_is_attained(d: int) -> None:
    """One item with two views whose mean lies along e_1, in a class with another that tilts it."""
    values = torch.linspace(-1, 1, 9, dtype=torch.float64).tolist()
    for c, rho in itertools.product(values, values):
        u, prototype = torch.zeros(2, d, dtype=torch.float64)
        u[0], u[1] = c, math.sqrt(1 - c * c)
        prototype[0], prototype[1] = rho, -math.sqrt(1 - rho * rho)
        bound = -(c * rho - math.sqrt(1 - c * c) * math.sqrt(1 - rho * rho))
        assert math.isclose(-float(u @ prototype), bound, abs_tol=1e-15)
        other = u * torch.tensor([1.0] + [-1.0] * (d - 1), dtype=torch.float64)
        assert -float(other @ prototype) <= bound + 1e-15


@given(point=parameters(claim("attract-identity")), seed=SEEDS)
def test_identity_through_the_lengths_of_class_means(point: dict[str, Any], seed: int) -> None:
    """The middle expression, -E R_Y^2, and squared <= raw <= sqrt(squared), in fifty digits."""
    identity = claim("attract-identity")
    case: Population = identity.case(seed=seed, **point)
    views, labels = as_mp(case.z), case.labels.tolist()
    items = [mean(item) for item in views]
    total, raw, squared = mpmath.mpf(0), mpmath.mpf(0), mpmath.mpf(0)
    for m, y in zip(items, labels, strict=True):
        prototype = mean([x for x, own in zip(items, labels, strict=True) if own == y])
        total -= dot(prototype, prototype) / len(items)
        raw += apart(m, prototype) / len(items)
        squared += apart(m, prototype) ** 2 / len(items)
    assert abs(float(np.asarray(identity.measured(case))) - total) <= 2 * case.roundoff
    assert squared <= raw + mpmath.mpf(10) ** -14
    assert raw <= mpmath.sqrt(squared) + mpmath.mpf(10) ** -40
    bias = np.asarray(claim("squared-below-raw").measured(case))
    assert abs(bias[0] - squared) <= 2 * case.roundoff
    assert abs(bias[1] - raw) <= 2 * case.roundoff


def test_a_vanishing_class_mean_raises_with_normalised_prototypes() -> None:
    cosine = claim("attract-identity-cosine")
    case = claim("attract-identity").case(**claim("attract-identity").attained_by[0])
    with pytest.raises(ValueError, match=r"need class means of norm > .*, got 0 for label 0"):
        cosine.measured(case)


def test_the_worked_failures() -> None:
    checks = {
        "attract-jensen-literal": (1.0, 0.5),
        "attract-unnormalised-literal": (-1e-4 / math.sqrt(1 + 1e-8), -0.5),
        "repel-distance-literal": (-1.0, -math.sqrt(2)),
    }
    for name, (left, right) in checks.items():
        point = claim(name).counterexample
        assert point is not None
        check = claim(name).check(**point)
        assert math.isclose(check.measured, left, rel_tol=1e-12)
        assert math.isclose(check.bound, right, rel_tol=1e-12)


@given(point=parameters(claim("attract-jensen-literal")), seed=SEEDS)
def test_the_sign_decides_the_jensen_step(point: dict[str, Any], seed: int) -> None:
    """It holds iff E s >= 0 or r = 1; with E s < 0 and r < 1 it is strictly reversed."""
    case: Anchored = claim("attract-jensen-literal").case(seed=seed, **point)
    left, right = (np.asarray(side(case)) for side in _sides("attract-jensen-literal"))
    error = np.asarray(claim("attract-jensen").rounding(case))
    s, r = case.similarity.numpy(), case.r.numpy()
    reversed_ = (s < -1e-6) & (r < 1 - 1e-6) & (error < 1e-13)
    assert (left[reversed_] > right[reversed_]).all()
    assert (left[s >= 0] <= (right + error)[s >= 0]).all()


@given(point=parameters(claim("attract-jensen-expected")), seed=SEEDS)
def test_distinct_views_are_no_more_similar(point: dict[str, Any], seed: int) -> None:
    """E over t != t' is (k r^2 - 1)/(k - 1) <= r^2 <= r; for two views r = sqrt((1 + s)/2)."""
    case: Anchored = claim("attract-jensen-expected").case(seed=seed, **point)
    z, k = case.population.z, point["k"]
    if k > 1:
        pairs = torch.einsum("ntd,nsd->nts", z, z)
        distinct = (pairs.sum(dim=(1, 2)) - k) / (k * (k - 1))
        squared = case.r.square()
        assert ((distinct - (k * squared - 1) / (k - 1)).abs() <= 4 * case.roundoff).all()
        assert (distinct <= squared + 4 * case.roundoff).all()
        if k == 2:
            assert ((case.r - ((1 + distinct) / 2).sqrt()).abs() <= 4e-8).all()


def test_the_attracting_step_holds_for_distances() -> None:
    """||u - E z|| <= E||u - z||: convex, where the repelling step needs the opposite."""
    point: dict[str, Any] = {"k": 8, "d": 3, "alpha": 1.0}
    for layout, seed in itertools.product(("equator", "random"), range(20)):
        case = claim("repel-distance-literal").case(seed=seed, layout=layout, **point)
        to_mean = float((case.u - case.z.mean(dim=0)).norm())
        assert to_mean <= float((case.u - case.z).norm(dim=1).mean()) + 1e-15


def _sides(name: str) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    return claim(name).measured, claim(name).bound


def saboteurs() -> Iterator[Any]:
    """Claims with a bound that is not theirs."""

    def squared_distance(case: Anchored) -> Any:
        surrogate = (case.u * case.means).sum(dim=1)
        return ((case.prototypes - case.means).square().sum(dim=1) - surrogate).numpy()

    def wrong_sign(case: Anchored) -> Any:
        long = torch.nn.functional.normalize(case.prototypes, dim=1)
        c, rho = ((case.surrogates * x).sum(dim=1) for x in (case.u, long))
        return -(c * rho + ((1 - c**2) * (1 - rho**2)).clamp(min=0).sqrt()).numpy()

    def distinct_views(case: Population) -> float:
        k = case.z.shape[1]
        pairs = torch.einsum("ntd,nsd->nts", case.z, case.z).sum(dim=(1, 2))
        similarity = ((pairs - k) / max(1, k * (k - 1))).mean()
        bias = (case.item_means - case.own_means).square().sum(dim=1).mean()
        return float(bias - similarity)

    def equal_classes(case: Population) -> float:
        lengths = case.class_means.square().sum(dim=1)
        return float(-lengths.mean())

    def without_lengths(case: Population) -> float:
        return float(np.asarray(claim("attract-identity").bound(case)))

    def without_sign(case: Anchored) -> Any:
        free = -case.similarity
        return torch.stack([free, free + 1 - case.r]).numpy()

    yield pytest.param("attract-bias", squared_distance, id="squared for raw")
    yield pytest.param("attract-sharp", wrong_sign, id="the wrong side of the plane")
    yield pytest.param("attract-identity", distinct_views, id="distinct views")
    yield pytest.param("attract-identity", equal_classes, id="classes for items")
    yield pytest.param("attract-identity-cosine", without_lengths, id="without R(1-R)")
    yield pytest.param("attract-jensen", without_sign, id="without the sign")
    yield pytest.param("squared-below-raw", lambda case: 0.9, id="a constant")
    yield pytest.param("attract-identity", lambda case: math.nan, id="NaN")


@pytest.mark.parametrize(("name", "bound"), list(saboteurs()))
def test_saboteur_is_violated(name: str, bound: Callable[[Any], Any]) -> None:
    broken = dataclasses.replace(claim(name), bound=bound)
    assert verify(broken, 100, torch.Generator().manual_seed(0)).outcome == "violated"


def test_every_anchor_opposed_to_its_prototype_attains_and_clipped_angles_do_not() -> None:
    sharp, clips = claim("attract-sharp"), 0
    for seed, point in itertools.product(range(5), sharp.attained_by[:2]):
        case: Anchored = sharp.case(seed=seed, **point)
        slack = np.asarray(sharp.bound(case)) - np.asarray(sharp.measured(case))
        assert (np.abs(slack) <= np.asarray(sharp.rounding(case))).all()
        long = torch.nn.functional.normalize(case.prototypes, dim=1)
        c, rho = ((case.surrogates * x).sum(dim=1).clamp(-1, 1) for x in (case.u, long))
        clipped = -(c.arccos() + rho.arccos()).clamp(max=math.pi).cos().numpy()
        clips += int((clipped - np.asarray(sharp.measured(case)) > 0.01).sum())
    assert clips > 0


def test_jensen_with_more_than_a_quarter_is_seen_to_be_missed() -> None:
    expected = claim("attract-jensen-expected")
    point = {name: value for name, value in SIXTY.items() if name != "anchor"}
    assert expected.check(**point).attained
    wrong = dataclasses.replace(
        expected, measured=lambda case: np.asarray(expected.measured(case)) * 1.001
    )
    assert wrong.check(**point).outcome == "violated"


@pytest.mark.parametrize(
    "name",
    [
        "attract-bias",
        "attract-sharp",
        "attract-identity",
        "attract-identity-cosine",
        "squared-below-raw",
        "attract-jensen",
        "attract-jensen-expected",
    ],
)
def test_single_precision_stays_within_its_rounding(name: str) -> None:
    verdict = verify(claim(name), 100, torch.Generator().manual_seed(3), dtype=torch.float32)
    assert verdict.outcome == "holds", verdict
