"""Reading embeddings from .npz and .npy files; nothing in a file is ever executed."""

import hashlib
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrastbounds.embeddings._checks import embeddings, items
from contrastbounds.embeddings._embeddings import Embeddings, Items

_NPY, _NPZ = b"\x93NUMPY", b"PK"
MAPPED = 2**26  # bytes of an .npy file, from which on it is read where it is used and not held


def load(path: str | Path, labels: str | Path | None = None) -> Embeddings:
    """Embeddings of one file, and their labels from it or from a second one.

    Symbols
        path    .npz with the arrays `embeddings` (n, k, d) or (n, d) and `labels` (n,), or .npy
                with the embeddings alone
        labels  .npy with (n,) labels, or .npz with an array `labels`; goes before labels in `path`

    The content decides what a file is, not its name. Pickled objects are refused. An .npy file of
    64 MB or more stays in the file: its array is a read-only memory map.

    Errors
        ValueError in one sentence: what is needed, what was found, in which file.
    """
    path = Path(path)
    arrays = _arrays(path)
    if labels is None and "labels" not in arrays:
        _pick(arrays, "embeddings", path)
        held = _names(arrays) if arrays.keys() - {""} else "one array without a name"
        raise ValueError(f"need labels: an array 'labels' or --labels FILE, got {held} in {path}")
    return _labelled(arrays, path, labels)


def load_items(path: str | Path) -> Items:
    """Embeddings of one file as `load` reads them, with its labels if it has any."""
    path = Path(path)
    return _items(_arrays(path), path)


def load_either(path: str | Path, labels: str | Path | None = None) -> Embeddings | Items:
    """What `load` gives where there are labels, and `load_items` where there are none."""
    path = Path(path)
    arrays = _arrays(path)
    if labels is None and "labels" not in arrays:
        return _items(arrays, path)
    return _labelled(arrays, path, labels)


def _items(arrays: dict[str, NDArray[Any]], path: Path) -> Items:
    features = _pick(arrays, "embeddings", path)
    return items(features, arrays.get("labels"), source=str(path), sha256=_sha256(path))


def _labelled(arrays: dict[str, NDArray[Any]], path: Path, labels: str | Path | None) -> Embeddings:
    features = _pick(arrays, "embeddings", path)
    if labels is None:
        given, labels_path = arrays["labels"], None
    else:
        labels_path = Path(labels)
        given = _pick(_arrays(labels_path), "labels", labels_path)
    return embeddings(
        features,
        given,
        source=str(path),
        sha256=_sha256(path),
        labels_source=None if labels_path is None else str(labels_path),
        labels_sha256=None if labels_path is None else _sha256(labels_path),
    )


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file by name; the one of an .npy file has the name ""."""
    start = _first_bytes(path)
    if not start:
        raise ValueError(f"need a .npz or .npy file, got an empty file at {path}")
    if not start.startswith((_NPY, _NPZ)):
        kind = "a text file" if _is_text(start) else f"one that begins with {start[:6]!r}"
        raise ValueError(f"need a .npz or .npy file, got {kind} at {path}")
    try:
        if start.startswith(_NPY) and path.stat().st_size >= MAPPED:
            return {"": np.load(path, mmap_mode="r", allow_pickle=False)}
        with path.open("rb") as file:
            held = np.load(file, allow_pickle=False)
            if isinstance(held, np.ndarray):
                return {"": held}
            wanted = [name for name in held.files if name in ("embeddings", "labels")]
            # Other arrays are named in messages only: they may be large, or of any kind.
            others = {name: np.empty(0) for name in held.files if name not in wanted}
            return {**others, **{name: held[name] for name in wanted}}
    except (ValueError, EOFError, OSError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        if "allow_pickle" in str(error):
            raise ValueError(f"need arrays of numbers, got an object array in {path}") from None
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"need a complete .npz or .npy file, got {reason} in {path}") from None


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(256)
    except IsADirectoryError:
        raise ValueError(f"need a file, got a folder at {path}") from None
    except FileNotFoundError:
        raise ValueError(f"need a .npz or .npy file, got no file at {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ValueError(f"need a readable file, got {reason.lower()} at {path}") from None


def _is_text(start: bytes) -> bool:
    try:
        return start[:250].decode("utf-8", "strict").isprintable() or b"\n" in start
    except UnicodeDecodeError:
        return False


def _pick(arrays: dict[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    if name in arrays:
        return arrays[name]
    if "" in arrays:
        return arrays[""]
    raise ValueError(f"need an array {name!r}, got {_names(arrays)} in {path}")


def _names(arrays: dict[str, NDArray[Any]]) -> str:
    names = sorted(map(repr, arrays))
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "") or "no array"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
