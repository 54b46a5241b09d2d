"""Whether larger batches bring CL and NSCL together depends on how the learning rate follows them.

RSA of the twins after equally many epochs; bands span the seeds.
"""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from figures._alignment import FULL, band, distances, seeds
from figures._style import MEASURED, PUBLISHED, SHARPER, figure, finish, legend_below
from theory.alignment.setups import EPOCHS, RATES, with_batch_size

SIZES = (32, 64, 128, 256)
LOOKS = {
    1.0: {**PUBLISHED, "marker": "o", "ms": 3.0, "lw": 1.0},
    0.5: {**SHARPER, "marker": "s", "ms": 3.0, "lw": 1.0},
    0.25: {**MEASURED, "marker": "^"},
}
NAMES = {1.0: r"\eta \propto B", 0.5: r"\eta \propto B^{1/2}", 0.25: r"\eta \propto B^{1/4}"}


def draw(*, full: bool = False) -> Figure:
    """One line for each rule; the runs are of full size, and `full` adds seeds."""
    shown, among = replace(FULL, comparators=("nscl",)), seeds(full=full)
    fig, (ax,) = figure(2.7)
    for power, at_32 in RATES.items():
        last = [
            distances(with_batch_size(shown, size, power), among, "rsa")[:, -1] for size in SIZES
        ]
        label = rf"${NAMES[power]}$, {at_32:g} at B = 32"
        band(ax, SIZES, np.stack(last, axis=1), label=label, **LOOKS[power])
    ax.set(xscale="log")
    ax.set_xticks(SIZES, labels=[str(size) for size in SIZES])
    ax.xaxis.set_minor_locator(NullLocator())
    finish(
        ax,
        xlabel="batch size B",
        ylabel="RSA of CL and NSCL [1]",
        title=f"C = {shown.n_classes}, {EPOCHS} epochs, {len(among)} seeds",
    )
    legend_below(fig, ax)
    return fig
