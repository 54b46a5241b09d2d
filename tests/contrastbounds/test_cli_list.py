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
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert (head, rule) == ("| theorem | claims |", "| --- | --- |")
    listed: list[str] = []
    for row in rows:
        theorem, claims = (cell.strip() for cell in row.replace("\\|", "").strip("|").split("|"))
        words, _, path = theorem.strip("[)").partition("](")
        assert words
        assert (ROOT / path).is_file()
        listed += claims.split("<br>")
    assert listed == [f"`{c.name}` {c.status}, {c.kind}" for c in all_claims().values()]


def test_readme_shows_the_claims_as_they_are(capsys: Capture) -> None:
    """Stale? Paste the output of `contrastbounds list --markdown` between the two comments."""
    assert run(["list", "--markdown"]) == 0
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition("<!-- claims: `contrastbounds list --markdown` -->\n")
    assert rest.partition("<!-- end of claims -->")[0] == capsys.readouterr().out


def test_json_can_be_read_back(capsys: Capture) -> None:
    assert run(["list", "luthra2025-dcl-nscl-gap*", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    expected = [c for name, c in all_claims().items() if name.startswith("luthra2025-dcl-nscl-gap")]
    assert [(c["claim"], c["status"], c["statement"]) for c in listed] == [
        (c.name, c.status, c.statement) for c in expected
    ]
