"""Reading plotted lines back."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray


def y_of(ax: Axes, label: str) -> NDArray[np.float64]:
    """The y values of the line, or of the error bar's markers, whose label begins with `label`."""
    for handle, text in zip(*ax.get_legend_handles_labels(), strict=True):
        if text.startswith(label):
            line = handle.lines[0] if isinstance(handle, ErrorbarContainer) else handle
            assert isinstance(line, Line2D)
            return np.asarray(line.get_ydata(), dtype=np.float64)
    raise AssertionError(f"no line {label!r} among {ax.get_legend_handles_labels()[1]}")


def assert_presentable(figure: Figure) -> None:
    """Axes are labelled with units, and every bound's legend entry names its status."""
    for ax in figure.axes:
        if not ax.axison:
            continue
        assert ax.get_xlabel()
        assert "[" in ax.get_ylabel(), "axes carry units"
        for text in ax.get_legend_handles_labels()[1]:
            if any(word in text for word in ("Theorem", "Prop", "supremum", "chord", "limit")):
                statuses = ("published", "corrected", "sharper", "conjecture", "refuted")
                assert text.endswith(tuple(f"({s})" for s in statuses)), text
