"""The page: well-formed, self-contained, escaped, and with all that a claim is."""

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contrastbounds.report.html import MINUS, NO_JINJA, NONE, number, page, write_all
from contrastbounds.report.pictures import Picture, inline, pictures
from tests.contrastbounds.shell import ENVIRONMENT

VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}
FETCHES = {"src", "srcset", "poster", "data", "action"}
NASTY = "<script>alert('&')</script>"
SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="288pt" height="216pt" viewBox="0 0 288 216">
 <metadata><a href="http://matplotlib.org"/></metadata>
 <defs><path id="m1" d="M 0 0"/></defs>
 <g clip-path="url(#p1)"><use xlink:href="#m1"/></g>
</svg>
"""


class Page(HTMLParser):
    """What a browser would see; fails on a tag that is not closed in order."""

    def __init__(self, text: str) -> None:
        """Read the whole page."""
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in FETCHES:
                self.fetched.append(value or "")
            elif name in ("href", "xlink:href"):
                (self.links if tag == "a" else self.fetched).append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is written as one tag."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """The element that began last ends."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text that a reader sees."""
        self.text += data


def content(**changed: Any) -> dict[str, Any]:
    """A document with one claim in it."""
    row = {
        "claim": "mine-nasty",
        "status": "conjecture",
        "kind": "for-all",
        "paper": "A & B <2026>",
        "source": f"A & B {NASTY}",
        "statement": rf"\forall x < y: {NASTY}",
        "proof": "docs/theory/mine.md#proof",
        "domain": {"n": "1 … 5"},
        "outcome": "violated",
        "as_expected": False,
        "slack": -0.25,
        "ratio": None,
        "rounding": 1e-12,
        "worst_case": {"seed": 1, "n": 5, "layout": NASTY},
        "n_cases": 30,
        "n_vacuous": 0,
        "n_ties": 2,
        "attained": None,
        "rebuild": "print(all_claims()['mine-nasty'].check(seed=1, n=5))",
        **changed,
    }
    return {
        "kind": "verify",
        "provenance": {
            "created": "2026-01-01T00:00:00+00:00",
            "command": f"contrastbounds verify {NASTY}",
            "versions": {"torch": "2.13.0"},
            "revision": None,
            "tf32": False,
            "inputs": {"mine.py": "00ff"},
        },
        "options": {"cases": 30},
        "summary": {
            "claims": 1,
            "as_expected": 0,
            "holds": 0,
            "violated": 1,
            "inconclusive": 0,
            "vacuous": 0,
        },
        "results": [row],
    }


def test_a_page_is_well_formed_and_has_everything() -> None:
    seen = Page(page(content()))
    assert len(set(seen.ids)) == len(seen.ids)
    row = content()["results"][0]
    for field in ("claim", "status", "kind", "paper", "source", "statement", "proof", "rebuild"):
        assert row[field] in seen.text, field
    for words in (
        "violated (unexpected)",
        f"{MINUS}0.25",
        "0 of 1 claims",
        "off",
        "torch 2.13.0",
        "00ff",
    ):
        assert words in seen.text
    assert "#mine-nasty" in seen.links


def test_nothing_of_a_claim_becomes_markup() -> None:
    text = page(content())
    assert "<script" not in text
    assert NASTY in Page(text).text


def test_nothing_is_fetched_from_elsewhere() -> None:
    picture = Picture(name="one", caption=NASTY, svg=inline(SVG, "one"), files=("figures/one.csv",))
    text = page(content(), [picture])
    seen = Page(text)
    assert not seen.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert all(target.startswith("#") for target in seen.fetched)
    assert not re.search(r"@import|url\((?!#)", text)
    assert [link for link in seen.links if not link.startswith("#")] == ["figures/one.csv"]
    assert "<script" not in text


def test_two_inline_figures_share_no_identifier() -> None:
    one, two = inline(SVG, "one"), inline(SVG, "two")
    assert one.startswith("<svg")
    assert "metadata" not in one
    assert 'width="' not in one
    assert 'viewBox="0 0 288 216"' in one
    for name, svg in (("one", one), ("two", two)):
        assert set(re.findall(r'id="([^"]*)"|#([\w-]+)', svg)) == {
            (f"{name}-m1", ""),
            ("", f"{name}-m1"),
            ("", f"{name}-p1"),
        }


def test_a_wide_figure_takes_a_row_of_its_own() -> None:
    one = Picture(name="one", caption="", svg=SVG)
    assert not one.wide
    assert replace(one, svg=SVG.replace("0 0 288 216", "0 0 576.5 216")).wide


def test_figures_beside_the_page_are_found_with_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    assert pictures(folder) == []
    folder.mkdir()
    for kind, text in (("svg", SVG), ("csv", "x\n")):
        (folder / f"loss_gap.{kind}").write_text(text)
    (picture,) = pictures(folder)
    assert picture.files == ("figures/loss_gap.csv", "figures/loss_gap.svg")
    assert "gap" in picture.caption


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, NONE),
        (-1e-16, f"{MINUS}1e-16"),
        (0.123456, "0.1235"),
        (float("inf"), "∞"),
        (float("-inf"), f"{MINUS}∞"),
        (30, "30"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_short(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(("ratio", "shown"), [(0.99996, "0.9999"), (1.0, "1"), (None, NONE)])
def test_only_equality_reads_as_one(ratio: float | None, shown: str) -> None:
    document = content(ratio=ratio)
    assert f'<td class="n">{shown}</td></tr>' in page(document)


def test_without_jinja2_the_results_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    write_all(tmp_path, content())
    assert capsys.readouterr().err == f"contrastbounds: {NO_JINJA}\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results.csv", "results.json"]


def test_the_page_of_a_run_is_one(tmp_path: Path) -> None:
    command = ["-m", "contrastbounds", "verify", "luthra2025-dcl-nscl-gap", "--cases", "5"]
    subprocess.run(
        [sys.executable, *command, "--out", "report"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
    )
    seen = Page((tmp_path / "report" / "report.html").read_text(encoding="utf-8"))
    assert "luthra2025-dcl-nscl-gap" in seen.ids
    assert "1 of 1 claims came out as expected" in seen.text
