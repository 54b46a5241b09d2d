"""The numbers that a figure shows, as a table."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures._series import COLUMNS, Series, series_of

ALWAYS = ("axes", "series", "x", "y")


def write_csv(figure: Figure, path: Path) -> None:
    """Write what `figure` shows: long format, every number to full precision.

    Columns axes, series, x, y; z, low and high where some series has them.
    """
    rows = [row for axes, series in plotted(figure) for row in _rows(axes, series)]
    used = [c for c in COLUMNS if c in ALWAYS or any(c in row for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, used, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def plotted(figure: Figure) -> Iterator[tuple[str, Series]]:
    """Every line, band, scatter, bar, error bar and image, with the name of its axes."""
    every = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    titles = [_title(ax) for ax in every]
    for at, (ax, title) in enumerate(zip(every, titles, strict=True)):
        unique = title and titles.count(title) == 1
        for series in series_of(ax):
            yield title if unique else f"{title} ({at + 1})".strip(), series


def _title(ax: Axes) -> str:
    """The title of one axes, or else what it plots against what."""
    return ax.get_title() or " against ".join(filter(None, (ax.get_ylabel(), ax.get_xlabel())))


def _rows(axes: str, series: Series) -> Iterator[dict[str, Any]]:
    for point in series.points():
        yield {"axes": axes, "series": series.name, **point}
