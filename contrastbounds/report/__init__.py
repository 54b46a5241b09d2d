"""What ``--out`` leaves behind: results.json, results.csv and one self-contained report.html."""

from contrastbounds.report.html import page, write_all
from contrastbounds.report.results import document

__all__ = ["document", "page", "write_all"]
