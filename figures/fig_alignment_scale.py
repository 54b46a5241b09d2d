"""At the authors' own scale only bounds without an exponential say anything about alignment.

The ladder of bounds on the drift of similarities between CL and NSCL, for a batch size, a number
of steps and a step sum as in the authors' training, at failure probability 0.05. Beyond 2 N a
bound says nothing; row by row supposes whole epochs.
"""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from bounds import (
    composition_deviation,
    composition_quantile,
    log_gradient_gap,
    log_similarity_drift,
    log_similarity_drift_gronwall,
    reweighting_distance,
    same_class_mass,
    similarity_drift_nonexpansive,
    similarity_drift_rowwise,
)
from figures._style import (
    FONT,
    LEVEL,
    PUBLISHED,
    SHARPER,
    SHARPEST,
    WIDTH,
    figure,
    finish,
    legend_below,
)

Array = NDArray[np.float64]
N, BATCH, STEPS, STEP_SUM, DELTA = 50000, 1024, 58800, 35280.0, 0.05
TAU, CLASSES = 0.5, 100
TAUS = np.geomspace(0.05, 2.0, 80)
MANY = np.unique(np.geomspace(2, 1e4, 80).round())
BOTTOM, TOP = 0.1, 4000.0  # exponents
GRONWALL = {"color": "#CC79A7", "ls": (0, (6, 2)), "lw": 1.4}
BY_DELTA = {"color": "#000000", "ls": (0, (1, 1)), "lw": 1.4}
QUANTILE = {**SHARPEST, "ls": "-", "lw": 0.9, "marker": ".", "ms": 4.0, "markevery": 8}
SPREAD = {"color": "#000000", "ls": "-", "lw": 1.0}
LOOKS = {
    "Theorem 1 (published)": PUBLISHED,
    "closed Gronwall (sharper)": GRONWALL,
    r"no exponential, $\Delta$ (sharper)": BY_DELTA,
    r"no exponential, $\sqrt{2}\,\kappa$ (sharper)": SHARPER,
    "row by row (sharper)": SHARPEST,
    r"row by row, $\kappa$ at $k^*$ (sharper)": QUANTILE,
    r"row by row, $\kappa\sqrt{h(n_s)+h(n_d)}$, $n_s\leq k^*$ (sharper)": SPREAD,
}


def ladder(tau: ArrayLike, n_classes: ArrayLike) -> dict[str, Array]:
    """log10 of every bound, from the largest to the least."""
    epsilon = composition_deviation(BATCH, STEPS, DELTA)
    prior = 1.0 / np.asarray(n_classes, dtype=np.float64)
    share = np.minimum(prior + epsilon, 1.0)
    gap = log_gradient_gap(prior, epsilon, tau)
    quantile = composition_quantile(BATCH, STEPS, DELTA, prior)
    kappa = same_class_mass(share, 1.0 - share, tau)
    kappa_quantile = same_class_mass(quantile, BATCH - 1.0 - quantile, tau)
    run = (STEP_SUM, BATCH, tau)
    values = (
        log_similarity_drift(*run, 1.0) + gap,
        log_similarity_drift_gronwall(*run, 1.0) + gap,
        np.log(similarity_drift_nonexpansive(*run, 1.0)) + gap,
        np.log(similarity_drift_nonexpansive(*run, math.sqrt(2.0) * kappa)),
        np.log(similarity_drift_rowwise(STEP_SUM, N, tau, kappa)),
        np.log(similarity_drift_rowwise(STEP_SUM, N, tau, kappa_quantile)),
        np.log(similarity_drift_rowwise(STEP_SUM, N, tau, largest_distance(quantile, tau))),
    )
    return {name: value / math.log(10.0) for name, value in zip(LOOKS, values, strict=True)}


def largest_distance(quantile: Array, tau: ArrayLike) -> Array:
    """The largest `reweighting_distance` over n_s <= k*, where it stands for sqrt(2) kappa."""
    n_same = np.arange(BATCH)
    distances = reweighting_distance(n_same, BATCH - 1 - n_same, np.asarray(tau)[..., None])
    largest = np.maximum.accumulate(distances, axis=-1) / math.sqrt(2.0)
    k, largest = np.broadcast_arrays(quantile.astype(np.int64)[..., None], largest)
    return np.asarray(np.take_along_axis(largest, k[..., :1], axis=-1)[..., 0])


def panel(ax: Axes, x: Array, bounds: dict[str, Array], **labels: str) -> None:
    """Exponents of every bound against x; shaded where a bound exceeds the trivial one."""
    trivial = math.log10(2 * N)
    ax.axhspan(trivial, TOP, color="#F0F0F0", lw=0, zorder=0)
    for name, value in bounds.items():
        ax.plot(x, value, label=name, **LOOKS[name])
    ax.axhline(trivial, label="trivial bound $2N$", **{**LEVEL, "lw": 2.0})
    ax.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(BOTTOM, TOP))
    ax.set(yticks=[0.2, 0.5, 1, 2, 5, 10, 100, 1000])
    ax.get_yaxis().set_major_formatter("{x:g}")
    ax.tick_params(which="minor", left=False, labelleft=False)
    finish(ax, ylabel=r"$\log_{10}$ of the bound on $D_T$ [1]", **labels)


def draw() -> Figure:
    """Left against the temperature, right against the number of classes."""
    fig, (left, right) = figure(3.4, columns=2, width=2 * WIDTH)
    panel(
        left,
        TAUS,
        ladder(TAUS, CLASSES),
        xlabel=r"temperature $\tau$",
        title=f"C = {CLASSES}, N = {N}, B = {BATCH}, T = {STEPS}, S = {STEP_SUM:g}",
    )
    panel(
        right,
        MANY,
        ladder(TAU, MANY),
        xlabel="classes $C$",
        title=rf"$\tau$ = {TAU:g}, N = {N}, B = {BATCH}, T = {STEPS}, S = {STEP_SUM:g}",
    )
    left.get_xaxis().set_major_formatter("{x:g}")
    left.annotate(
        "beyond the trivial bound",
        (0.97, 0.93),
        xycoords="axes fraction",
        ha="right",
        fontsize=FONT - 1,
    )
    legend_below(fig, right, columns=3)
    return fig
