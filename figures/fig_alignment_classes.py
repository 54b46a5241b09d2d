"""Early in training CL and NSCL are the more alike the more classes there are; later less plainly.

CKA of the twins over training steps and classes, the mean over seeds.
"""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from figures._alignment import distances, seeds, setup, size
from figures._style import FONT, WIDTH, finish

CLASSES = (2, 5, 10, 20, 50)
COLOURS = "cividis"


def draw(*, full: bool = False) -> Figure:
    """One row of cells for each number of classes."""
    shown, among = replace(setup(full=full), comparators=("nscl",)), seeds(full=full)
    stops = shown.stops[1:]  # the twins start as one
    table = np.array(
        [distances(replace(shown, n_classes=c), among, "cka").mean(axis=0)[1:] for c in CLASSES]
    )
    fig = Figure(figsize=(1.4 * WIDTH, 2.4), layout="constrained")
    ax = fig.subplots()
    image = ax.imshow(table, origin="lower", aspect="auto", cmap=COLOURS, vmax=1.0)
    middle = (table.min() + 1.0) / 2
    for (row, column), value in np.ndenumerate(table):
        ax.text(
            column,
            row,
            f"{value:.2f}".removeprefix("0"),
            ha="center",
            va="center",
            fontsize=FONT - 1.5,
            color="#000000" if value > middle else "#ffffff",
        )
    ax.set_xticks(range(len(stops)), labels=[str(s) for s in stops])
    ax.set_yticks(range(len(CLASSES)), labels=[str(c) for c in CLASSES])
    bar = fig.colorbar(image, ax=ax, pad=0.02)
    bar.set_label("CKA of CL and NSCL [1]", fontsize=FONT)
    bar.ax.tick_params(labelsize=FONT - 1, length=2.5)
    finish(
        ax,
        xlabel="training step",
        ylabel="classes [1]",
        title=rf"$\tau$ = {shown.tau:g}; {size(shown, len(among))}",
    )
    ax.tick_params(length=0)
    return fig
