"""Too little repulsion costs accuracy, even where it lowers the bias; beyond 1 it costs a little.

Accuracy and cosine bias of trained encoders over inverse temperature alpha and repulsion; at
alpha = 5 also how closely the views of an item stay together, with and without the positive in the
logarithm.
"""

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from figures import _prototypes
from figures._prototypes import column, plural, runs
from figures._style import FONT, MEASURED, PUBLISHED, WIDTH, finish

Array = NDArray[np.float64]
ALPHAS, FULL_ALPHAS = (0.5, 5.0, 30.0), (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
REPULSIONS = (0.1, 0.5, 1.0, 2.0, 5.0)
AT = 5.0  # the alpha of the panel on the right
SEEDS, FULL_SEEDS = 2, 8
COLOURS = "cividis"


def table(alphas: tuple[float, ...], n_seeds: int, of: str, *, positive: bool = False) -> Array:
    """Means over seeds, (alphas, repulsions)."""
    done = runs(
        tuple(
            replace(_prototypes.SWEPT, alpha=a, repulsion=r, include_positive=positive, seed=seed)
            for a in alphas
            for r in REPULSIONS
            for seed in range(n_seeds)
        )
    )
    each = column(done, of).reshape(len(alphas), len(REPULSIONS), n_seeds)
    return np.asarray(each.mean(axis=2))


def draw(*, full: bool = False) -> Figure:
    """Two heat maps, and the views' own norm against repulsion."""
    alphas, n = (FULL_ALPHAS, FULL_SEEDS) if full else (ALPHAS, SEEDS)
    fig = Figure(figsize=(2.1 * WIDTH, 2.5), layout="constrained")
    left, middle, right = fig.subplots(1, 3)
    heat_map(left, alphas, table(alphas, n, "accuracy"), f"accuracy [1], {plural(n)}")
    heat_map(middle, alphas, table(alphas, n, "cosine"), "cosine bias [1]")
    for positive, name, look in (
        (False, "positive left out", MEASURED),
        (True, "positive in the logarithm", {**PUBLISHED, "marker": "s", "ms": 3.0}),
    ):
        shown = table(alphas, n, "square_norm")[alphas.index(AT)]
        if positive:
            shown = table((AT,), n, "square_norm", positive=True)[0]
        right.plot(REPULSIONS, shown, label=name, **look)
    right.set(xscale="log", ylim=(None, 1.0))
    right.set_xticks(REPULSIONS, labels=[f"{r:g}" for r in REPULSIONS])
    right.xaxis.set_minor_locator(NullLocator())
    right.legend(fontsize=FONT - 1, frameon=False, loc="lower left")
    finish(
        right,
        xlabel=r"repulsion $\lambda$",
        ylabel=r"$E\,\|m_X\|^2$: views held together [1]",
        title=rf"$\alpha$ = {AT:g}",
    )
    return fig


def heat_map(ax: Axes, alphas: tuple[float, ...], values: Array, title: str) -> None:
    """A cell for each alpha and repulsion, its value written in it."""
    ax.imshow(values, origin="lower", aspect="auto", cmap=COLOURS)
    middle = (values.min() + values.max()) / 2
    for (row, at), value in np.ndenumerate(values):
        ax.text(
            at,
            row,
            f"{value:.2f}".removeprefix("0"),
            ha="center",
            va="center",
            fontsize=FONT - 1,
            color="#000000" if value > middle else "#ffffff",
        )
    ax.set_xticks(range(len(REPULSIONS)), labels=[f"{r:g}" for r in REPULSIONS])
    ax.set_yticks(range(len(alphas)), labels=[f"{a:g}" for a in alphas])
    finish(
        ax, xlabel=r"repulsion $\lambda$", ylabel=r"inverse temperature $\alpha$ [1]", title=title
    )
    ax.tick_params(length=0)
