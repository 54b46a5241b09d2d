"""The bound on repulsion is best at a moderate inverse temperature.

Left the repelling term of a trained encoder and the bounds that lead from it to a label-free loss,
means over anchors; right the worst that can lie between, with its minimum.
"""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bounds import best_alpha, repel_gap
from figures import _prototypes
from figures._prototypes import trained
from figures._style import (
    CORRECTED,
    FONT,
    LEVEL,
    MEASURED,
    SHARPER,
    SHARPEST,
    WIDTH,
    figure,
    finish,
)
from theory.prototypes.repelling import RepelLevels, repel_levels

ALPHAS = np.geomspace(0.7, 60.0, 25)
ANCHORS = 120
LEVELS = {
    "label_free": ("without labels (corrected)", CORRECTED),
    "by_class": ("log of the mean by class (sharper)", SHARPER),
    "soft_nearest": ("log-sum-exp of prototypes (sharper)", SHARPEST),
    "nearest": ("nearest other prototype", {**MEASURED, "markevery": 4}),
}
CLASSES = {3: "#56B4E9", 10: "#0072B2", 100: "#000000"}


def levels() -> list[RepelLevels]:
    """Of evenly chosen anchors, at each of the alphas."""
    run = trained(_prototypes.SWEPT)
    anchors = torch.linspace(0, len(run.labels) - 1, ANCHORS).long()
    z = run.z.double()
    return [repel_levels(z, run.labels, float(a), anchors=anchors) for a in ALPHAS]


def draw() -> Figure:
    """Left measured, right in the worst case."""
    fig, (left, right) = figure(2.9, columns=2, width=2 * WIDTH)
    found = levels()
    for name, (label, look) in LEVELS.items():
        left.plot(ALPHAS, [getattr(each, name).item() for each in found], label=label, **look)
    left.axhline(1.0, label="trivial", **LEVEL)
    left.set(xscale="log", ylim=(0.0, 1.75))
    finish(
        left,
        xlabel=r"inverse temperature $\alpha$ of the bound",
        ylabel="similarity to the nearest other class [1]",
        title=rf"encoder trained at $\alpha$ = {_prototypes.SWEPT.alpha:g}",
    )
    worst(right)
    for ax in (left, right):
        ax.get_xaxis().set_major_formatter("{x:g}")
        ax.legend(fontsize=FONT - 1, frameon=False, loc="upper right")
    return fig


def worst(ax: Axes) -> None:
    """The greatest gap over all encoders against alpha, one line for each number of classes."""
    alphas = np.geomspace(0.3, 300.0, 200)
    for k, colour in CLASSES.items():
        ax.plot(alphas, repel_gap(k, alphas), color=colour, lw=1.4, label=f"K = {k} (sharper)")
        best = best_alpha(k)
        ax.plot(best, repel_gap(k, best), "o", color=colour, ms=4.0)
    ax.plot([], [], "o", color="#777777", ms=4.0, label=r"best $\alpha$")
    ax.axhline(2.0, label=r"limit for $\alpha\to\infty$ (sharper)", **LEVEL)
    ax.set(xscale="log", ylim=(0.0, 5.5))
    finish(
        ax,
        xlabel=r"inverse temperature $\alpha$",
        ylabel="greatest gap of the bound [1]",
        title="worst case over encoders",
    )
