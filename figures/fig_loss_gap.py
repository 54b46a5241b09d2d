"""The loss gap closes like 1/C, and trained encoders stay below the exact supremum."""

import numpy as np
from matplotlib.figure import Figure

from bounds import (
    dcl_nscl_gap_balanced,
    dcl_nscl_gap_chord,
    dcl_nscl_gap_constant,
    dcl_nscl_gap_etf,
)
from figures._gap_by_classes import CLASSES, N_PER_CLASS, N_VIEWS, SEEDS, TAU, observed
from figures._style import (
    LEVEL,
    MEASURED,
    PUBLISHED,
    RIVAL,
    SHARPER,
    SHARPEST,
    figure,
    finish,
    legend_below,
)


def draw() -> Figure:
    """Observed gaps between the random-initialisation level and the ladder of bounds."""
    before, after = observed()
    n = N_PER_CLASS
    fig, (ax,) = figure(3.2)
    ax.plot(
        CLASSES, dcl_nscl_gap_balanced(CLASSES, TAU), label="Theorem 1 (published)", **PUBLISHED
    )
    ax.plot(CLASSES, dcl_nscl_gap_chord(CLASSES, n, TAU), label="chord (sharper)", **SHARPER)
    ax.plot(CLASSES, dcl_nscl_gap_etf(CLASSES, n, TAU), label="supremum (sharper)", **SHARPEST)
    for values, label, look in (
        (after, "DCL-trained", MEASURED),
        (before, "random initialisation", RIVAL),
    ):
        middle = np.median(values, axis=0)
        spread = np.stack([middle - values.min(axis=0), values.max(axis=0) - middle])
        ax.errorbar(CLASSES, middle, yerr=spread, label=label, capsize=1.5, **{**look, "ls": ""})
    level = dcl_nscl_gap_constant(CLASSES, n)
    ax.plot(CLASSES, level, label="equal similarities (sharper)", **LEVEL)
    ax.set(xscale="log", yscale="log", xticks=[*CLASSES[:5].tolist(), 100])
    ax.get_xaxis().set_major_formatter("{x:g}")
    ax.minorticks_off()
    finish(
        ax,
        xlabel="classes $C$",
        ylabel="DCL $-$ NSCL [nats]",
        title=rf"n = {n}, K = {N_VIEWS}, $\tau$ = {TAU:g}; median and range of {SEEDS} seeds",
    )
    legend_below(fig, ax)
    return fig
