"""The least objectives by brute force over angles and by descent, and the path at lambda_c."""

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import bounds
from synthetic.free import minimise_free_features
from theory import losses
from theory.claims import all_claims
from theory.claims.lee2025 import free_prototype_minimum
from theory.prototypes import supervised_objective
from theory.verify import verify

Array = NDArray[np.float64]
CLAIMS = all_claims()
EPS = float(np.finfo(np.float64).eps)


def circle(n: int) -> Array:
    turns = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(turns), np.sin(turns)], axis=-1)  # (n, 2)


def configurations(n_points: int, n_rows: int) -> Array:
    """All choices of `n_rows` points of a regular polygon, the first row fixed, (m, r, 2)."""
    points = circle(n_points)
    grid = np.array([(0, *rest) for rest in itertools.product(range(n_points), repeat=n_rows - 1)])
    return np.asarray(points[grid])


def supervised(z: Array, labels: Array, repulsion: float) -> Array:
    """E sup for single views, (m,), from its definition."""
    n_classes = labels.max() + 1
    means = np.stack([z[:, labels == y].mean(axis=1) for y in range(n_classes)], axis=1)
    scores = np.einsum("mnd,mcd->mnc", z, means)
    own = labels[:, None] == np.arange(n_classes)
    largest = np.where(own, -np.inf, scores).max(axis=2)
    attraction = np.where(own, scores, 0.0).sum(axis=2)
    return np.asarray((repulsion * largest - attraction).mean(axis=1))


@pytest.mark.parametrize("repulsion", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    ("n_points", "labels", "fits"),
    [
        (120, (0, 1, 2), True),
        (24, (0, 0, 1, 1), True),
        (48, (0, 1, 2, 3), False),
        (6, (0, 0, 1, 1, 2, 2), True),
        (4, (0, 0, 1, 1, 2, 2, 3, 3), False),
    ],
)
def test_no_labelled_polygon_is_below_the_supervised_floor(
    n_points: int, labels: tuple[int, ...], fits: bool, repulsion: float
) -> None:
    values = supervised(configurations(n_points, len(labels)), np.array(labels), repulsion)
    floor = bounds.balanced_supervised_minimum(max(labels) + 1, repulsion)
    rounding = 32 * EPS * (1 + repulsion)
    assert values.min() >= floor - rounding
    # At lambda = 0 collapse is enough; else the simplex must fit.
    assert (values.min() <= floor + rounding) == (fits or repulsion == 0)


def test_the_floor_is_not_one_without_balance() -> None:
    """Sizes 8, 1, 1: both small classes at one pole."""
    z = np.array([[1.0]] * 8 + [[-1.0]] * 2)[None]
    labels = np.array([0] * 8 + [1, 2])
    value = supervised(z, labels, 5.0).item()
    assert value == pytest.approx(-1 - 0.6 * 5)
    assert value < bounds.balanced_supervised_minimum(3, 5.0)


@pytest.mark.parametrize(("n_classes", "n", "d"), [(3, 2, 3), (4, 1, 3), (2, 3, 2)])
def test_smoothed_descent_ends_at_the_simplex(n_classes: int, n: int, d: int) -> None:
    """With a soft maximum at alpha it ends at most lambda log(K - 1)/alpha above the floor."""
    labels = torch.arange(n_classes).repeat_interleave(n)
    repulsion, alpha = 2.0, 100.0
    own = torch.nn.functional.one_hot(labels).bool()

    def smoothed(z: torch.Tensor) -> torch.Tensor:
        means = torch.stack([z[labels == y].mean(dim=(0, 1)) for y in range(n_classes)])
        scores = z[:, 0] @ means.mT
        soft = (alpha * scores).masked_fill(own, -torch.inf).logsumexp(dim=1) / alpha
        return (repulsion * soft - scores[own]).mean()

    generator = torch.Generator().manual_seed(0)
    ends = [
        minimise_free_features(
            smoothed, torch.randn(n_classes * n, 1, d, generator=generator, dtype=torch.float64)
        )
        for _ in range(3)
    ]
    floor = bounds.balanced_supervised_minimum(n_classes, repulsion).item()
    values = [supervised_objective(z, labels, repulsion).item() for z in ends]
    assert min(values) >= floor - 64 * EPS
    assert (
        min(values) <= floor + repulsion * math.log(n_classes - 1 or 1) / alpha + 64 * EPS * alpha
    )


def free_values(n_classes: int, n_points: int, repulsion: float) -> Array:
    """The least free objective for every choice of prototypes, each u_y at its best point."""
    mu = configurations(n_points, n_classes)
    u = circle(n_points)
    scores = np.einsum("pd,mcd->mpc", u, mu)
    total = np.zeros(len(mu))
    for y in range(n_classes):
        others = np.delete(scores, y, axis=2).max(axis=2)
        total += (repulsion * others - scores[..., y]).min(axis=1)
    return total / n_classes


@pytest.mark.parametrize("repulsion", [0.0, 0.5, 2.0, 3.0, 4.0, 5.0, 8.0])
@pytest.mark.parametrize(("n_classes", "n_points"), [(2, 120), (3, 60), (4, 24)])
def test_no_prototypes_on_a_polygon_are_below_the_free_floor(
    n_classes: int, n_points: int, repulsion: float
) -> None:
    least = free_values(n_classes, n_points, repulsion).min()
    floor = bounds.free_prototype_minimum(n_classes, repulsion)
    rounding = 32 * EPS * (1 + repulsion)
    assert least >= floor - rounding
    fits = n_classes <= 3 or repulsion == 0
    collapses = repulsion >= bounds.critical_repulsion(n_classes)
    assert (least <= floor + rounding) == (fits or collapses)


@pytest.mark.parametrize("n_classes", [3, 4, 8])
def test_the_path_between_both_configurations_is_level_at_lambda_c_only(n_classes: int) -> None:
    claim = CLAIMS["lee2025-free-prototype-minimum"]
    critical = bounds.critical_repulsion(n_classes).item()
    at: dict[str, Any] = {"n_classes": n_classes, "d": n_classes, "layout": "leaning"}
    for lean in (0.0, 0.2, 0.5, 0.9, 1.0):
        for repulsion in (0.5 * critical, critical, 1.5 * critical):
            check = claim.check(**at, repulsion=repulsion, lean=lean)
            there = 0.0 if repulsion < critical else 1.0
            assert check.attained == (repulsion == critical or lean == there)
    # The two configurations have the two branches as their values.
    simplex, collapse = (
        free_prototype_minimum.measured(claim.case(**at, repulsion=1.01 * critical, lean=lean))
        for lean in (0.0, 1.0)
    )
    assert collapse < simplex


def balanced(z: Array, alpha: float, repulsion: float, same_view: bool) -> Array:
    """D5 averaged over the anchors of z (m, n, 2, d), from its definition."""
    n = z.shape[1]
    values = []
    for i, v in itertools.product(range(n), range(2)):
        terms = [
            np.einsum("md,md->m", z[:, i, v], z[:, j, w])
            for j, w in itertools.product(range(n), range(2))
            if j != i and (w == v or not same_view)
        ]
        positive = np.einsum("md,md->m", z[:, i, 0], z[:, i, 1])
        log_sum = np.log(np.exp(alpha * np.stack(terms)).sum(axis=0))
        values.append(repulsion / alpha * log_sum - positive)
    return np.asarray(np.mean(values, axis=0))


@pytest.mark.parametrize("same_view", [False, True])
@pytest.mark.parametrize(("alpha", "repulsion"), [(0.1, 1.0), (2.0, 0.5), (10.0, 5.0), (1.0, 0.0)])
@pytest.mark.parametrize(("n_points", "n_items"), [(24, 2), (6, 3)])
def test_no_pairs_on_a_polygon_are_below_the_balanced_floor(
    n_points: int, n_items: int, alpha: float, repulsion: float, same_view: bool
) -> None:
    z = configurations(n_points, 2 * n_items)
    values = balanced(z.reshape(len(z), n_items, 2, 2), alpha, repulsion, same_view)
    floors = (bounds.balanced_contrastive_minimum, bounds.same_view_contrastive_minimum)
    floor = floors[same_view](n_items, repulsion, alpha)
    size = 1 + repulsion * (1 + np.log(2 * n_items) / alpha)
    assert values.min() == pytest.approx(float(floor), abs=32 * EPS * size)


@pytest.mark.parametrize("negatives", ["other-items", "same-view"])
@pytest.mark.parametrize(("n_items", "d"), [(2, 3), (4, 3), (3, 5), (4, 2)])
def test_balanced_descent_ends_at_the_simplex_where_it_fits(
    n_items: int, d: int, negatives: str
) -> None:
    alpha, repulsion = 3.0, 1.5

    def loss(z: torch.Tensor) -> torch.Tensor:
        return losses.balanced(z, alpha, repulsion, negatives=negatives)

    generator = torch.Generator().manual_seed(1)
    starts = torch.randn(4, n_items, 2, d, generator=generator, dtype=torch.float64)
    ends = [minimise_free_features(loss, start) for start in starts]
    best = min(ends, key=lambda z: loss(z).item())
    floors = {
        "other-items": bounds.balanced_contrastive_minimum,
        "same-view": bounds.same_view_contrastive_minimum,
    }
    floor = floors[negatives](n_items, repulsion, alpha).item()
    rounding = losses.loss_rounding(2 * n_items, d, 1 / alpha, EPS) * (1 + repulsion)
    assert all(loss(z).item() >= floor - rounding for z in ends)
    if d >= n_items - 1:
        assert loss(best).item() <= floor + rounding
        gram = best[:, 0] @ best[:, 0].mT + 1.0 / (n_items - 1)
        off = gram[~torch.eye(n_items, dtype=torch.bool)].abs().max().item()
        assert off <= math.sqrt(rounding)  # the loss is flat to second order
    else:
        assert loss(best).item() > floor + rounding


@pytest.mark.parametrize("n_items", [2, 5])
def test_with_repulsion_one_the_floor_is_that_of_the_decoupled_loss(n_items: int) -> None:
    z = CLAIMS["lee2025-balanced-minimum"].case(
        n_items=n_items, d=n_items, layout="simplex", item_scale=1.0, view_scale=1.0, alpha=4.0,
        repulsion=1.0,
    ).z  # fmt: skip
    floor = 4.0 * bounds.balanced_contrastive_minimum(n_items, 1.0, 4.0)
    assert losses.paired_dcl(z, 0.25).item() == pytest.approx(float(floor), abs=1e-14)


SABOTEURS: dict[str, Any] = {
    "lee2025-supervised-minimum": lambda case: -1 - case.repulsion / len(case.sizes),
    "lee2025-free-prototype-minimum": lambda case: -1 - case.repulsion / (len(case.u) - 1),
    "lee2025-balanced-minimum": lambda case: (
        -1
        - case.repulsion / (len(case.z) - 1)
        + case.repulsion / case.alpha * math.log(2 * len(case.z))
    ),
    "lee2025-balanced-minimum-same-view": lambda case: bounds.balanced_contrastive_minimum(
        len(case.z), case.repulsion, case.alpha
    ).item(),
}


@pytest.mark.parametrize("name", SABOTEURS)
def test_saboteur_another_floor_is_caught(name: str) -> None:
    """K for K - 1, the simplex at every repulsion, 2N terms, both views of every item."""
    generator = torch.Generator().manual_seed(0)
    wrong = dataclasses.replace(CLAIMS[name], bound=SABOTEURS[name])
    assert verify(wrong, 60, generator).outcome == "violated"


@pytest.mark.parametrize("name", SABOTEURS)
def test_saboteur_a_lower_floor_is_not_attained(name: str) -> None:
    claim: Any = CLAIMS[name]
    lower = dataclasses.replace(claim, bound=lambda case: claim.bound(case) - 1e-9)
    assert not lower.check(**claim.attained_by[0]).attained


def test_saboteur_an_objective_that_repels_from_its_own_prototype_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_own(u: torch.Tensor, mu: torch.Tensor, repulsion: float) -> torch.Tensor:
        scores = u @ mu.mT
        return (repulsion * scores.amax(dim=1) - scores.diagonal()).mean()

    monkeypatch.setattr(free_prototype_minimum, "objective", with_own)
    claim = CLAIMS["lee2025-free-prototype-minimum"]
    assert not claim.check(**claim.attained_by[0]).attained
