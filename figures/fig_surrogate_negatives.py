"""Best supervised loss and accuracy of the mean classifier against the number of negatives.

The toy experiment's published trend is a loss that falls with K, over 300 epochs and 8 seeds; runs
as short as these show its scale, and no more.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from figures._style import MEASURED, RIVAL, WIDTH, figure, finish, legend_below
from figures._toy import repetitions, size
from synthetic.toy import ToyHistory

Array = NDArray[np.float64]


def best(histories: Sequence[ToyHistory]) -> dict[int, tuple[Array, Array]]:
    """Least supervised loss and largest accuracy of every run, by number of negatives."""
    found: dict[int, tuple[Array, Array]] = {}
    for k in sorted({run.setup.n_negatives for run in histories}):
        runs = [run for run in histories if run.setup.n_negatives == k]
        loss = np.array([run.column("supervised").min() for run in runs])
        accuracy = np.array([run.column("accuracy").max() for run in runs])
        found[k] = loss, accuracy
    return found


def draw(histories: Sequence[ToyHistory] | None = None) -> Figure:
    """The given runs; by default small ones, trained here."""
    runs = histories or repetitions()
    values = best(runs)
    negatives = np.array(list(values))
    fig, (left, right) = figure(2.7, columns=2, width=2 * WIDTH)
    for ax, at, unit in ((left, 0, 1.0), (right, 1, 100.0)):
        each = np.array([values[k][at] for k in values]) * unit
        look = {**RIVAL, "ls": "", "ms": 2.5}
        for seed, column in enumerate(each.T):
            ax.plot(negatives, column, label="each seed" if seed == 0 else "_", **look)
        ax.errorbar(
            negatives,
            each.mean(axis=1),
            yerr=each.std(axis=1),
            label="mean and standard deviation",
            capsize=2,
            **MEASURED,
        )
        ax.set_xscale("log", base=2)
        ax.set_xticks(negatives, [str(k) for k in negatives])
        ax.minorticks_off()
    title = f"validation, {len({run.setup.seed for run in runs})} seeds"
    finish(left, xlabel="negatives $K$", ylabel="best supervised loss [nats]", title=title)
    finish(right, xlabel="negatives $K$", ylabel="best accuracy [%]", title=title)
    fig.suptitle(size(runs[0]), fontsize=left.title.get_fontsize())
    legend_below(fig, left)
    return fig
