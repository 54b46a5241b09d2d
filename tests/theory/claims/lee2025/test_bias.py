"""The claims on the bias and on accuracy against other arithmetic, and broken ones found out."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import parameters
from tests.theory.prototypes.exact import Exact, as_mp
from theory.claims import Claim, all_claims
from theory.claims.lee2025._population import Population, build_population
from theory.claims.lee2025.accuracy import COLLAPSE
from theory.claims.lee2025.bias import Drawing, every_draw, expected
from theory.prototypes import (
    PrototypeBias,
    nearest_prototype_bound,
    nearest_prototype_error,
    prototype_bias,
)
from theory.verify import verify

CLAIMS = all_claims()
SEEDS = st.integers(0, 2**31 - 1)


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"lee2025-{name}"]


@given(point=parameters(claim("variance-split")), seed=SEEDS)
def test_squared_bias_lies_below_the_class_variance(point: dict[str, Any], seed: int) -> None:
    case: Population = claim("variance-split").case(seed=seed, **point)
    # 0 <= B2sq_y <= 1 - R_y^2 <= 1, class by class.
    for y, prototype in enumerate(case.class_means):
        own = case.labels == y
        squared = prototype_bias(case.z[own], case.labels[own]).squared.item()
        spread = 1 - float(prototype @ prototype)
        assert 0 <= squared <= spread + 2 * case.roundoff
        assert spread <= 1


def drawing(seed: int) -> Drawing:
    case: Drawing = claim("debiased-bias").case(
        seed=seed,
        sizes=(1, 2),
        n_views=2,
        draws=2,
        d=2,
        layout="random",
        item_scale=1.0,
        view_scale=1.0,
    )
    return case


def one_by_one(case: Drawing) -> list[PrototypeBias]:
    """The bias of each draw by itself."""
    views, labels = every_draw(case)
    n = len(case.population.labels)
    parts = zip(torch.split(views, n), torch.split(labels, n), strict=True)
    return [prototype_bias(z, y % (int(case.population.labels.max()) + 1)) for z, y in parts]


@pytest.mark.parametrize("seed", range(3))
def test_draw_by_draw(seed: int) -> None:
    """The claim puts all draws into one call: here they are measured one by one."""
    case = drawing(seed)
    each = one_by_one(case)
    assert len(each) == 4**3
    debiased = [bias.debiased_squared.item() for bias in each]
    plug_in = [bias.squared.item() for bias in each]
    truth = Exact(as_mp(case.population.z), case.population.labels.tolist()).squared
    assert np.asarray(expected(case)) == pytest.approx(
        [np.mean(debiased), np.mean(plug_in)], abs=1e-14
    )
    assert abs(math.fsum(debiased) / 4**3 - truth) < 1e-14


def test_the_inflation_as_a_fraction() -> None:
    """Two items with views +-e_1 and +-e_2: B2sq = 0, plug-in 1/4 = (1 - 1/2)(1 - 0)/2."""
    z = torch.tensor([[[1.0, 0], [-1, 0]], [[0, 1], [0, -1]]], dtype=torch.float64)
    case = Drawing(population=Population(z=z, labels=torch.tensor([0, 0])), draws=2)
    # By hand: each item's mean of two draws is 0 or +-1 with probability 1/2; the squared bias is
    # (||m_1||^2 + ||m_2||^2)/4, the means being orthogonal.
    by_hand = sum(Fraction(a + b, 4) for a in (0, 1) for b in (0, 1)) / 4
    assert by_hand == Fraction(1, 4)
    assert expected(case) == [0.0, 0.25]


def test_views_have_the_remainder_for_their_bias() -> None:
    """Every view an item of its own: B_y = 1 - R_y^2, and the claim speaks of single views."""
    point = {**COLLAPSE, "n_max": 4, "k": 3, "d": 3, "layout": "random", "of": "views"}
    case: Population = claim("nearest-prototype-error").case(seed=1, **point)
    assert case.z.shape == (2 * 4 * 3, 1, 3)
    squared = prototype_bias(case.z, case.labels).squared.item()
    remainder = 1 - case.class_means.square().sum(dim=1).mean().item()
    assert math.isclose(squared, remainder, rel_tol=1e-12)


def test_markov_is_sharp_at_ties() -> None:
    """Class 0 halfway to its neighbours on both sides: all err, and 4 B/Delta^2 = 1."""
    heights = {0: (0.25, -0.25), 1: (0.5,), 2: (-0.5,)}
    rows = [
        [[h, math.sqrt(1 - h * h)], [h, -math.sqrt(1 - h * h)]]
        for hs in heights.values()
        for h in hs
    ]
    z, labels = torch.tensor(rows, dtype=torch.float64), torch.tensor([0, 0, 1, 2])
    assert nearest_prototype_error(z, labels).item() == 0.5
    assert nearest_prototype_bound(z, labels).item() == pytest.approx(0.5, abs=1e-15)


def test_less_bias_is_not_more_accuracy() -> None:
    """No bias and no accuracy; no bias and full accuracy."""
    literal = claim("bias-accuracy-literal")
    assert literal.counterexample is not None
    check = literal.check(**literal.counterexample)
    assert (check.measured, check.bound) == (1.0, 0.0)
    apart = build_population(
        generator=torch.Generator(), **{**COLLAPSE, "d": 2, "layout": "simplex"}
    )
    assert prototype_bias(apart.z, apart.labels).raw.item() == 0.0
    assert nearest_prototype_error(apart.z, apart.labels).item() == 0.0


def saboteurs() -> Iterator[Any]:
    """Claims with one side that is not theirs."""

    def biased(case: Drawing) -> Any:
        plug_in = np.asarray(expected(case))[1]
        return [plug_in, plug_in]

    def divided_by_k(case: Drawing) -> Any:
        debiased, plug_in = np.asarray(expected(case))
        return [plug_in - (plug_in - debiased) * (case.draws - 1) / case.draws, plug_in]

    def sample_variance(case: Population) -> Any:
        sides = np.array(claim("variance-split").measured(case))
        sizes = np.array(case.sizes)
        sides[0] *= sizes / np.maximum(sizes - 1, 1)
        return sides

    def fraction(of: float) -> Callable[[Population], float]:
        return lambda case: of * nearest_prototype_bound(case.z, case.labels).item()

    def mean_separation(case: Population) -> float:
        bias = prototype_bias(case.z, case.labels)
        try:
            return min(1.0, 2.0 * bias.relative.item())
        except ValueError:
            return 1.0

    yield pytest.param("debiased-bias", {"measured": biased}, 60, id="biased square")
    yield pytest.param("debiased-bias", {"measured": divided_by_k}, 60, id="k for k - 1")
    yield pytest.param("variance-split", {"measured": sample_variance}, 60, id="ddof")
    yield pytest.param("nearest-prototype-error", {"bound": fraction(0.9)}, 60, id="0.9 of it")
    yield pytest.param("nearest-prototype-error", {"bound": mean_separation}, 300, id="relative")
    yield pytest.param("variance-split", {"bound": lambda case: math.nan}, 60, id="NaN")


@pytest.mark.parametrize(("name", "changes", "cases"), list(saboteurs()))
def test_saboteur_is_violated(name: str, changes: dict[str, Any], cases: int) -> None:
    broken = dataclasses.replace(claim(name), **changes)
    assert verify(broken, cases, torch.Generator().manual_seed(0)).outcome == "violated"


def test_clipping_would_bring_a_bias_back() -> None:
    def clipped(case: Drawing) -> Any:
        each = [bias.debiased_squared.clamp(min=0) for bias in one_by_one(case)]
        return [torch.stack(each).mean().item(), np.asarray(expected(case))[1]]

    broken = dataclasses.replace(claim("debiased-bias"), measured=clipped)
    assert claim("debiased-bias").compare(drawing(0)).outcome == "holds"
    assert broken.compare(drawing(0)).outcome == "violated"


@pytest.mark.parametrize("name", ["variance-split", "debiased-bias", "nearest-prototype-error"])
def test_single_precision_stays_within_its_rounding(name: str) -> None:
    verdict = verify(claim(name), 60, torch.Generator().manual_seed(3), dtype=torch.float32)
    assert verdict.outcome == "holds", verdict
