"""Weights go on moving apart while representations stay close, but for a low temperature.

1 - CKA of CL and NSCL against the distance of their weights, along training; each point is a step,
the mean over seeds. Dashed, the most that the distance of their similarities lets 1 - CKA be.
"""

from dataclasses import replace

from matplotlib.figure import Figure

from bounds import cka_floor_sharp
from figures._alignment import distances, seeds, setup, size
from figures._style import SHARPER, figure, finish, legend_below

TAUS = {0.1: "#000000", 0.5: "#777777", 2.0: "#b0b0b0"}


def draw(*, full: bool = False) -> Figure:
    """One path for each temperature."""
    shown, among = replace(setup(full=full), comparators=("nscl",)), seeds(full=full)
    fig, (ax,) = figure(3.0)
    for (tau, colour), marker in zip(TAUS.items(), "os^", strict=True):
        here = replace(shown, tau=tau)
        weights = distances(here, among, "weight_gap").mean(axis=0)[1:]
        apart = 1 - distances(here, among, "cka").mean(axis=0)[1:]
        most = 1 - cka_floor_sharp(distances(here, among, "gram_gap")).mean(axis=0)[1:]
        ax.plot(weights, apart, color=colour, marker=marker, ms=3, lw=1, label=rf"$\tau$ = {tau:g}")
        certified = "certified (sharper)" if tau == min(TAUS) else None
        ax.plot(weights, most, label=certified, **SHARPER)
        for at in (0, -1):
            ax.annotate(
                str(shown.stops[1:][at]),
                (weights[at], apart[at]),
                textcoords="offset points",
                xytext=(0, -9),
                ha="center",
                fontsize=6,
                color=colour,
            )
    ax.set(xscale="log", yscale="log")
    ax.margins(y=0.12)
    finish(
        ax,
        xlabel=r"distance of all weights, $\|w - w'\|_2$",
        ylabel="1 - CKA of CL and NSCL [1]",
        title=f"C = {shown.n_classes}; {size(shown, len(among))}",
    )
    legend_below(fig, ax)
    return fig
