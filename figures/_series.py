"""Reading plotted series off matplotlib's axes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

Array = np.ndarray[Any, np.dtype[Any]]
COLUMNS = ("axes", "series", "x", "y", "z", "low", "high")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One plotted thing; `z` is a colour scale's value, `low` and `high` a band or error bars.

    The coordinates are what numpy can make float64 of; None where the thing has none.
    """

    name: str
    x: Any = None
    y: Any = None
    z: Any = None
    low: Any = None
    high: Any = None

    def points(self) -> Iterator[dict[str, float]]:
        """The coordinates, point by point; masked ones are NaN."""
        given = {c: getattr(self, c) for c in COLUMNS[2:] if getattr(self, c) is not None}
        arrays = [np.ma.masked_array(v, dtype=np.float64).filled(np.nan) for v in given.values()]
        for values in zip(*(a.ravel() for a in np.broadcast_arrays(*arrays)), strict=True):
            yield dict(zip(given, map(float, values), strict=True))


def series_of(ax: Axes) -> Iterator[Series]:
    """Every line, band, scatter, bar, error bar, contour and image on the axes."""
    parts: set[int] = set()
    for at, container in enumerate(ax.containers):
        parts.update(id(child) for child in container.get_children())
        name = _name(container.get_label(), f"{type(container).__name__} {at + 1}")
        if isinstance(container, ErrorbarContainer):
            yield from _error_bars(container, name)
        elif isinstance(container, BarContainer):
            yield _bars(container, name)
    artists: list[Artist] = [*ax.lines, *ax.collections, *ax.images]
    for at, artist in enumerate(a for a in artists if id(a) not in parts):
        name = _name(artist.get_label(), f"{type(artist).__name__} {at + 1}")
        if isinstance(artist, Line2D):
            yield _line(artist, ax, name)
        elif isinstance(artist, Collection):
            yield from _collection(artist, name)
        elif isinstance(artist, AxesImage):
            yield from _image(artist, name)


def _name(label: object, otherwise: str) -> str:
    """A label, unless matplotlib invented it."""
    return otherwise if not label or str(label).startswith("_") else str(label)


def _line(line: Line2D, ax: Axes, name: str) -> Series:
    # A reference line (axhline) has only one coordinate that is data.
    has_x, has_y = line.get_transform().contains_branch_seperately(ax.transData)
    x, y = line.get_data(orig=False)
    return Series(name=name, x=x if has_x else None, y=y if has_y else None)


def _error_bars(container: ErrorbarContainer, name: str) -> Iterator[Series]:
    line, _, bars = container.lines
    x, y = (None, None) if line is None else map(np.asarray, line.get_data(orig=False))
    if not container.has_yerr:
        yield Series(name=name, x=x, y=y)
        return
    ends = np.asarray(bars[-1].get_segments())  # (points, low and high, x and y)
    low, high = ends[:, 0, 1], ends[:, 1, 1]
    if x is not None and len(x) == len(ends):
        yield Series(name=name, x=x, y=y, low=low, high=high)
        return
    if x is not None:  # bars at some of the points only
        yield Series(name=name, x=x, y=y)
    yield Series(name=name, x=ends[:, 0, 0], low=low, high=high)


def _bars(container: BarContainer, name: str) -> Series:
    boxes = [bar.get_bbox() for bar in container.patches]
    if container.orientation == "horizontal":
        return Series(name=name, x=[b.x1 for b in boxes], y=[(b.y0 + b.y1) / 2 for b in boxes])
    return Series(name=name, x=[(b.x0 + b.x1) / 2 for b in boxes], y=[b.y1 for b in boxes])


def _collection(artist: Collection, name: str) -> Iterator[Series]:
    offsets: Array = np.ma.asarray(artist.get_offsets())
    if isinstance(artist, QuadMesh):
        yield _mesh(artist, name)
    elif isinstance(artist, ContourSet):
        for level, path in zip(artist.levels, artist.get_paths(), strict=False):
            points = np.asarray(path.vertices)
            yield Series(name=name, x=points[:, 0], y=points[:, 1], z=level)
    elif isinstance(artist, LineCollection):
        points = np.concatenate(artist.get_segments())
        yield Series(name=name, x=points[:, 0], y=points[:, 1])
    elif isinstance(artist, PolyCollection) and len(offsets) <= 1:
        yield from _bands(artist, name)
    else:
        yield Series(name=name, x=offsets[:, 0], y=offsets[:, 1], z=artist.get_array())


def _mesh(mesh: QuadMesh, name: str) -> Series:
    corners: Array = np.asarray(mesh.get_coordinates())
    z: Array = np.ma.asarray(mesh.get_array())
    centres = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
    at = corners if z.size == corners[..., 0].size else centres  # Gouraud shading: at corners
    return Series(name=name, x=at[..., 0], y=at[..., 1], z=z.reshape(at.shape[0], at.shape[1]))


def _bands(artist: PolyCollection, name: str) -> Iterator[Series]:
    """A band's polygon runs along one edge and back along the other, with a corner at each end."""
    sideways = getattr(artist, "t_direction", "x") == "y"
    for path in artist.get_paths():
        corners = np.asarray(path.vertices)[:, ::-1] if sideways else np.asarray(path.vertices)
        n = (len(corners) - 3) // 2
        along, one = corners[1 : n + 1].T
        other = corners[n + 2 : 2 * n + 2, 1][::-1]
        edges = {"low": np.minimum(one, other), "high": np.maximum(one, other)}
        yield Series(name=name, **{"y" if sideways else "x": along}, **edges)


def _image(image: AxesImage, name: str) -> Iterator[Series]:
    values: Array = np.ma.asarray(image.get_array())
    if values.ndim != 2:
        return  # a picture in colours, not numbers on a scale
    left, right, bottom, top = image.get_extent()
    if image.origin == "upper":
        bottom, top = top, bottom
    rows, columns = values.shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    yield Series(name=name, x=x[None, :], y=y[:, None], z=values)
