"""What embeddings and labels have to be, each rule said in one sentence."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from contrastbounds.embeddings._embeddings import Embeddings, Items

_ROWS = 8192  # samples checked at a time, so that checking needs no copy of a large file


def embeddings(
    z: ArrayLike,
    labels: ArrayLike,
    *,
    source: str = "arrays",
    labels_source: str | None = None,
    sha256: str | None = None,
    labels_sha256: str | None = None,
) -> Embeddings:
    """Check arrays and make them `Embeddings`.

    Symbols
        z       (n, d) or (n, k, d) real numbers; float32 and float64 stay, all others become one
        labels  (n,) integers, whole floats, booleans or strings, at least two different

    Errors
        ValueError naming the rule, the value that broke it, the row and view, and the source.

    >>> embeddings([[1.0, 0.0], [0.0, 1.0]], ["cat", "dog"]).class_names
    ('cat', 'dog')
    """
    views = _views(np.asarray(z), source)
    values = _label_values(np.asarray(labels), len(views), labels_source or source)
    found, classes = np.unique(values, return_inverse=True)
    if len(found) < 2:
        raise ValueError(
            f"need at least two classes, got the one class {str(found[0])!r} for all"
            f" {len(values)} samples in {labels_source or source}"
        )
    return Embeddings(
        z=views,
        labels=classes.astype(np.int64),
        class_names=tuple(map(str, found.tolist())),
        source=source,
        sha256=sha256,
        labels_source=labels_source,
        labels_sha256=labels_sha256,
    )


def items(
    z: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    source: str = "arrays",
    sha256: str | None = None,
) -> Items:
    """Check arrays and make them `Items`: as `embeddings`, with any labels or none.

    >>> items([[1.0, 0.0], [0.0, 1.0]]).n
    2
    """
    views = _views(np.asarray(z), source)
    names = None
    if labels is not None:
        names = _label_values(np.asarray(labels), len(views), source).astype(np.str_)
    return Items(z=views, labels=names, source=source, sha256=sha256)


def _views(z: NDArray[Any], source: str) -> NDArray[np.floating[Any]]:
    if z.dtype.kind not in "iuf":
        kind = "complex" if z.dtype.kind == "c" else "not numeric"
        raise ValueError(f"need real embeddings, got {kind} ones ({z.dtype}) in {source}")
    if z.ndim not in (2, 3):
        raise ValueError(
            f"need embeddings of shape (n, d) or (n, k, d), got shape {z.shape} in {source}"
        )
    if 0 in z.shape:
        raise ValueError(f"need embeddings without an empty axis, got shape {z.shape} in {source}")
    if len(z) < 2:
        raise ValueError(f"need at least two samples, got {len(z)} in {source}")
    views = z[:, None] if z.ndim == 2 else z
    if views.dtype not in (np.float32, np.float64):
        half = views.dtype == np.float16
        views = views.astype(np.float32 if half else np.float64)
    for start in range(0, len(views), _ROWS):
        part = views[start : start + _ROWS]
        finite = np.isfinite(part)
        if not finite.all():
            i, view, at = np.argwhere(~finite)[0]
            raise ValueError(
                f"need finite embeddings, got {part[i, view, at]} at row {start + i}, view {view},"
                f" coordinate {at} in {source}"
            )
        zero = ~part.any(axis=2)
        if zero.any():
            i, view = np.argwhere(zero)[0]
            raise ValueError(
                f"need rows with a direction, got all zeros at row {start + i}, view {view}"
                f" in {source}"
            )
    return np.ascontiguousarray(views.astype(views.dtype.newbyteorder("="), copy=False))


def _label_values(labels: NDArray[Any], n: int, source: str) -> NDArray[Any]:
    """The labels of `n` samples as integers, booleans or strings."""
    values = _values(labels, source)
    if len(values) != n:
        raise ValueError(
            f"need one label per sample, got {len(values)} labels for {n} samples in {source}"
        )
    return values


def _values(labels: NDArray[Any], source: str) -> NDArray[Any]:
    if labels.ndim != 1:
        raise ValueError(f"need labels of shape (n,), got shape {labels.shape} in {source}")
    if not len(labels):
        raise ValueError(f"need at least two labels, got none in {source}")
    if labels.dtype.kind == "S":
        return np.char.decode(labels, "utf-8", "replace")
    if labels.dtype.kind in "biuU":
        return labels
    if labels.dtype.kind != "f":
        raise ValueError(f"need integer or string labels, got {labels.dtype} in {source}")
    whole = np.isfinite(labels) & (labels == np.floor(labels)) & (np.abs(labels) < 2**63)
    if not whole.all():
        at = int(whole.argmin())
        raise ValueError(f"need whole-number labels, got {labels[at]} at row {at} in {source}")
    return labels.astype(np.int64)
