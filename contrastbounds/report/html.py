"""``report.html``: one page from one results file, with nothing fetched from elsewhere.

The template is the one of the document's kind, `templates/<kind>.html.j2`; it extends
`base.html.j2`, which has the style, the figures and the provenance.
"""

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contrastbounds.report import results
from contrastbounds.report.folder import FIGURES
from contrastbounds.report.pictures import Picture, pictures
from contrastbounds.verification.verdicts import tightness

NONE, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
TEMPLATES = Path(__file__).parent / "templates"
NO_JINJA = "report.html needs jinja2: pip install 'contrastbounds[report]'"


def write_all(out: Path, content: Mapping[str, Any]) -> None:
    """Write results.json, results.csv and, where jinja2 is there, report.html into `out`.

    Figures in the folder's `figures` become part of the page.
    """
    results.write(out, content)
    try:
        text = page(content, pictures(out / FIGURES))
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        print(f"contrastbounds: {NO_JINJA}", file=sys.stderr)
        return
    results.replace(out / "report.html", text)


def page(content: Mapping[str, Any], figures: Sequence[Picture] = ()) -> str:
    """The page of one document; every value in it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = number
    environment.filters["breakable"] = breakable
    environment.filters["tightness"] = tightness
    template = environment.get_template(f"{content['kind']}.html.j2")
    return template.render(**content, figures=figures)


def number(value: Any, digits: int = 4) -> str:
    """A number for a table cell: four digits, a dash for none."""
    if value is None:
        return NONE
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = str(value) if isinstance(value, int) else f"{value:.{digits}g}"
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def breakable(name: str) -> Any:
    """A kebab-case or dotted name that may be broken after its hyphens, and only there."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in _after(name, "-"))


def _after(text: str, mark: str) -> list[str]:
    parts = text.split(mark)
    return [part + mark for part in parts[:-1]] + parts[-1:]
