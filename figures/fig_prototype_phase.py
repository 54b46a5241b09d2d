"""Beyond a critical repulsion free prototypes collapse instead of forming a simplex.

Left the objective of both configurations against repulsion, right which of them is better for each
number of classes.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from bounds import balanced_supervised_minimum, critical_repulsion, free_prototype_minimum
from figures._style import FONT, LEVEL, MEASURED, PUBLISHED, SHARPER, WIDTH, figure, finish

K = 5
REPULSIONS = np.linspace(0.0, 6.0, 121)
CLASSES = np.arange(2, 21)
COLOURS = LinearSegmentedColormap.from_list(
    "phases", [PUBLISHED["color"], "#ffffff", SHARPER["color"]]
)


def draw() -> Figure:
    """The branches of one K, and the phases of all."""
    fig, (left, right) = figure(2.9, columns=2, width=2 * WIDTH)
    branches(left)
    phases(fig, right)
    return fig


def branches(ax: Axes) -> None:
    """Simplex, collapse, and the lower of them, which is the minimum."""
    simplex, collapse = balanced_supervised_minimum(K, REPULSIONS), 1.0 - REPULSIONS
    ax.plot(
        REPULSIONS,
        free_prototype_minimum(K, REPULSIONS),
        color="#cccccc",
        lw=5.0,
        solid_capstyle="round",
        label="minimum (sharper)",
    )
    ax.plot(REPULSIONS, simplex, label=r"simplex, $-1-\lambda/(K-1)$", **SHARPER)
    ax.plot(REPULSIONS, collapse, label=r"collapse, $1-\lambda$", **{**PUBLISHED, "ls": "-."})
    critical = float(critical_repulsion(K))
    ax.axvline(critical, **LEVEL)
    at = float(free_prototype_minimum(K, critical))
    ax.plot(critical, at, label=rf"$\lambda_c$ = {critical:.3g}", **{**MEASURED, "ls": "none"})
    ax.legend(fontsize=FONT - 1, frameon=False, loc="upper right")
    finish(
        ax, xlabel=r"repulsion $\lambda$", ylabel="objective, free prototypes [1]", title=f"K = {K}"
    )


def phases(fig: Figure, ax: Axes) -> None:
    """How far collapse is above the simplex; the critical repulsion parts the two."""
    k, weight = CLASSES[None, :], REPULSIONS[:, None]
    excess = 1.0 - weight - balanced_supervised_minimum(k, weight)
    norm = TwoSlopeNorm(0.0, vmin=excess.min(), vmax=excess.max())
    mesh = ax.pcolormesh(
        CLASSES, REPULSIONS, excess, cmap=COLOURS, norm=norm, shading="nearest", rasterized=True
    )
    ax.plot(
        CLASSES[1:],
        critical_repulsion(CLASSES[1:]),
        label=r"$\lambda_c = 2(K-1)/(K-2)$ (sharper)",
        **{**MEASURED, "ms": 2.5},
    )
    ax.text(12, 1.0, "simplex", ha="center", va="center", fontsize=FONT + 1, color="#ffffff")
    ax.text(12, 4.6, "collapse", ha="center", va="center", fontsize=FONT + 1, color="#ffffff")
    ax.legend(fontsize=FONT - 1, loc="upper right", framealpha=0.9)
    bar = fig.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label("collapse above simplex [1]", fontsize=FONT)
    bar.ax.tick_params(labelsize=FONT - 1, length=2.5)
    ax.set_xticks([2, 5, 10, 15, 20])
    finish(ax, xlabel="classes K", ylabel=r"repulsion $\lambda$ [1]", title="better configuration")
