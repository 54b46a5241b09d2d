"""Clusters of any size as .npy files, in constant memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from synthetic._require import require
from synthetic.clusters import Clusters


def write_clusters(chunks: Iterable[Clusters], path: str | Path, labels: str | Path) -> int:
    """Write a stream of clusters as two .npy files, which `numpy.load(..., mmap_mode="r")` opens.

    The files are those that `numpy.save` makes of all rows and of all labels. The numbers of rows
    are written last: the files of a run that broke off say that they have none.

    Symbols
        chunks  one or more, as from `stream_gaussian_clusters`
        path    receives x, (n, d)
        labels  receives the labels, (n,), int64

    Returns
        n, the number of rows written

    >>> import tempfile, torch
    >>> from synthetic import stream_gaussian_clusters
    >>> generator = torch.Generator().manual_seed(0)
    >>> stream = stream_gaussian_clusters(
    ...     2, 5, 3, spread=0.1, chunk_size=4, generator=generator
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_clusters(stream, f"{folder}/x.npy", f"{folder}/y.npy")
    ...     np.load(f"{folder}/x.npy").shape
    10
    (10, 3)
    """
    with Path(path).open("wb") as x_file, Path(labels).open("wb") as y_file:
        x, y = _Growing(x_file), _Growing(y_file)
        for chunk in chunks:
            x.append(chunk.x.numpy(force=True))
            y.append(chunk.labels.numpy(force=True))
        require(x.rows > 0, "one or more rows", rows=x.rows)
        x.finish()
        y.finish()
    return x.rows


class _Growing:
    """An .npy file of as many rows as it gets."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._fields = file, dict[str, Any]()
        self.rows = 0

    def append(self, array: NDArray[Any]) -> None:
        """Write further rows."""
        array = np.ascontiguousarray(array)
        if not self._fields:
            self._fields = np.lib.format.header_data_from_array_1_0(array)
            self._header(0)
        self._file.write(array.data)
        self.rows += len(array)

    def finish(self) -> None:
        """Write how many there are."""
        self._file.seek(0)
        self._header(self.rows)

    def _header(self, rows: int) -> None:
        # As long for any number of rows: numpy leaves room for the largest.
        shape = (rows, *self._fields["shape"][1:])
        np.lib.format.write_array_header_1_0(self._file, {**self._fields, "shape": shape})
