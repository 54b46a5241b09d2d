"""The worked example of docs/conventions.md runs as printed."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "conventions.md"


def test_the_worked_example() -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text.split("## Which loss is mine?")[1].split("\n## ")[0]
    example = doctest.DocTestParser().get_doctest(section, {}, "conventions", str(PAGE), 0)
    assert len(example.examples) == 7
    assert doctest.DocTestRunner().run(example).failed == 0
