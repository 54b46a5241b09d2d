"""Clusters in .npy files: the bytes of numpy.save, and what a broken run leaves."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from synthetic import Clusters, gaussian_clusters, stream_gaussian_clusters, write_clusters


def stream(chunk_size: int, dtype: torch.dtype = torch.float32) -> Iterator[Clusters]:
    return stream_gaussian_clusters(
        3,
        (5000, 1, 7000),
        40,
        spread=0.3,
        chunk_size=chunk_size,
        dtype=dtype,
        generator=torch.Generator().manual_seed(4),
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("chunk_size", [999, 12_001, 50_000])
def test_the_files_are_those_of_numpy(tmp_path: Path, chunk_size: int, dtype: torch.dtype) -> None:
    x, y = tmp_path / "x.npy", tmp_path / "y.npy"
    assert write_clusters(stream(chunk_size, dtype), x, y) == 12_001
    whole = next(stream(12_001, dtype))
    np.save(tmp_path / "xs.npy", whole.x.numpy())
    np.save(tmp_path / "ys.npy", whole.labels.numpy())
    assert x.read_bytes() == (tmp_path / "xs.npy").read_bytes()
    assert y.read_bytes() == (tmp_path / "ys.npy").read_bytes()
    assert np.array_equal(np.load(x, mmap_mode="r"), whole.x.numpy())


def test_a_run_that_broke_off_claims_no_row(tmp_path: Path) -> None:
    def broken() -> Iterator[Clusters]:
        yield next(stream(999))
        raise InterruptedError

    x, y = tmp_path / "x.npy", tmp_path / "y.npy"
    with pytest.raises(InterruptedError):
        write_clusters(broken(), x, y)
    assert x.stat().st_size > 999 * 40 * 4
    assert np.load(x).shape == (0, 40)
    assert np.load(y).shape == (0,)


def test_no_chunk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^need one or more rows, got rows=0$"):
        write_clusters([], tmp_path / "x.npy", tmp_path / "y.npy")


def test_rows_need_not_be_contiguous(tmp_path: Path) -> None:
    world = gaussian_clusters(2, 3, 4, spread=1.0, generator=torch.Generator().manual_seed(0))
    turned = Clusters(
        x=world.x.mT.contiguous().mT,
        labels=world.labels,
        means=world.means,
        factors=world.factors,
    )
    write_clusters([turned], tmp_path / "x.npy", tmp_path / "y.npy")
    assert np.array_equal(np.load(tmp_path / "x.npy"), world.x.numpy())
