"""What a file of embeddings may hold, and the sentence for everything else."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contrastbounds.embeddings import embeddings, load

Z = np.random.default_rng(0).normal(size=(12, 2, 4))
Y = np.arange(12) % 3


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def changed(array: np.ndarray, at: tuple[int, ...] | int, value: Any) -> np.ndarray:
    array = array.copy()
    array[at] = value
    return array


def test_npz_with_views(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", embeddings=Z, labels=Y, others=np.zeros(3))
    found = load(path)
    assert found.z.shape == (12, 2, 4)
    assert found.class_names == ("0", "1", "2")
    assert found.class_sizes == (4, 4, 4)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    np.testing.assert_array_equal(found.z, Z)


def test_one_view_gets_its_axis(tmp_path: Path) -> None:
    assert load(saved(tmp_path / "a.npz", embeddings=Z[:, 0], labels=Y)).z.shape == (12, 1, 4)


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_labels_in_a_second_file(tmp_path: Path, kind: str) -> None:
    np.save(tmp_path / "z.npy", Z)
    labels = tmp_path / f"y.{kind}"
    if kind == "npy":
        np.save(labels, Y)
    else:
        saved(labels, labels=Y)
    found = load(tmp_path / "z.npy", labels)
    np.testing.assert_array_equal(found.labels, Y)
    assert found.labels_source == str(labels)


def test_the_option_goes_before_labels_in_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", embeddings=Z, labels=Y)
    np.save(tmp_path / "y.npy", Y // 2)
    assert load(path, tmp_path / "y.npy").class_names == ("0", "1")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.array(["b", "a", "b", "c"]), ("a", "b", "c")),
        (np.array([b"b", b"a", b"b", b"c"]), ("a", "b", "c")),
        (np.array([-5, 100, -5, 7]), ("-5", "7", "100")),
        (np.array([2.0, 1.0, 2.0, 3.0]), ("1", "2", "3")),
        (np.array([True, False, True, False]), ("False", "True")),
    ],
)
def test_labels_of_any_kind_are_mapped(labels: np.ndarray, names: tuple[str, ...]) -> None:
    found = embeddings(np.eye(4), labels)
    assert found.class_names == names
    _, first = np.unique(labels, return_inverse=True)
    np.testing.assert_array_equal(found.labels, first)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.uint16, ">f8"])
def test_real_numbers_of_any_width_are_taken(dtype: Any) -> None:
    found = embeddings(np.eye(4, dtype=dtype), [0, 0, 1, 1])
    assert found.z.dtype in (np.float32, np.float64)
    assert found.z.dtype.isnative


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda p: p.write_text("hello\nworld\n"), "got a text file at"),
    "empty": (lambda p: p.write_bytes(b""), "got an empty file at"),
    "binary": (lambda p: p.write_bytes(b"\x7fELF\x02\x80\xff\x00"), "got one that begins with"),
    "folder": (lambda p: p.mkdir(), "got a folder at"),
    "missing": (lambda p: None, "got no file at"),
    "truncated": (lambda p: _truncate(saved(p, embeddings=Z, labels=Y)), "need a complete"),
    "wrong keys": (lambda p: saved(p, x=Z, y=Y), "need an array 'embeddings', got 'x', 'y' in"),
    "no labels": (lambda p: saved(p, embeddings=Z), "need labels: an array 'labels' or --labels"),
    "object": (
        lambda p: saved(p, embeddings=np.array([Z, None], dtype=object), labels=Y),
        "got an object array in",
    ),
    "lengths": (
        lambda p: saved(p, embeddings=Z, labels=Y[:-1]),
        "need one label per sample, got 11 labels for 12 samples",
    ),
    "nan": (
        lambda p: saved(p, embeddings=changed(Z, (7, 1, 2), np.nan), labels=Y),
        "got nan at row 7, view 1, coordinate 2",
    ),
    "inf": (
        lambda p: saved(p, embeddings=changed(Z, (3, 0, 0), -np.inf), labels=Y),
        "got -inf at row 3, view 0",
    ),
    "zero row": (
        lambda p: saved(p, embeddings=changed(Z, (5, 1), 0.0), labels=Y),
        "got all zeros at row 5, view 1",
    ),
    "one class": (
        lambda p: saved(p, embeddings=Z, labels=0 * Y),
        "need at least two classes, got the one class '0' for all 12 samples",
    ),
    "1-D": (lambda p: saved(p, embeddings=Z.ravel(), labels=Y), "got shape (96,)"),
    "4-D": (lambda p: saved(p, embeddings=Z[None], labels=Y), "got shape (1, 12, 2, 4)"),
    "no column": (lambda p: saved(p, embeddings=Z[..., :0], labels=Y), "without an empty axis"),
    "complex": (lambda p: saved(p, embeddings=Z + 1j, labels=Y), "got complex ones (complex128)"),
    "words": (lambda p: saved(p, embeddings=Z.astype(str), labels=Y), "got not numeric ones"),
    "one sample": (lambda p: saved(p, embeddings=Z[:1], labels=Y[:1]), "at least two samples"),
    "half labels": (
        lambda p: saved(p, embeddings=Z, labels=Y + 0.5),
        "need whole-number labels, got 0.5 at row 0",
    ),
    "nan label": (
        lambda p: saved(p, embeddings=Z, labels=changed(1.0 * Y, 4, np.nan)),
        "got nan at row 4",
    ),
    "2-D labels": (lambda p: saved(p, embeddings=Z, labels=Y[:, None]), "got shape (12, 1)"),
    "complex labels": (lambda p: saved(p, embeddings=Z, labels=1j * Y), "got complex128"),
}


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    make, words = BAD_FILES[name]
    path = tmp_path / "bad.npz"
    make(path)
    with pytest.raises(ValueError, match=r"^need ") as caught:
        load(path)
    message = str(caught.value)
    assert words in message
    assert str(path) in message
    assert "\n" not in message


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="object array"):
        load(tmp_path / "z.npy", tmp_path / "z.npy")


def test_a_missing_labels_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"got no file at .*nowhere\.npy"):
        load(saved(tmp_path / "a.npz", embeddings=Z), tmp_path / "nowhere.npy")
