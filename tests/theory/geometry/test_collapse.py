"""Neural collapse: zero at a collapsed simplex, growing with noise, definitions by numpy."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.theory.geometry.naive import cloud, simplex
from theory.geometry import etf_deviation, neural_collapse

EPS = torch.finfo(torch.float64).eps


@given(n_classes=st.integers(2, 6), extra=st.integers(0, 3), seed=st.integers(0, 2**32 - 1))
def test_every_simplex_has_no_deviation(n_classes: int, extra: int, seed: int) -> None:
    means = 7 * simplex(n_classes, n_classes + extra, seed=seed) + 2
    assert etf_deviation(means).item() <= 100 * n_classes * EPS


def test_a_square_deviates_by_its_cosines() -> None:
    square = torch.tensor([[1, 0], [0, 1], [-1, 0], [0, -1]], dtype=torch.float64)
    # Cosines 0, 0, -1 against -1/3.
    expected = math.sqrt((2 * (1 / 3) ** 2 + (2 / 3) ** 2) / 3)
    assert abs(etf_deviation(square).item() - expected) <= 8 * EPS


def test_equal_cosines_force_equal_lengths() -> None:
    means = simplex(3, 3)
    means[0] *= 2
    assert etf_deviation(means).item() > 0.1


def test_two_points_are_always_a_simplex() -> None:
    x, _ = cloud(sizes=[1, 1], d=4, seed=0)
    assert etf_deviation(x).item() <= 16 * EPS


@given(seed=st.integers(0, 2**32 - 1))
def test_deviation_is_within_its_range_and_invariant(seed: int) -> None:
    means, _ = cloud(sizes=[1] * 4, d=3, seed=seed)
    g = torch.Generator().manual_seed(seed)
    rotation = torch.linalg.qr(torch.randn(3, 3, generator=g, dtype=torch.float64))[0]
    value = etf_deviation(means).item()
    assert 0 <= value <= 4 / 3
    shortest = float((means - means.mean(dim=0)).norm(dim=1).min())
    tol = 100 * EPS * (1 + float(means.abs().max())) / shortest
    assert abs(etf_deviation(4 * means @ rotation + 1).item() - value) <= tol


@pytest.mark.parametrize("sizes", [[2, 2, 2], [1, 4, 2]])
def test_a_collapsed_simplex_has_collapsed(sizes: list[int]) -> None:
    corners = simplex(3, 5)
    of_row = torch.arange(3).repeat_interleave(torch.tensor(sizes))
    nc = neural_collapse(3 * corners[of_row], 10 - of_row, classifier=5 * corners.flip(0))
    assert nc.nc3 is not None
    assert nc.nc4 is not None
    # NC1 and NC2 within rounding of the means; disagreements and errors are counted.
    assert nc.nc1.item() <= 100 * EPS
    assert nc.nc2.item() <= 100 * EPS
    assert nc.nc3.item() <= 100 * EPS
    assert nc.nc4 == 0
    assert nc.ncc_error == 0


def test_collapse_fades_with_noise() -> None:
    corners, of_row = simplex(4, 6), torch.arange(4).repeat_interleave(50)
    noise = torch.randn(200, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    levels = [0.0, 0.01, 0.1, 0.5, 2.0]
    results = [neural_collapse(corners[of_row] + s * noise, of_row, corners) for s in levels]
    for name in ("nc1", "nc2", "nc2_equinorm", "nc2_equiangular", "nc3"):
        values = [getattr(nc, name).item() for nc in results]
        assert values == sorted(values), name
        assert values[0] < values[-1], name
    for name in ("nc4", "ncc_error"):
        values = [getattr(nc, name).item() for nc in results]
        assert values[0] == 0, name
        assert values[-1] > 0.1, name


@given(
    sizes=st.lists(st.integers(1, 5), min_size=3, max_size=5),
    d=st.integers(5, 7),
    seed=st.integers(0, 2**32 - 1),
)
def test_matches_the_definitions_in_numpy(sizes: list[int], d: int, seed: int) -> None:
    features, labels = cloud(sizes=sizes, d=d, seed=seed)
    x, y, c = features.numpy(), labels.numpy(), len(sizes)
    classes = np.unique(y)
    means = np.stack([x[y == label].mean(axis=0) for label in classes])
    m = means - means.mean(axis=0)
    within = sum(np.cov(x[y == label].T, bias=True) for label in classes) / c
    between = m.T @ m / c
    w = np.random.default_rng(seed).normal(size=m.shape)
    nc = neural_collapse(features, labels, torch.from_numpy(w))
    condition = np.linalg.cond(m @ m.T + np.ones((c, c)))  # m has one null direction, the ones
    tol = 1000 * d * EPS * condition
    nc1 = np.trace(within @ np.linalg.pinv(between, rcond=0.1 / condition)) / c
    norms = np.linalg.norm(m, axis=1)
    cosines = (m @ m.T / np.outer(norms, norms))[~np.eye(c, dtype=bool)]
    gaps = np.linalg.norm(x[:, None] - means, axis=2)
    assert nc.nc3 is not None
    assert nc.nc4 is not None
    assert abs(nc.nc1.item() - nc1) <= tol * (1 + nc1)
    assert abs(nc.nc2_equinorm.item() - norms.std() / norms.mean()) <= tol
    assert abs(nc.nc2_equiangular.item() - np.abs(cosines + 1 / (c - 1)).mean()) <= tol
    nc3 = np.linalg.norm(w / np.linalg.norm(w) - m / np.linalg.norm(m))
    assert abs(nc.nc3.item() - nc3) <= tol
    assert nc.nc4.item() == np.mean((x @ w.T).argmax(axis=1) != gaps.argmin(axis=1))
    assert nc.ncc_error.item() == np.mean(classes[gaps.argmin(axis=1)] != y)


def test_the_zero_check_catches_a_simplex_that_is_not_collapsed() -> None:
    corners = simplex(3, 4)
    x = torch.cat([corners, 1.5 * corners])  # means form a simplex, samples do not coincide
    nc = neural_collapse(x, torch.arange(3).repeat(2))
    assert nc.nc2.item() <= 100 * EPS
    assert not nc.nc1.item() <= 100 * EPS


def test_a_tie_between_centres_is_an_error() -> None:
    # Centres -1 and 1; the sample at 0 belongs to the first.
    x = torch.tensor([[-2.0], [0], [1], [1]])
    assert neural_collapse(x, torch.tensor([0, 0, 1, 1])).ncc_error.item() == 0.25


def test_a_common_shift_matters_to_a_classifier_without_bias_alone() -> None:
    corners, of_row = simplex(3, 3), torch.arange(3).repeat(2)
    away = 100 * torch.eye(3, dtype=torch.float64)[0]
    nc = neural_collapse(corners[of_row] + away, of_row, corners)
    assert nc.nc4 is not None
    assert nc.nc4 > 0
    assert nc.ncc_error == 0


def test_without_a_classifier_two_measures_are_none() -> None:
    x, y = cloud(sizes=[2, 3, 2], d=4, seed=1, dtype=torch.float32)
    nc = neural_collapse(x, y)
    assert nc.nc3 is None
    assert nc.nc4 is None
    assert nc.nc1.dtype == nc.nc2.dtype == nc.ncc_error.dtype == torch.float32


X, Y = cloud(sizes=[2, 2, 2], d=3, seed=2)
LINE = torch.tensor([[-1.0], [0], [1]])
ARRAY: Any = X.numpy()  # what a caller without type checks may pass


@pytest.mark.parametrize(
    ("features", "labels", "classifier", "message"),
    [
        (X, 0 * Y, None, "need at least two classes, got 1"),
        (LINE, torch.tensor([4, 6, 9]), None, "the two equal for label 6"),
        (X, Y, X[:2], r"need classifier of shape \(c, d\) = \(3, 3\), got \(2, 3\)"),
        (X, Y, 0 * X[:3], "need a classifier that is not zero"),
        (X, Y, ARRAY, "need classifier as a tensor, got ndarray"),
        (X, Y, X[:3] / 0, "need finite classifier, got .* at row 0"),
    ],
)
def test_outside_the_domain(
    features: Tensor, labels: Tensor, classifier: Tensor | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        neural_collapse(features, labels, classifier)


def test_a_mean_at_the_centre_has_no_direction() -> None:
    with pytest.raises(ValueError, match="the two equal for label 1"):
        etf_deviation(LINE)
    with pytest.raises(ValueError, match="need at least two classes, got 1"):
        etf_deviation(LINE[:1])
    with pytest.raises(ValueError, match="need means as a tensor, got ndarray"):
        etf_deviation(ARRAY)
