"""Less prototype bias goes with more accuracy only while the views keep the content.

Accuracy of a linear probe against the bias, one encoder per view family: nuisance redrawn step by
step, then noise on the content, and views that a label oracle swaps within the class. Large dots
are means over seeds, small ones the seeds.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from figures import _prototypes
from figures._prototypes import column, plural, runs
from figures._style import FONT, PUBLISHED, SHARPER, SHARPEST, WIDTH, finish, legend_below

Array = NDArray[np.float64]
View = tuple[int, float, float]
PATHS: dict[str, tuple[View, ...]] = {
    "nuisance redrawn, 0 to 10 coordinates": tuple((j, 0.1, 0.0) for j in range(0, 11, 2)),
    "noise on the content, 0.1 to 6": tuple((10, s, 0.0) for s in (0.1, 0.5, 1.0, 3.0, 6.0)),
    "swapped within the class, 0 to 1": tuple((4, 0.1, p) for p in (0.0, 0.5, 1.0)),
}
KEEPING, LOSING, ORACLE = PATHS
LOOKS: dict[str, dict[str, Any]] = {
    KEEPING: {**SHARPER, "ls": "-", "marker": "o", "ms": 4.0},
    LOSING: {**PUBLISHED, "ls": "-", "marker": "s", "ms": 4.0},
    ORACLE: {**SHARPEST, "ls": ":", "marker": "^", "ms": 4.0},
}
BIASES = {
    "raw": r"raw bias $E\,\|M_Y - m_X\|$ [1]",
    "cosine": "cosine bias [1]",
    "relative": "bias relative to separation [1]",
}


def table(*, full: bool) -> dict[View, dict[str, Array]]:
    """Accuracy and biases of every view family, (seeds,) each."""
    views = tuple(dict.fromkeys(view for path in PATHS.values() for view in path))
    seeds = range(_prototypes.FULL_SEEDS if full else _prototypes.SEEDS)
    done = runs(
        tuple(
            replace(_prototypes.SETUP, resampled=j, content_noise=s, swap=p, seed=seed)
            for j, s, p in views
            for seed in seeds
        )
    )
    n = len(seeds)
    return {
        view: {of: column(done[i * n : (i + 1) * n], of) for of in ("accuracy", *BIASES)}
        for i, view in enumerate(views)
    }


def draw(*, full: bool = False) -> Figure:
    """A panel for each reading of the bias."""
    found = table(full=full)
    fig = Figure(figsize=(2 * WIDTH, 2.9), layout="constrained")
    axes = fig.subplots(1, len(BIASES), sharey=True)
    for ax, (of, name) in zip(axes, BIASES.items(), strict=True):
        for path, views in PATHS.items():
            x = [found[view][of] for view in views]
            y = [found[view]["accuracy"] for view in views]
            look = LOOKS[path]
            ax.plot(np.mean(x, axis=1), np.mean(y, axis=1), label=path, **look)
            ax.plot(np.ravel(x), np.ravel(y), ".", color=look["color"], ms=2.0, alpha=0.6)
        if of == "relative":
            ax.set_xscale("log")
        else:
            ax.set_xlim(left=0.0)
        finish(ax, xlabel=name, ylabel="accuracy [1]")
    _point_out(axes[0], found, "raw", "less bias,\nworse accuracy", ha="left")
    _point_out(axes[2], found, "relative", "more bias,\nworse accuracy", ha="right")
    n = len(next(iter(found.values()))["accuracy"])
    fig.suptitle(f"5 classes, 4 content and 10 nuisance coordinates; {plural(n)}", fontsize=FONT)
    legend_below(fig, axes[0], columns=3)
    return fig


def _point_out(
    ax: Axes, found: dict[View, dict[str, Array]], of: str, words: str, *, ha: str
) -> None:
    """Say which way the views that lose the content lead."""
    last = found[PATHS[LOSING][-1]]
    ax.annotate(
        words,
        (last[of].mean(), last["accuracy"].mean()),
        (8 if ha == "left" else -8, -2),
        textcoords="offset points",
        ha=ha,
        va="top",
        fontsize=FONT,
        color=PUBLISHED["color"],
    )
