"""The proved few-shot bounds are useful at tens of shots, where the published needs thousands."""

import math

import numpy as np
import torch
from matplotlib.figure import Figure

from bounds import (
    few_shot_error_a16,
    few_shot_error_by_pair,
    few_shot_error_gaussian,
    few_shot_error_limit,
    few_shot_error_limit_sharp,
    few_shot_error_optimal,
    few_shot_error_second_moment,
)
from figures._style import (
    CORRECTED,
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
from synthetic import gaussian_sampler, ncc_trials

DIM, ALONG, ACROSS = 50, 0.15, 0.25  # standard deviations along the first two axes, and the others
SHOTS = np.unique(np.geomspace(1, 10_000, 41).round())
MEASURED_AT = (1, 2, 3, 5, 10)
TRIALS = 20_000


def draw() -> Figure:
    """Measured nearest-centre error of two Gaussian classes against shots, and every bound."""
    means = torch.eye(2, DIM, dtype=torch.float64)
    variances = torch.full((2, DIM), ACROSS**2, dtype=torch.float64)
    variances[:, :2] = ALONG**2
    squared = 2.0
    v = float(variances[0].sum()) / squared
    directional = ALONG**2 / squared
    pairs = np.array([[np.nan, 1.0], [1.0, np.nan]])
    cross = float(variances[0].square().sum()) / squared**2

    fig, (ax,) = figure(3.6)
    a16 = SHOTS[SHOTS >= 10]
    ax.plot(
        a16,
        few_shot_error_a16(directional, v, math.sqrt(v), a16, 2),
        label="Prop. 1, a = 16 (published)",
        **PUBLISHED,
    )
    optimal = few_shot_error_optimal(directional, v, math.sqrt(v), SHOTS, 2).value
    ax.plot(SHOTS, optimal, label="Prop. 1, best a (corrected)", **CORRECTED)
    ax.plot(
        SHOTS,
        few_shot_error_second_moment(directional, v, SHOTS, 2),
        label="second moments (sharper)",
        **SHARPER,
    )
    ax.plot(
        SHOTS,
        few_shot_error_by_pair(
            directional * pairs, v * pairs, SHOTS, (cross * pairs, cross * pairs)
        ),
        label="by pair, exact cross terms (sharper)",
        **SHARPEST,
    )
    gaussian = few_shot_error_gaussian(means.numpy(), torch.diag_embed(variances).numpy(), SHOTS)
    ax.plot(SHOTS, gaussian, label="Gaussian classes (sharper)", **{**RIVAL, "marker": ""})
    limits = few_shot_error_limit(directional, 2), few_shot_error_limit_sharp(directional, 2)
    ax.axhline(float(limits[0]), label=r"limit $4\tilde V$ (published)", **{**PUBLISHED, "ls": ":"})
    ax.axhline(float(limits[1]), label="sharp limit (sharper)", **LEVEL)

    generator = torch.Generator().manual_seed(0)
    sample = gaussian_sampler(means, variances)
    trials = [ncc_trials(means, sample, m, TRIALS, generator=generator) for m in MEASURED_AT]
    errors = np.array([t.error for t in trials])
    ends = np.array([t.interval(0.95) for t in trials]).T
    ax.errorbar(
        MEASURED_AT,
        errors,
        yerr=np.abs(ends - errors),
        label="measured, 95 % interval",
        capsize=1.5,
        **MEASURED,
    )
    ax.axhline(1.0, color="#BBBBBB", lw=0.6, label="trivial")
    ax.set(xscale="log", yscale="log", ylim=(1e-4, 60))
    finish(
        ax,
        xlabel="shots per class $m$",
        ylabel="nearest-centre error [1]",
        title=rf"two Gaussian classes in $\mathbb{{R}}^{{{DIM}}}$, $V$ = {v:.3g}, "
        rf"$\tilde V$ = {directional:.3g}",
    )
    legend_below(fig, ax)
    return fig
