"""What ``--out`` gets: the results files, and a page that leads with what they mean."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contrastbounds.audit._audit import Audit
from contrastbounds.audit.plots import plots
from contrastbounds.audit.printing import header, verdict
from contrastbounds.audit.tables import tables
from contrastbounds.report import html, results


def write(out: Path, audit: Audit, document: Mapping[str, Any]) -> None:
    """Write results.json, results.csv and, where jinja2 is there, report.html into `out`."""
    results.write(out, document)
    try:
        text = page(audit, document)
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        print(f"contrastbounds: {html.NO_JINJA}", file=sys.stderr)
        return
    results.replace(out / "report.html", text)


def page(audit: Audit, document: Mapping[str, Any]) -> str:
    """Sentences, plots and tables of one audit; every value in it is escaped."""
    content = {
        **document,
        "header": header(audit.data),
        "verdict": verdict(audit),
        "tables": tables(audit),
    }
    return html.page(content, plots(audit))
