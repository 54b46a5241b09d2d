"""The results files: ``results.json`` with a versioned schema, and ``results.csv``.

``results.json`` is an object with

    schema      1; a reader refuses a number that it does not know
    generator   "contrastbounds"
    kind        "verify" or "audit"
    provenance  see `contrastbounds.report.provenance`; the only place for a time or a path
    options     what was asked for: seed, cases, ...
    summary     counts
    results     one object per row; the same for the same options, versions and device

JSON has no infinities and no NaN: they are the strings "inf", "-inf" and "nan".
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contrastbounds.errors import UsageError

SCHEMA = 1
GENERATOR = "contrastbounds"
NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
Row = Mapping[str, Any]


def document(
    kind: str,
    *,
    provenance: Row,
    options: Row,
    summary: Row,
    results: Sequence[Row],
    **more: Any,
) -> dict[str, Any]:
    """A results file as an object; `more` are further parts that a kind of its own has."""
    return {
        "schema": SCHEMA,
        "generator": GENERATOR,
        "kind": kind,
        "provenance": provenance,
        "options": options,
        "summary": summary,
        **more,
        "results": list(results),
    }


def write(out: Path, content: Row) -> None:
    """Write ``results.json`` and ``results.csv`` in `out`, each all at once."""
    replace(out / "results.json", dumps(content, indent=2) + "\n")
    write_csv(out / "results.csv", content["results"])


def read(path: Path) -> dict[str, Any]:
    """A results file, with its infinities and NaNs as numbers again."""
    try:
        content = from_plain(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        raise UsageError(f"need a results file of contrastbounds, got no JSON in {path}") from None
    if not isinstance(content, dict) or content.get("generator") != GENERATOR:
        raise UsageError(f"need a results file of contrastbounds, got another file in {path}")
    if content.get("schema") != SCHEMA:
        raise UsageError(f"need schema {SCHEMA}, got {content.get('schema')} in {path}")
    return content


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """The rows as a table: the columns of the first row; lists and objects as JSON in a cell."""
    text = io.StringIO()
    columns = list(rows[0]) if rows else []
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    replace(path, text.getvalue())


def replace(path: Path, text: str) -> None:
    """Write a file all at once: a reader never finds half of it."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


def dumps(value: Any, **style: Any) -> str:
    """JSON in which every number is finite."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, **style)


def plain(value: Any) -> Any:
    """`value` in what JSON has; numpy's and torch's scalars become Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if not isinstance(value, str | int | float | None):
        return plain(value.tolist()) if hasattr(value, "tolist") else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return value


def from_plain(value: Any) -> Any:
    """The inverse of `plain`, with lists for tuples."""
    if isinstance(value, dict):
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    return NOT_FINITE.get(value, value) if isinstance(value, str) else value


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return dumps(value) if isinstance(value, Mapping | list | tuple) else plain(value)
