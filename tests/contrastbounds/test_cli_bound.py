"""One calculator from the shell."""

import numpy as np
import pytest

import bounds
from contrastbounds.calculators import arguments, calculators, find, shown
from contrastbounds.cli.app import run

Capture = pytest.CaptureFixture[str]


def output(capsys: Capture, *args: str) -> str:
    assert run(["bound", *args]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_value_has_every_digit(capsys: Capture) -> None:
    out = output(capsys, "dcl_nscl_gap", "n_total=1000", "n_max=10")
    assert float(out) == float(bounds.dcl_nscl_gap(1000, 10))


def test_commas_make_a_vector_both_ways(capsys: Capture) -> None:
    out = output(capsys, "dcl_nscl_gap", "n_total=1000", "n_max=10", "tau=0.1,0.5,1")
    expected = bounds.dcl_nscl_gap(1000, 10, [0.1, 0.5, 1.0])
    assert np.array_equal([float(x) for x in out.split(",")], expected)


def test_a_keyword_only_argument_is_a_key_like_the_others(capsys: Capture) -> None:
    words = ("directional_cdnv=0.1", "cdnv=1", "root_cdnv=1", "m_shot=10", "n_classes=2", "a=16")
    out = output(capsys, "few_shot_error", *words)
    assert float(out) == float(bounds.few_shot_error(0.1, 1, 1, 10, 2, a=16))


def test_a_result_with_fields_is_printed_field_by_field(capsys: Capture) -> None:
    words = ("directional_cdnv=0.1", "cdnv=1", "root_cdnv=1", "m_shot=10", "n_classes=2")
    lines = output(capsys, "few_shot_error_optimal", *words).splitlines()
    best = bounds.few_shot_error_optimal(0.1, 1, 1, 10, 2)
    assert lines == [f"value = {float(best.value)!r}", f"a = {float(best.a)!r}"]


def test_a_word_stays_a_word(capsys: Capture) -> None:
    words = ("n_classes=5", "n_per_class=3", "n_views=2", "own_views=all")
    out = output(capsys, "cl_nscl_gap_etf", *words)
    assert float(out) == float(bounds.cl_nscl_gap_etf(5, 3, 2, own_views="all"))


def test_the_listing_has_every_calculator_with_its_first_line(capsys: Capture) -> None:
    out = output(capsys)
    for name, calculator in calculators().items():
        assert calculator.__doc__
        line = next(line for line in out.splitlines() if line.split()[:1] == [name])
        assert calculator.__doc__.partition("\n")[0] in line


def test_whole_numbers_stay_whole() -> None:
    given = arguments(find("dcl_nscl_gap"), ["n_total=1000", "n_max=1e1", "tau=inf"])
    assert given == {"n_total": 1000, "n_max": 10.0, "tau": np.inf}
    assert isinstance(given["n_total"], int)


def test_a_matrix_is_shown_row_by_row() -> None:
    assert shown(np.array([[1.0, 0.1], [np.inf, 2.0]])) == "1.0,0.1\ninf,2.0"
