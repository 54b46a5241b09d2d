"""The list of claims."""

import json
from pathlib import Path

import pytest

from contrastbounds.cli.app import run
from theory.claims import all_claims

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


def test_every_claim_is_listed_with_status_kind_source_and_statement(capsys: Capture) -> None:
    assert run(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for claim in all_claims().values():
        at = [line.split() for line in lines].index([claim.name, claim.status, claim.kind])
        below = [line.strip() for line in lines[at + 1 : at + 4]]
        assert str(claim.source) in below
        assert claim.statement.strip() in below


def test_markdown_has_one_row_a_theorem_and_each_claim_with_its_status(capsys: Capture) -> None:
    assert run(["list", "--markdown"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    rules = {"| theorem | claims |", "| --- | --- |"}
    headings = [line for line in lines if line.startswith("## ")]
    assert len(set(headings)) == len(headings) > 4
    listed: list[str] = []
    for row in (line for line in lines if line not in rules and line not in headings):
        theorem, claims = (cell.strip() for cell in row.replace("\\|", "").strip("|").split("|"))
        words, _, path = theorem.strip("[)").partition("](")
        assert words
        assert (ROOT / "docs" / path).is_file()
        listed += claims.split("<br>")
    expected = [f"`{c.name}` {c.status}, {c.kind}" for c in all_claims().values()]
    assert sorted(listed) == sorted(expected)  # a folder's own claims stand before its subfolders'


def test_the_page_shows_the_claims_as_they_are(capsys: Capture) -> None:
    """Stale? Run `make claims`."""
    assert run(["list", "--markdown"]) == 0
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert page.partition("\n\n## ")[2] == capsys.readouterr().out.partition("## ")[2]


def test_json_can_be_read_back(capsys: Capture) -> None:
    assert run(["list", "luthra2025-dcl-nscl-gap*", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    expected = [c for name, c in all_claims().items() if name.startswith("luthra2025-dcl-nscl-gap")]
    assert [(c["claim"], c["status"], c["statement"]) for c in listed] == [
        (c.name, c.status, c.statement) for c in expected
    ]
