"""Streamed moments and pairs: dense definitions, any block, files, corners, saboteurs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

from bounds import accumulated_rounding
from tests.theory.geometry.naive import cloud, variances_by_loops
from theory.geometry import ClassStatistics, class_statistics, streamed_geometry
from theory.geometry import streaming as module
from theory.geometry._blocks import Blocks

EPS = torch.finfo(torch.float64).eps
SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=5)
DIMENSIONS = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)
BLOCKS = st.one_of(st.none(), st.integers(1, 31))


def within(x: Tensor, y: Tensor, *, block: int | None = None, unit: bool = False) -> bool:
    """Whether the streamed matrices are those of loops over samples and pairs.

    With D the least distance of means and r the largest row: a mean is a sum of n terms, off by
    g r with g = gamma(n + d + 8), hence a squared distance by 8 g r D to first order; squares about
    the first row are at most 4 r^2, so a variance is off by 16 g r^2.
    """
    given = streamed_geometry(x, y, unit=unit, block=block)
    rows = x.double()
    if unit:
        rows = rows / rows.norm(dim=1, keepdim=True)
    plain, along = variances_by_loops(rows, y)
    off = ~np.eye(len(plain), dtype=bool)
    g = accumulated_rounding(x.shape[0] + x.shape[1] + 8, EPS)
    r, apart = float(rows.norm(dim=1).max()), float(torch.pdist(given.statistics.means).min())
    # The means' error, and for the directional one the axes', which turn by as much.
    error = 16 * g * (r / apart) ** 2 + 32 * g * (r / apart) * np.nanmax(plain)
    found = (given.cdnv.numpy(), given.directional_cdnv.numpy())
    empty = all(bool(np.isnan(each.diagonal()).all()) for each in found)
    close = [np.abs(a - b)[off] <= error for a, b in zip(found, (plain, along), strict=True)]
    return empty and all(bool(each.all()) for each in close)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS, block=BLOCKS, unit=st.booleans())
@example(sizes=[1, 1], d=1, seed=0, block=1, unit=False)
@example(sizes=[1, 6, 1], d=2, seed=1, block=3, unit=True)
def test_any_block_gives_the_definitions(
    sizes: list[int], d: int, seed: int, block: int | None, unit: bool
) -> None:
    # On a line, unit rows are +1 or -1 and class means coincide.
    x, y = cloud(sizes=sizes, d=d + unit, seed=seed)
    assert within(x, y, block=block, unit=unit)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS, block=BLOCKS)
def test_both_forms_of_the_directional_sums_are_the_definition(
    sizes: list[int], d: int, seed: int, block: int | None
) -> None:
    # Few rows are projected, many scattered: each class many times gives the second.
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    for times in (1, 4 * d):
        assert within(x.repeat(times, 1), y.repeat(times), block=block)


def test_scatters_are_taken_in_as_many_passes_as_memory_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, y = cloud(sizes=[1, 30, 2, 40, 50], d=4, seed=2)
    monkeypatch.setattr(module, "_SCATTER", 32)
    assert within(x, y, block=7)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS, block=BLOCKS)
def test_order_of_rows_matters_to_rounding_only(
    sizes: list[int], d: int, seed: int, block: int | None
) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed)
    order = y.argsort(stable=True)
    assert within(x[order], y[order], block=block)
    assert within(x.flip(0), y.flip(0), block=block)


@given(sizes=SIZES, d=DIMENSIONS, seed=SEEDS, block=BLOCKS)
def test_float32_rows_are_summed_in_float64(
    sizes: list[int], d: int, seed: int, block: int | None
) -> None:
    x, y = cloud(sizes=sizes, d=d, seed=seed, dtype=torch.float32)
    assert within(x, y, block=block)
    assert streamed_geometry(x, y, block=block).cdnv.dtype == torch.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mode", ["r", "c"])
@pytest.mark.parametrize("unit", [False, True])
def test_a_file_gives_what_the_tensor_gives(
    tmp_path: Path, dtype: type[np.floating], mode: Literal["r", "c"], unit: bool
) -> None:
    x, y = cloud(sizes=[1, 40, 3], d=5, seed=3)
    rows = x.numpy().astype(dtype)
    np.save(tmp_path / "rows.npy", rows)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode=mode)
    for block in (None, 1, 7):
        a = streamed_geometry(mapped, y, unit=unit, block=block)
        b = streamed_geometry(torch.from_numpy(rows), y, unit=unit, block=block)
        assert torch.equal(a.statistics.means, b.statistics.means)
        assert torch.equal(a.statistics.variances, b.statistics.variances)
        assert a.cdnv.nan_to_num().equal(b.cdnv.nan_to_num())
        assert a.directional_cdnv.nan_to_num().equal(b.directional_cdnv.nan_to_num())
    assert np.array_equal(mapped, rows)


def test_labels_far_apart_are_sorted_rather_than_counted() -> None:
    x, y = cloud(sizes=[2, 3, 4], d=3, seed=4)
    far = torch.where(y < 0, y - 2**61, y * 2**59)
    a, b = streamed_geometry(x, y), streamed_geometry(x, far)
    assert a.cdnv.nan_to_num().equal(b.cdnv.nan_to_num())
    assert sorted(set(far.tolist())) == b.statistics.labels.tolist()


def test_many_means_are_compared_by_products_and_close_ones_by_differences() -> None:
    g = torch.Generator().manual_seed(5)
    means = torch.randn(40, 20, generator=g, dtype=torch.float64)
    means[1] = means[0] + 1e-7
    x = torch.cat([means - 1e-3, means + 1e-3])
    y = torch.arange(40).repeat(2)
    assert within(x, y)
    squared = module._squared_distances(streamed_geometry(x, y).scaled)
    wanted = (means[0] - means[1]).square().sum() * streamed_geometry(x, y).blocks.scale ** 2
    # Differences of 1e-7 between means off by one ulp of their size.
    assert abs(squared[0, 1] / wanted - 1) <= 8 * EPS * float(means.abs().max()) / 1e-7


def test_equal_rows_have_no_variance_however_large() -> None:
    x = torch.tensor([[1e300, 0.1], [1e300, 0.1], [-1e300, 0.2]], dtype=torch.float64)
    found = streamed_geometry(x, torch.tensor([1, 1, 0]), block=2)
    assert found.statistics.variances.tolist() == [0.0, 0.0]
    assert found.statistics.means[:, 0].tolist() == [-1e300, 1e300]
    assert found.cdnv.nan_to_num().tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_a_gradient_is_asked_of_the_dense_form_which_agrees() -> None:
    x, y = cloud(sizes=[2, 5, 1], d=3, seed=6)
    streamed = class_statistics(x, y)
    dense = class_statistics(x.clone().requires_grad_(), y)
    g = accumulated_rounding(len(x) + 3 + 8, EPS)
    r = float(x.norm(dim=1).max())
    assert float((streamed.means - dense.means.detach()).abs().max()) <= 2 * g * r
    assert float((streamed.variances - dense.variances.detach()).abs().max()) <= 32 * g * r**2
    assert dense.means.requires_grad
    assert not streamed.means.requires_grad


def _without_last(blocks: Blocks, rows: int) -> Iterator[tuple[int, Tensor]]:
    every = [
        (at, blocks._read(blocks.features[at : at + rows]))
        for at in range(0, blocks.shape[0], rows)
    ]
    yield from every[:-1]


def _off_by_one_row(blocks: Blocks, rows: int) -> Iterator[tuple[int, Tensor]]:
    for at in range(0, blocks.shape[0], rows):
        yield max(0, at - 1), blocks._read(blocks.features[at : at + rows])


@pytest.mark.parametrize("walk", [_without_last, _off_by_one_row])
def test_a_walk_that_loses_or_shifts_rows_is_noticed(
    monkeypatch: pytest.MonkeyPatch, walk: object
) -> None:
    x, y = cloud(sizes=[3, 4, 5], d=3, seed=7)
    assert within(x, y, block=5)
    monkeypatch.setattr(Blocks, "walk", walk)
    assert not within(x, y, block=5)


def test_a_scatter_about_another_point_than_the_mean_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, y = cloud(sizes=[30, 40, 35, 50], d=2, seed=8)
    assert within(x, y)
    right = module._add_scatters

    def wrong(
        sums: Tensor, blocks: Blocks, stats: ClassStatistics, group: Tensor, block: int | None
    ) -> None:
        right(sums, blocks, replace(stats, means=stats.means + 0.1), group, block)

    monkeypatch.setattr(module, "_add_scatters", wrong)
    assert not within(x, y)


X, Y = cloud(sizes=[3, 1, 2], d=2, seed=10)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (X.tolist(), Y, "need features as a tensor or an array, got list"),
        (X.numpy()[0], Y, r"need features of shape \(n, d\), none of them 0, got \(2,\)"),
        (X.numpy().astype(np.float16), Y, "need float32 or float64 features, got float16"),
        (X.numpy(), Y[:5], r"need labels of shape \(n,\) = \(6,\), got \(5,\)"),
        (X.numpy(), Y.double(), "need integer labels, got torch.float64"),
        (X.index_fill(0, torch.tensor(4), torch.nan), Y, "a non-finite value at row 4"),
        (X.index_fill(0, torch.tensor(3), torch.inf).float(), Y, "a non-finite value at row 3"),
    ],
)
def test_outside_the_domain(features: Tensor, labels: Tensor, message: str) -> None:
    for block in (None, 1, 2):
        with pytest.raises(ValueError, match=message):
            streamed_geometry(features, labels, block=block)


def test_blocks_need_rows_and_pairs_need_classes() -> None:
    with pytest.raises(ValueError, match="need block >= 1, got 0"):
        streamed_geometry(X, Y, block=0)
    with pytest.raises(ValueError, match="need at least two classes, got 1"):
        _ = streamed_geometry(X, 0 * Y).cdnv
    twice = torch.cat([X[:1], X[:1], X[1:2]])
    with pytest.raises(ValueError, match="coincident means for labels 5 and 6"):
        _ = streamed_geometry(twice, torch.tensor([5, 6, 7])).directional_cdnv
