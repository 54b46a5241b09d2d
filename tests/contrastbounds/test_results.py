"""Results files: every number survives, and nothing but ours is overwritten."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrastbounds.errors import UsageError
from contrastbounds.report.folder import prepare
from contrastbounds.report.results import document, dumps, from_plain, plain, read, write

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(VALUES.filter(lambda v: not isinstance(v, str) or v not in ("inf", "-inf", "nan")))
def test_json_has_no_bare_infinity_and_comes_back(value: object) -> None:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    back = from_plain(json.loads(dumps(value), parse_constant=refuse))
    assert plain(back) == plain(value)


def test_numpy_s_numbers_are_numbers() -> None:
    value = {"a": np.float64(np.inf), "b": np.int64(3), "c": np.array([1.0, np.nan]), "d": (1,)}
    assert plain(value) == {"a": "inf", "b": 3, "c": [1.0, "nan"], "d": [1]}


def test_a_document_is_read_back(tmp_path: Path) -> None:
    made = document(
        "verify",
        provenance={"seed": 0},
        options={},
        summary={},
        results=[{"claim": "a", "slack": -math.inf, "ratio": None, "worst_case": {"n": 1}}],
    )
    write(tmp_path, made)
    assert read(tmp_path / "results.json") == made
    table = (tmp_path / "results.csv").read_text(encoding="utf-8")
    assert table == 'claim,slack,ratio,worst_case\na,-inf,,"{""n"": 1}"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("[]", "another file"),
        ('{"generator": "contrastbounds", "schema": 99}', "need schema 1, got 99"),
    ],
)
def test_another_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(UsageError, match=words):
        read(tmp_path / "results.json")


def test_a_folder_of_someone_else_s_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        prepare(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_earlier_results_make_room_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name, text in (
        ("results.json", '{"generator": "contrastbounds"}'),
        ("report.html", "old"),
        ("cases.jsonl", "old\n"),
        ("notes.txt", "mine"),
    ):
        (tmp_path / name).write_text(text)
    prepare(tmp_path, resume=True)
    assert (tmp_path / "cases.jsonl").read_text() == "old\n"
    prepare(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cases.jsonl", "figures", "notes.txt"]
    assert (tmp_path / "cases.jsonl").read_text() == ""
