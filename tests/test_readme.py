"""What the README says is what happens."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ten_lines_print_what_stands_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(import torch\nfrom bounds.*?)```", README, re.DOTALL)
    assert found is not None
    exec(found[1], {})
    printed = capsys.readouterr().out.splitlines()
    promised = re.findall(r"^print\(.*\)  # (.*)$", found[1], re.MULTILINE)
    assert len(printed) == len(promised) == 4
    for line, words in zip(printed[:3], promised, strict=False):
        assert words.endswith(line)
    assert printed[3].startswith("from theory.claims import all_claims; print(")


def test_links_and_pictures_exist() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert len(targets) > 20
    for target in targets:
        assert (ROOT / target).exists(), target


def test_the_two_commands_come_first() -> None:
    console = README.index("```console")
    assert README.index("$ make verify") > console
    assert README[console:].index("$ make verify") < README[console:].index("$ make test")
