"""Pictures of a comparison: indices with floors and null, and cosines against cosines."""

from typing import Any

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from contrastbounds.audit._names import short
from contrastbounds.audit.comparison.measure import Comparison

WIDTH = 4.8  # inches
FEW = 30  # pairs in the fullest cell, up to which colours need no logarithm
CHANCE = "items paired at random"
FLOORS: dict[str, dict[str, Any]] = {
    "corrected": {"color": "#D55E00", "marker": "D", "label": "floor, Corollaries 1, 2"},
    "sharper": {"color": "#0072B2", "marker": "o", "label": "floor, sharper"},
}


def comparison_plots(found: Comparison) -> list[tuple[str, str, Figure]]:
    """(name, caption, figure)."""
    return [
        (
            "alignment",
            f"Similarity with its {100 * found.level:.0f} % interval, what chance gives (its "
            "upper end is marked), and what the distance of the cosine Gram matrices proves.",
            _indices(found),
        ),
        (
            "pairs",
            f"Cosines of the same pairs of items on both sides: all pairs of "
            f"{found.cosines.items} items.",
            _cosines(found),
        ),
    ]


def _indices(found: Comparison) -> Figure:
    fig = Figure(figsize=(WIDTH, 1.3 + 0.32 * len(found.indices)), layout="constrained")
    ax = fig.subplots()
    lines = found.indices[::-1]
    for at, index in enumerate(lines):
        if index.value is not None:
            ax.plot([index.value], [at], "|", color="black", ms=9, mew=1.6, label="measured")
        if index.low is not None and index.high is not None:
            ax.plot([index.low, index.high], [at, at], color="black", lw=1.2)
        if index.null_mean is not None and index.null_high is not None:
            half = index.null_high - index.null_mean
            left, width = index.null_mean - half, 2 * half
            ax.barh([at], [width], left=[left], height=0.5, color="0.8", zorder=0, label=CHANCE)
            # So that it is seen where there are many items.
            ax.plot([index.null_high], [at], "|", color="0.6", ms=9, zorder=0)
        for row in found.floors_of(index):
            if row.useful and row.bound is not None:
                ax.plot([row.bound], [at], ls="", ms=5, **FLOORS[row.status])
    ax.set_yticks(range(len(lines)), [i.label for i in lines])
    ax.set(xlabel="similarity", ylim=(-0.6, len(lines) - 0.4))
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]), right=1.02)
    unique = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    fig.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=2, frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return fig


def _cosines(found: Comparison) -> Figure:
    at = found.cosines
    fig = Figure(figsize=(WIDTH, 4.0), layout="constrained")
    ax = fig.subplots()
    counts = np.asarray(at.counts, dtype=float).T
    most = counts.max()
    image = ax.imshow(
        np.where(counts > 0, counts, np.nan),
        origin="lower",
        extent=(*at.first, *at.other),
        aspect="auto",
        norm=LogNorm(1, most) if most > FEW else Normalize(0, most),
        cmap="viridis_r",
    )
    fig.colorbar(image, ax=ax, label="pairs of items", shrink=0.8)
    ax.set(
        xlabel=f"cosine in {short(found.first.source, 40)}",
        ylabel=f"cosine in {short(found.other.source, 40)}",
    )
    ax.locator_params(nbins=6)
    ax.spines[["top", "right"]].set_visible(False)
    return fig
