"""Training moves along the intercept ln(C/(K+1)), far inside the published band.

Validation losses of the toy experiment, epoch by epoch, one panel for each number of negatives; in
the last panel, how far each epoch ends from that intercept.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from bounds import (
    contrastive_floor,
    supervised_floor,
    surrogate_lower,
    surrogate_upper,
    surrogate_upper_unit,
)
from figures._style import FONT, LEVEL, PUBLISHED, SHARPER, WIDTH, finish, legend_below
from figures._toy import size, trajectories
from synthetic.toy import ToyHistory

CONTRASTIVE = np.linspace(0.0, 8.0, 201)
SUPERVISED = (2.0, 6.0)
CONJECTURE: dict[str, Any] = {"color": "#000000", "ls": ":", "lw": 1.0}
LOWER: dict[str, Any] = {**PUBLISHED, "ls": (0, (5, 1, 1, 1))}
COLOURS = "cividis"


def draw(histories: Sequence[ToyHistory] | None = None) -> Figure:
    """The given runs, one for each number of negatives; by default small ones, trained here."""
    runs = histories or trajectories()
    epochs = max(len(run.epochs) for run in runs)
    norm = PowerNorm(0.4, vmin=1, vmax=max(2, epochs))
    fig = Figure(figsize=(2 * WIDTH, 4.9), layout="constrained")
    axes = fig.subplots(2, -(-(len(runs) + 1) // 2)).ravel().tolist()
    for ax, run in zip(axes, runs, strict=False):
        _panel(ax, run, norm)
    _excess(axes[len(runs)], runs)
    for ax in axes[len(runs) + 1 :]:
        ax.axis("off")
    bar = fig.colorbar(ScalarMappable(norm, COLOURS), ax=axes, shrink=0.6, pad=0.01)
    bar.set_label("epoch", fontsize=FONT)
    ticks = [*(e for e in (1, 4, 20, 100) if e < 0.7 * epochs), epochs]
    bar.set_ticks(ticks, labels=[str(e) for e in ticks])
    bar.minorticks_off()
    bar.ax.tick_params(labelsize=FONT - 1, length=2.5)
    fig.suptitle(size(runs[0]), fontsize=FONT)
    legend_below(fig, axes[0])
    return fig


def _panel(ax: Axes, run: ToyHistory, norm: PowerNorm) -> None:
    """One trajectory inside its band."""
    c, k, x = run.setup.n_classes, run.setup.n_negatives, CONTRASTIVE
    lower, upper = x + surrogate_lower(c, k), x + surrogate_upper(c, k)
    least, floor = float(contrastive_floor(c, k)), float(supervised_floor(c))
    ax.plot(x, upper, label=r"$R_{cont} + \Delta_U$ (published)", **PUBLISHED)
    ax.plot(x, lower, label=r"$R_{cont} + \Delta_L$ (published)", **LOWER)
    unit = surrogate_upper_unit(c, k)
    ax.plot(x, x + unit, label="$R_{cont}$ + proved intercept (sharper)", **SHARPER)
    intercept = np.log(c / (k + 1))
    ax.plot(x, x + intercept, label=r"$R_{cont} + \ln(C/(K+1))$ (conjecture)", **CONJECTURE)
    ax.axvline(least, label="floors (published)", **LEVEL)
    ax.axhline(floor, **LEVEL)
    inside = x >= least
    ax.fill_between(
        x[inside],
        np.maximum(lower, floor)[inside],
        upper[inside],
        color=PUBLISHED["color"],
        alpha=0.12,
        lw=0,
        label="band (published)",
    )
    ax.scatter(
        run.column("contrastive"),
        run.column("supervised"),
        c=run.column("epoch"),
        norm=norm,
        cmap=COLOURS,
        s=9,
        lw=0.3,
        ec="#000000",
        zorder=3,
        label="end of an epoch, validation",
    )
    middle = run.column("contrastive").mean()
    ax.set(xlim=(max(0.0, middle - 2), max(0.0, middle - 2) + 4), ylim=SUPERVISED)
    finish(ax, xlabel="contrastive loss [nats]", ylabel="supervised loss [nats]", title=f"K = {k}")


def _excess(ax: Axes, runs: Sequence[ToyHistory]) -> None:
    """The gap less ln(C/(K+1)) over the epochs."""
    greys = np.linspace(0.75, 0.0, len(runs))
    for run, grey, marker in zip(runs, greys, "osD^v", strict=False):
        c, k = run.setup.n_classes, run.setup.n_negatives
        ax.plot(
            run.column("epoch"),
            run.gap - np.log(c / (k + 1)),
            color=str(grey),
            marker=marker,
            ms=2.0,
            lw=0.8,
            label=f"K = {k}",
        )
    ax.axhline(0.0, label="0 (conjecture)", **CONJECTURE)
    ax.set_ylim(bottom=1.6 * min(ax.get_ylim()[0], -0.01))
    ax.legend(
        loc="lower center",
        fontsize=FONT - 1.5,
        frameon=False,
        ncols=2,
        handlelength=1.5,
        columnspacing=0.8,
    )
    finish(
        ax,
        xlabel="epoch",
        ylabel=r"gap $-\,\ln(C/(K+1))$ [nats]",
        title="distance from the intercept",
    )
