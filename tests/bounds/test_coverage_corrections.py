"""Every row of docs/corrections.md: our command prints its value, and the old formula fails."""

import doctest
import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.special import comb

from bounds import coverage_probability, expected_log_collisions
from contrastbounds.cli.app import run

PAGE = Path(__file__).parents[2] / "docs" / "corrections.md"
ROW = re.compile(
    r"^\| \d \| (?P<quantity>[^|]+) \| (?P<there>\S+) \| (?P<here>\S+)"
    r" \| `contrastbounds (?P<command>[^`]+)` \| `(?P<prints>[^`]+)` \|$",
    re.MULTILINE,
)
ROWS = [match.groupdict() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def test_every_row_of_the_table_is_read() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "`contrastb" in line]
    assert len(ROWS) == len(rows) >= 11
    there = {row["there"] for row in ROWS}
    assert {"4.517e-4", "5.750e-4", "0.10845", "NaN", "inf"} <= there


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["quantity"])
def test_the_command_prints_the_value(
    row: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(row["command"].split()) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert math.isclose(float(out), float(row["prints"]), rel_tol=1e-9)
    assert math.isclose(float(row["here"]), float(row["prints"]), rel_tol=1e-4)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["quantity"])
def test_what_stood_there_is_something_else(row: dict[str, str]) -> None:
    assert not math.isclose(float(row["there"]), float(row["prints"]), rel_tol=5e-4)


def test_the_formulas_fail_as_the_page_shows() -> None:
    failed, attempted = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert attempted >= 10


def test_the_naive_coverage_is_round_off() -> None:
    """Alternating sums, as the page and as the textbook have them, at C = 100."""
    j = np.arange(101.0)
    textbook = float(np.sum((-1.0) ** j * comb(100, j) * (1.0 - j / 100.0) ** 128))
    truth = float(coverage_probability(100, 128))
    assert abs(textbook) > 1e10 * truth
    largest = float(np.max(comb(100, j) * (1.0 - j / 100.0) ** 128))
    assert largest * np.finfo(np.float64).eps > 1e6 * truth


def test_the_naive_collision_term_ends_at_1029_negatives() -> None:
    def naive(k: int) -> float:
        m = np.arange(k + 1)
        with np.errstate(all="ignore"):
            return float(np.sum(0.1**m * 0.9 ** (k - m) * comb(k, m) * np.log(1 + m)))

    assert math.isclose(naive(1029), float(expected_log_collisions(10, 1029)), rel_tol=1e-9)
    assert math.isnan(naive(1030))
    assert math.isnan(naive(1100))


def test_the_naive_coefficient_is_infinite_from_356_negatives_on() -> None:
    assert 1 - (1 - (1 - 1 / 10) ** 355) > 0
    assert 1 - (1 - (1 - 1 / 10) ** 356) == 0
