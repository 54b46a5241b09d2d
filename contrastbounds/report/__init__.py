"""What ``--out`` leaves behind: results.json, results.csv and one self-contained report.html."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contrastbounds import results


def write_all(out: Path, content: Mapping[str, Any]) -> None:
    """Write the results and the report of one run into its folder."""
    results.write(out, content)
