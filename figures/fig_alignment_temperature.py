"""CL and NSCL are the more alike the higher the temperature.

CKA and RSA of the twins after training at each temperature; bands span the seeds. Below, what the
distance of their similarities certifies, at the worst seed.
"""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from bounds import cka_floor, cka_floor_sharp
from figures._alignment import TAUS, band, distances, seeds, setup, size
from figures._style import MEASURED, PUBLISHED, RIVAL, SHARPER, figure, finish, legend_below

EARLY = 50


def draw(*, full: bool = False) -> Figure:
    """Both measures at the last step, and CKA at an early one."""
    shown, among = replace(setup(full=full), comparators=("nscl",)), seeds(full=full)
    early = shown.stops.index(EARLY)

    def at(field: str, stop: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """(seeds, taus)."""
        columns = [distances(replace(shown, tau=tau), among, field)[:, stop] for tau in TAUS]
        return np.stack(columns, axis=1)

    fig, (ax,) = figure(3.0)
    dotted = {**MEASURED, "ls": ":", "mfc": "#ffffff"}
    band(ax, TAUS, at("cka", early), label=f"CKA, step {EARLY}", **dotted)
    band(ax, TAUS, at("cka", -1), label=f"CKA, step {shown.steps}", **MEASURED)
    band(ax, TAUS, at("rsa", -1), label=f"RSA, step {shown.steps}", **RIVAL)
    farthest = at("gram_gap", -1).max(axis=0)
    ax.plot(TAUS, cka_floor_sharp(farthest), label="CKA, certified floor (sharper)", **SHARPER)
    ax.plot(TAUS, cka_floor(farthest), label="CKA, printed floor (corrected)", **PUBLISHED)
    ax.set(xscale="log", ylim=(0, 1.02))
    ax.set_xticks(TAUS, labels=[f"{tau:g}" for tau in TAUS])
    ax.xaxis.set_minor_locator(NullLocator())
    finish(
        ax,
        xlabel=r"temperature $\tau$",
        ylabel="alignment of CL and NSCL [1]",
        title=f"C = {shown.n_classes}; {size(shown, len(among))}",
    )
    legend_below(fig, ax)
    return fig
