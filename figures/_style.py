"""How every figure looks: column width, and lines that survive grey print."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 3.5  # inches, one column
FONT = 7.5

# Okabe and Ito's palette, ordered so that neighbours differ in lightness too.
MEASURED: dict[str, Any] = {"color": "#000000", "marker": "o", "ms": 3.0, "lw": 1.0}
RIVAL: dict[str, Any] = {"color": "#777777", "marker": "s", "ms": 3.0, "lw": 1.0}
PUBLISHED: dict[str, Any] = {"color": "#D55E00", "ls": "-", "lw": 1.4}
CORRECTED: dict[str, Any] = {"color": "#D55E00", "ls": (0, (5, 1, 1, 1)), "lw": 1.4}
SHARPER: dict[str, Any] = {"color": "#0072B2", "ls": "--", "lw": 1.4}
SHARPEST: dict[str, Any] = {"color": "#009E73", "ls": "-.", "lw": 1.4}
LEVEL: dict[str, Any] = {"color": "#56B4E9", "ls": ":", "lw": 1.4}
"""One look per role: what was measured, what the authors state, what is proved here."""


def figure(height: float, *, columns: int = 1, width: float = WIDTH) -> tuple[Figure, list[Axes]]:
    """An empty figure of `columns` axes side by side."""
    fig = Figure(figsize=(width, height), layout="constrained")
    axes = fig.subplots(1, columns, squeeze=False)
    return fig, list(axes[0])


def finish(ax: Axes, **labels: Any) -> None:
    """Label the axes (with units) and quieten the frame."""
    ax.set(**labels)
    ax.xaxis.label.set_fontsize(FONT)
    ax.yaxis.label.set_fontsize(FONT)
    ax.title.set_fontsize(FONT)
    ax.tick_params(labelsize=FONT - 1, length=2.5)
    ax.spines[["top", "right"]].set_visible(False)


def legend_below(fig: Figure, ax: Axes, *, columns: int = 2) -> None:
    """A legend under the plot: lines are many and the column is narrow."""
    handles, labels = ax.get_legend_handles_labels()
    fig.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=columns,
        fontsize=FONT - 1,
        frameon=False,
        handlelength=2.6,
        columnspacing=1.2,
    )
