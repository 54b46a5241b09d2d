"""The adversary climbs, stays in its ball, and finds the counterexamples that are known."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from theory.claims import all_claims
from theory.claims.bao2022._ascent import ascend, random_starts, retract
from theory.claims.bao2022._centred import mean_excess
from theory.claims.bao2022._models import RiskModel, exact_gap
from theory.claims.bao2022.brier import brier_excess
from theory.claims.bao2022.class_mean import class_mean_excess

SEARCH_NOISE = 1e-12  # what an ascent may show at equality: it found nothing above


def labels(n_classes: int, n_per_class: int) -> Tensor:
    return torch.arange(n_classes).repeat_interleave(n_per_class)


def search(
    objective: Callable[[Tensor], Tensor],
    shape: tuple[int, int, int],
    norm_squared: float,
    *,
    steps: int = 40,
    seed: int = 0,
) -> tuple[float, Tensor]:
    """Highest value found, and where."""
    radius = math.sqrt(norm_squared)
    generator = torch.Generator().manual_seed(seed)
    end = ascend(objective, random_starts(shape, radius, generator=generator), radius, steps=steps)
    return end.highest, end.best


def excess(n_classes: int, n_per_class: int, n_negatives: int) -> Callable[[Tensor], Tensor]:
    """Gap above the intercept of constant features."""
    classes = labels(n_classes, n_per_class)
    intercept = math.log(n_classes) - math.log1p(n_negatives)
    return lambda x: exact_gap(x, classes, n_classes, n_negatives) - intercept


def test_a_quadratic_is_climbed_to_the_edge_and_no_start_ever_falls() -> None:
    target = torch.tensor([3.0, 4.0], dtype=torch.float64)

    def objective(x: Tensor) -> Tensor:
        return -(x - target).square().sum(dim=(-2, -1))

    starts = random_starts((5, 1, 2), 1.0, generator=torch.Generator().manual_seed(1))
    before, end = objective(starts), ascend(objective, starts, 1.0, steps=200)
    assert bool((end.values >= before).all())
    assert torch.allclose(end.features, (target / 5).expand(5, 1, 2), atol=1e-6)
    assert end.highest == pytest.approx(-16.0, abs=1e-10)


def test_starts_and_ends_lie_in_the_ball() -> None:
    generator = torch.Generator().manual_seed(2)
    for radius in (0.0, 1e-3, 1.0, 4.0):
        starts = random_starts((7, 6, 3), radius, generator=generator)
        end = ascend(lambda x: x.square().sum(dim=(-2, -1)), starts, radius, steps=5)
        for x in (starts, end.features):
            assert bool((x.norm(dim=-1) <= radius * (1 + 1e-15)).all())
    zeros = torch.zeros(1, 2, 3, dtype=torch.float64)
    assert torch.equal(retract(zeros, 0.0), zeros)


def test_a_plateau_is_left_alone() -> None:
    starts = torch.ones(2, 3, 1, dtype=torch.float64)
    end = ascend(lambda x: 0.0 * x.sum(dim=(-2, -1)), starts, 1.0, steps=9)
    assert torch.equal(end.features, starts)


@pytest.mark.parametrize(
    ("claim", "shape", "n_negatives", "norm_squared"),
    [
        ("gap-intercept-two-class", (2, 2, 1), 1, 2.0),
        ("gap-intercept-two-class", (2, 3, 2), 1, 2.0),
        ("gap-intercept-two-class", (2, 2, 2), 1000, 2.0),
        ("gap-intercept-small-norm", (3, 2, 2), 1, 0.8),
        ("gap-intercept-small-norm", (3, 2, 2), 5, 0.8),
        ("gap-intercept-small-norm", (5, 1, 2), 64, 0.8),
        ("gap-intercept-one-negative", (3, 2, 1), 1, 0.909),
        ("gap-intercept-one-negative", (4, 1, 3), 1, 0.909),
        ("gap-unit-norm", (3, 2, 2), 2, 1.0),
    ],
)
def test_no_ascent_at_the_edge_passes_the_bound(
    claim: str, shape: tuple[int, int, int], n_negatives: int, norm_squared: float
) -> None:
    n_classes, n_per_class, d = shape
    objective = excess(n_classes, n_per_class, n_negatives)
    highest, best = search(objective, (4, n_classes * n_per_class, d), norm_squared)
    case = RiskModel(
        features=best,
        classes=labels(n_classes, n_per_class),
        prior=n_classes,
        n_negatives=n_negatives,
        radius=math.sqrt(norm_squared),
    )
    assert all_claims()[f"bao2022-{claim}"].compare(case).outcome != "violated"
    assert highest <= SEARCH_NOISE


def test_beyond_two_the_counterexample_of_two_classes_is_found() -> None:
    for n_per_class in (1, 2):
        highest, best = search(excess(2, n_per_class, 1), (6, 2 * n_per_class, 1), 3.0)
        assert 0.00350798330684 <= highest < 0.003508
        assert float(best.abs().max()) == pytest.approx(math.sqrt(3.0))
    ratio = search(excess(2, 1, 1), (6, 2, 1), 3.0)[1].abs()
    assert float(ratio.min() / ratio.max()) == pytest.approx(0.755, abs=2e-3)


def test_the_largest_norm_of_a_proved_intercept_is_the_last() -> None:
    assert search(excess(2, 1, 1), (6, 2, 1), 2.2)[0] > 1e-6
    assert search(excess(3, 1, 1), (6, 3, 1), 3.0)[0] > 1e-3


# A search, not a proof: between the proved norms and 2 the intercept is a conjecture.
@pytest.mark.parametrize(
    ("shape", "n_negatives", "norm_squared"),
    [
        ((3, 2, 1), 1, 2.0),
        ((3, 1, 2), 1, 1.5),
        ((3, 2, 2), 4, 2.0),
        ((4, 1, 2), 16, 2.0),
        ((3, 2, 1), 2, 1.0),
    ],
)
def test_a_search_finds_nothing_above_the_conjectured_intercept(
    shape: tuple[int, int, int], n_negatives: int, norm_squared: float
) -> None:
    n_classes, n_per_class, d = shape
    objective = excess(n_classes, n_per_class, n_negatives)
    highest, _ = search(objective, (4, n_classes * n_per_class, d), norm_squared)
    assert highest <= SEARCH_NOISE


@pytest.mark.parametrize(("n_classes", "at_least"), [(3, 0.0100561893), (5, 0.03)])
def test_the_class_means_alone_are_climbed_above_the_intercept(
    n_classes: int, at_least: float
) -> None:
    classes = labels(n_classes, 2)

    def objective(x: Tensor) -> Tensor:
        return class_mean_excess(x, classes)

    assert search(objective, (40, len(classes), 1), 2.0, steps=200)[0] >= at_least
    assert search(objective, (8, len(classes), 1), 0.909)[0] <= SEARCH_NOISE


@pytest.mark.parametrize(("n_classes", "d"), [(2, 1), (8, 1), (8, 2), (30, 1)])
def test_no_ascent_passes_the_brier_score_or_the_risk_of_the_uniform_guess(
    n_classes: int, d: int
) -> None:
    classes = labels(n_classes, 2)
    shape = (6, len(classes), d)
    assert search(lambda x: brier_excess(x, classes), shape, 1.0)[0] <= SEARCH_NOISE
    assert search(lambda x: mean_excess(x, classes), shape, 1.61)[0] <= SEARCH_NOISE


def test_with_larger_norms_both_are_passed() -> None:
    classes = labels(20, 2)
    shape = (12, 40, 1)
    assert search(lambda x: brier_excess(x, classes), shape, 2.0, steps=150)[0] > 1e-3
    assert search(lambda x: mean_excess(x, classes), shape, 2.0, steps=150)[0] > 1e-3
