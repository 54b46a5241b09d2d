"""The surrogate bounds against exact risks of small models, every draw listed."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import logsumexp

import bounds
from bounds._binomial_log import expected_log

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Risks:
    """Exact risks of a finite model, with every combination of draws listed."""

    contrastive: float
    supervised: float
    mean_square: float
    alignment: float
    cross: float
    positive: float

    @property
    def gap(self) -> float:
        """Mean-supervised less contrastive."""
        return self.supervised - self.contrastive


def enumerate_risks(
    points: Array, classes: NDArray[np.int64], pi: Array, k: int, pairing: Array
) -> Risks:
    """`pairing[i, j]`: the probability of the positive j given the anchor i."""
    counts = np.bincount(classes)
    weight = (pi / counts)[classes]
    means = np.stack([points[classes == c].mean(axis=0) for c in range(len(pi))])
    gram, scores = points @ points.T, points @ means.T
    draws = np.array(list(itertools.product(range(len(points)), repeat=k)))
    chance = weight[draws].prod(axis=1)
    noise = logsumexp(gram[:, draws], axis=2)  # anchors by draws
    losses = np.logaddexp(0.0, noise[:, None, :] - gram[:, :, None]) @ chance
    centre = pi @ means
    own = scores[np.arange(len(points)), classes]
    return Risks(
        contrastive=float(weight @ (pairing * losses).sum(axis=1)),
        supervised=float(weight @ (logsumexp(scores, axis=1) - own)),
        mean_square=float(centre @ centre),
        alignment=float(pi @ (means**2).sum(axis=1)),
        cross=float(centre @ means.mean(axis=0)),
        positive=float(weight @ (pairing * gram).sum(axis=1)),
    )


def model(seed: int, norm: float, *, uniform: bool) -> tuple[Array, NDArray[np.int64], Array]:
    """One to three points in each of up to three classes: spread, noise, collapsed or equal."""
    rng = np.random.default_rng(seed)
    n_classes = int(rng.integers(1, 4))
    classes = np.repeat(np.arange(n_classes), rng.integers(1, 3, n_classes))
    points = rng.normal(size=(len(classes), int(rng.integers(1, 4))))
    kind = rng.integers(4)
    if kind == 1:
        points = rng.choice([-1.0, 1.0], size=(len(classes), 1))
    elif kind == 2:
        points = points[classes]
    elif kind == 3:
        points = np.ones_like(points) + 0.1 * points
    points *= norm / np.linalg.norm(points, axis=1, keepdims=True)
    if rng.integers(2):
        points *= rng.uniform(size=(len(points), 1))
    pi = np.full(n_classes, 1 / n_classes) if uniform else rng.dirichlet([0.5] * n_classes)
    return points, classes, np.maximum(pi, 1e-6) / np.maximum(pi, 1e-6).sum()


SEEDS = st.integers(0, 10**9)


@given(seed=SEEDS, k=st.integers(1, 3), norm=st.floats(0.0, 3.0), uniform=st.booleans())
def test_every_bound_holds(seed: int, k: int, norm: float, uniform: bool) -> None:
    every_bound_holds(seed, k, norm, uniform=uniform)


def every_bound_holds(seed: int, k: int, norm: float, *, uniform: bool) -> None:
    points, classes, pi = model(seed, norm, uniform=uniform)
    c = len(pi)
    same = (classes[:, None] == classes).astype(float)
    risks = enumerate_risks(points, classes, pi, k, same / same.sum(axis=1, keepdims=True))
    measured = (risks.mean_square, risks.alignment, risks.cross)
    ends = bounds.surrogate_certificate(pi, k, norm, *measured)
    eps = 1e-12 * (1 + norm**2)
    uppers = [ends.upper, bounds.surrogate_upper(pi, k, norm),
              bounds.surrogate_upper_vertex(pi, k, norm),
              bounds.surrogate_upper_prior_free(c, k, norm)]  # fmt: skip
    if uniform:
        uppers += [f(c, k, norm) for f in (bounds.surrogate_upper_sharp,
                                           bounds.surrogate_upper_many_negatives)]  # fmt: skip
        uppers.append(np.log(c / (k + 1)) + bounds.mean_bound_excess(k, norm))
        uppers += [bounds.surrogate_upper_unit(c, k, norm)] if norm <= 1 else []
        assert risks.supervised <= np.log(c) + bounds.mean_bound_excess(0, norm) + eps
        assert risks.contrastive >= bounds.contrastive_floor(c, k, norm) - eps
        assert risks.supervised >= bounds.supervised_floor(c, norm) - eps
        if c > 1:
            assert risks.contrastive >= bounds.contrastive_floor_etf(c, k, norm) - eps
            assert risks.supervised >= bounds.supervised_floor_etf(c, norm) - eps
    assert risks.gap <= np.min(uppers) + eps
    lowers = [ends.lower, bounds.surrogate_lower(pi, k, norm),
              bounds.surrogate_lower_sharp(pi, k, norm),
              bounds.surrogate_lower_box(pi, k, norm)]  # fmt: skip
    assert risks.gap >= np.max(lowers) - eps


@given(seed=SEEDS, k=st.integers(1, 3), norm=st.floats(0.0, 3.0), uniform=st.booleans())
def test_paired_bounds_hold_for_any_pairing(seed: int, k: int, norm: float, uniform: bool) -> None:
    points, classes, pi = model(seed, norm, uniform=uniform)
    pairing = np.random.default_rng(seed).dirichlet([0.2] * len(points), size=len(points))
    risks = enumerate_risks(points, classes, pi, k, pairing)
    ends = bounds.surrogate_bounds_paired(pi, k, norm, risks.positive, risks.alignment)
    eps = 1e-12 * (1 + norm**2)
    assert ends.lower - eps <= risks.gap <= ends.upper + eps


@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("k", [1, 3])
def test_a_simplex_attains_the_floors(n_classes: int, k: int) -> None:
    centred = np.eye(n_classes) - 1 / n_classes
    points = 1.3 * centred / np.linalg.norm(centred, axis=1, keepdims=True)
    pi = np.full(n_classes, 1 / n_classes)
    risks = enumerate_risks(points, np.arange(n_classes), pi, k, np.eye(n_classes))
    attained = bounds.contrastive_floor_etf(n_classes, k, 1.3)
    assert abs(risks.contrastive - attained) <= 1e-13
    assert abs(risks.supervised - bounds.supervised_floor_etf(n_classes, 1.3)) <= 1e-13


def test_positives_that_depend_on_their_anchor_break_the_published_bounds() -> None:
    def noise(k: int, a: float, positive: float) -> float:
        """The gap of features +-L of fair sign: scores +-a of negatives are fair signs too."""
        shared = expected_log(k, 0.5, np.exp(-2 * a))  # against a positive of score a
        own = np.log(2) - shared
        if positive > 0:
            return float(own)
        m = np.arange(k + 1)
        chance = np.array([math.comb(k, j) / 2.0**k for j in m])
        return float(np.log(2) - chance @ np.log1p(m * np.exp(2 * a) + k - m))

    aligned = noise(4096, 0.5, positive=1.0)
    assert abs(aligned + 7.245064339791556) < 1e-9
    assert abs(aligned - bounds.surrogate_upper(2, 4096, np.sqrt(0.5)) - 0.1393256325) < 1e-9
    repaired = bounds.surrogate_bounds_paired(2, 4096, np.sqrt(0.5), 0.5, 0.0)
    assert repaired.lower <= aligned <= repaired.upper
    other = noise(16, 1.0, positive=-1.0)
    assert abs(other + 3.5094091432815215) < 1e-12
    assert abs(bounds.surrogate_lower(2, 16) - other - 0.4411566970) < 1e-9
    repaired = bounds.surrogate_bounds_paired(2, 16, 1.0, -1.0, 0.0)
    assert repaired.lower <= other <= repaired.upper


def test_intercept_fails_beyond_its_norm_and_for_a_skewed_prior() -> None:
    b = 0.755
    points = np.sqrt(3.0) * np.array([[1.0], [b]])
    risks = enumerate_risks(points, np.arange(2), np.array([0.5, 0.5]), 1, np.eye(2))
    assert abs(risks.gap - 0.00350798330684) < 1e-13
    with pytest.raises(ValueError, match=r"^need n_classes = 1, or n_classes = 2 and norm\^2 <= 2"):
        bounds.surrogate_upper_intercept(2, 1, np.sqrt(3.0))
    skewed = np.array([0.9, 0.07, 0.03])
    risks = enumerate_risks(np.array([[0.5], [1.0], [1.0]]), np.arange(3), skewed, 4, np.eye(3))
    assert abs(risks.gap - np.log(3 / 5) - 0.1557878927989398) < 1e-13


def test_saboteur_a_bound_that_is_too_good_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = bounds.surrogate_upper_sharp
    every_bound_holds(1, 2, 1.0, uniform=True)
    monkeypatch.setattr(bounds, "surrogate_upper_sharp", lambda *args: original(*args) - 1.5)
    with pytest.raises(AssertionError):
        every_bound_holds(1, 2, 1.0, uniform=True)
