"""What ``--out`` gets: the results files, and a page that leads with what they mean."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contrastbounds.audit._audit import Audit
from contrastbounds.audit.comparison.measure import Comparison
from contrastbounds.audit.comparison.tables import comparison_tables
from contrastbounds.audit.plots import plots, plots_of
from contrastbounds.audit.printing import (
    comparison_header,
    comparison_title,
    header,
    title,
    verdict,
)
from contrastbounds.audit.tables import tables
from contrastbounds.report import html, results


def write(out: Path, found: Audit | Comparison, document: Mapping[str, Any]) -> None:
    """Write results.json, results.csv and, where jinja2 is there, report.html into `out`."""
    results.write(out, document)
    try:
        text = page(found, document)
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        print(f"contrastbounds: {html.NO_JINJA}", file=sys.stderr)
        return
    results.replace(out / "report.html", text)


def page(found: Audit | Comparison, document: Mapping[str, Any]) -> str:
    """Sentences, plots and tables; every value in them is escaped."""
    content = {**document, "verdict": verdict(found.rows)}
    if isinstance(found, Comparison):
        parts = {
            "title": comparison_title(found),
            "header": comparison_header(found),
            "tables": comparison_tables(found),
        }
        return html.page({**content, **parts}, plots_of(found))
    parts = {"title": title(found.data), "header": header(found.data), "tables": tables(found)}
    return html.page({**content, **parts}, plots(found))
