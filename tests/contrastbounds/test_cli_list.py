"""The list of claims."""

import json

import pytest

from contrastbounds.cli.app import run
from theory.claims import all_claims

Capture = pytest.CaptureFixture[str]


def test_every_claim_is_listed_with_status_kind_source_and_statement(capsys: Capture) -> None:
    assert run(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for claim in all_claims().values():
        at = [line.split() for line in lines].index([claim.name, claim.status, claim.kind])
        below = [line.strip() for line in lines[at + 1 : at + 4]]
        assert str(claim.source) in below
        assert claim.statement.strip() in below


def test_markdown_has_one_row_a_claim(capsys: Capture) -> None:
    assert run(["list", "--markdown"]) == 0
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert head == "| name | status | kind | what | source |"
    assert rule == "| --- | --- | --- | --- | --- |"
    for row, claim in zip(rows, all_claims().values(), strict=True):
        cells = [cell.strip() for cell in row.replace("\\|", "").strip("|").split("|")]
        assert cells[:3] == [f"`{claim.name}`", claim.status, claim.kind]
        assert len(cells) == 5
        assert all(cells)


def test_json_can_be_read_back(capsys: Capture) -> None:
    assert run(["list", "luthra2025-dcl-nscl-gap*", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    expected = [c for name, c in all_claims().items() if name.startswith("luthra2025-dcl-nscl-gap")]
    assert [(c["claim"], c["status"], c["statement"]) for c in listed] == [
        (c.name, c.status, c.statement) for c in expected
    ]
