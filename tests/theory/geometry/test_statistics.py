"""Counts, means and variances of labelled features."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.theory.geometry.naive import cloud
from theory.geometry import class_statistics

EPS = torch.finfo(torch.float64).eps
SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=5)


@given(sizes=SIZES, d=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_matches_numpy_class_by_class(sizes: list[int], d: int, seed: int) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    stats = class_statistics(x, y)
    assert stats.labels.tolist() == sorted(set(y.tolist()))
    assert stats.counts.tolist() == sizes
    assert (stats.labels[stats.class_of] == y).all()
    for c, label in enumerate(stats.labels):
        own = x[y == label].numpy()
        slack = 8 * (len(own) + d) * EPS * np.abs(own).max()
        assert np.abs(stats.means[c].numpy() - own.mean(axis=0)).max() <= slack
        total = own.var(axis=0).sum()
        assert abs(stats.variances[c].item() - total) <= 4 * (len(own) + d) * EPS * (1 + total)


def test_one_sample_has_no_variance_and_equal_samples_have_none() -> None:
    x = torch.tensor([[0.1], [0.1], [0.1], [0.7]], dtype=torch.float64)
    stats = class_statistics(x, torch.tensor([4, 4, 4, -9]))
    assert stats.variances.tolist() == [0.0, 0.0]
    assert stats.means.tolist() == [[0.7], [0.1]]


def test_a_large_common_mean_costs_only_what_the_features_lost() -> None:
    x = torch.tensor([[1e8], [1e8 + 2]], dtype=torch.float64).repeat(500, 1)
    assert class_statistics(x, torch.zeros(1000, dtype=torch.int64)).variances.item() == 1.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("index", [torch.int32, torch.int64, torch.int8])
def test_dtypes_are_inherited(dtype: torch.dtype, index: torch.dtype) -> None:
    x, y = cloud(sizes=[2, 3], d=4, seed=0, dtype=dtype)
    stats = class_statistics(x, y.to(index))
    assert (stats.means.dtype, stats.variances.dtype, stats.labels.dtype) == (dtype, dtype, index)


def test_gradients_match_differences() -> None:
    x, y = cloud(sizes=[1, 3], d=2, seed=0)

    def moments(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        stats = class_statistics(x, y)
        return stats.means, stats.variances

    assert torch.autograd.gradcheck(moments, (x.requires_grad_(),))


X, Y = cloud(sizes=[2, 2], d=3, seed=1)
ARRAY: Any = X.numpy()  # what a caller without type checks may pass


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (ARRAY, Y, "need features as a tensor, got ndarray"),
        (X, ARRAY[:, 0], "need a tensor of integer labels, got ndarray"),
        (X[0], Y, r"need features of shape \(n, d\), none of them 0, got \(3,\)"),
        (X[:0], Y[:0], r"none of them 0, got \(0, 3\)"),
        (X.half(), Y, "need float32 or float64 features, got torch.float16"),
        (X, Y[:3], r"need labels of shape \(n,\) = \(4,\), got \(3,\)"),
        (X, Y.double(), "need integer labels, got torch.float64"),
        (X.index_fill(0, torch.tensor(2), torch.nan), Y, "need finite features, got .* at row 2"),
    ],
)
def test_outside_the_domain(features: torch.Tensor, labels: torch.Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        class_statistics(features, labels)
