"""Theorem 1 exceeds the similarities' drift by orders of magnitude; row by row little is lost.

Exact similarity descent. Left the share of random runs in which the drift is at most a given part
of each bound; right one run in which every item is visited alike, kappa and Delta_r the largest so
far.
"""

import functools
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from figures._style import CORRECTED, LEVEL, MEASURED, WIDTH, figure, finish, legend_below
from theory.alignment import DriftLadder, drift_ladder

Array = NDArray[np.float64]
TRIALS = 200
N, CLASSES, B, TAU, EPOCHS, REACH = 24, 4, 8, 0.5, 16, 0.04  # of the run on the right

LABELS = {
    "certificate": "a-posteriori certificate (sharper)",
    "spread": r"row by row, $\kappa\sqrt{h(n_s)+h(n_d)}$ (sharper)",
    "row_sum": r"row by row, $\sqrt{2}\,\kappa$ (sharper)",
    "anchor_average": "mean over anchors (sharper)",
    "kappa": r"$\sqrt{2}\,\kappa S/(\tau\sqrt{B})$ (sharper)",
    "nonexpansive": r"$\Delta_r S/(\tau\sqrt{B})$ (sharper)",
    "gronwall": "Gronwall, summed exactly (sharper)",
    "theorem_1": r"Theorem 1 with $\Delta_r$ (corrected)",
}
LOOKS: dict[str, dict[str, Any]] = {
    "certificate": {"color": "#009E73", "ls": "-", "lw": 1.6},
    "spread": {"color": "#56B4E9", "ls": (0, (6, 1, 1, 1)), "lw": 1.6},
    "row_sum": {"color": "#0072B2", "ls": "--", "lw": 1.4},
    "anchor_average": {"color": "#000000", "ls": (0, (1, 1)), "lw": 1.2},
    "kappa": {"color": "#CC79A7", "ls": "-.", "lw": 1.4},
    "nonexpansive": {"color": "#E69F00", "ls": "-", "lw": 1.4},
    "gronwall": {"color": "#777777", "ls": "--", "lw": 1.4},
    "theorem_1": CORRECTED,
}


def trial(seed: int) -> DriftLadder:
    """A run of a random world: sizes, temperature, start and step sizes differ from seed to seed.

    N in 6..13, two to four classes, B in 4..N, T in 1..24, tau log-uniform in [0.2, 5], Sigma_0
    uniform, step sizes log-uniform up to 4 tau^2 B.
    """
    g = torch.Generator().manual_seed(seed)

    def uniform() -> float:
        return torch.rand((), generator=g, dtype=torch.float64).item()

    def integer(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=g).item())

    n, classes = integer(6, 13), integer(2, 4)
    b, n_steps, tau = integer(4, n), integer(1, 24), 0.2 * 25.0 ** uniform()
    labels = torch.randint(classes, (n,), generator=g)
    labels[:2] = torch.arange(2)
    batches: list[Tensor] = []
    while len(batches) < n_steps:
        batch = torch.randperm(n, generator=g)[:b]
        if bool((labels[batch] != labels[batch[0]]).any()):
            batches.append(batch)
    sigma0 = torch.rand(n, n, generator=g, dtype=torch.float64) * 2 - 1
    steps = [4 * tau**2 * b * 1e-3 ** uniform() for _ in batches]
    return drift_ladder(sigma0, batches, labels, steps, tau)


@functools.cache
def ratios(n_trials: int) -> dict[str, Array]:
    """D_T over each bound, of every trial in which the runs parted."""
    ends = [
        {"measured": ladder.measured[-1], **{k: v[-1] for k, v in ladder.rungs.items()}}
        for ladder in map(trial, range(n_trials))
    ]
    parted = [end for end in ends if end["theorem_1"] > 0]
    return {name: np.array([end["measured"] / end[name] for end in parted]) for name in LABELS}


@functools.cache
def run() -> DriftLadder:
    """Whole epochs over balanced classes from random similarities, every step of one size."""
    g = torch.Generator().manual_seed(0)
    sigma0 = torch.rand(N, N, generator=g, dtype=torch.float64) - 0.5
    batches: list[Tensor] = []
    for _ in range(EPOCHS):
        batches += list(torch.randperm(N, generator=g).reshape(-1, B))
    steps = [4 * TAU**2 * B * REACH] * len(batches)
    return drift_ladder(sigma0, batches, torch.arange(N) % CLASSES, steps, TAU)


def draw() -> Figure:
    """Left distributions over random runs, right the drift of one run under its bounds."""
    fig, (left, right) = figure(3.2, columns=2, width=2 * WIDTH)
    for name, values in ratios(TRIALS).items():
        share = (1 + np.arange(len(values))) / len(values)
        left.plot(np.sort(values), share, label=LABELS[name], **LOOKS[name])
    ladder = run()
    t = 1 + np.arange(len(ladder.measured))
    right.plot(t, ladder.measured, label=r"measured $D_t$", markevery=4, **MEASURED)
    for name, values in ladder.rungs.items():
        right.plot(t, values, label=LABELS[name], **LOOKS[name])
    right.axhline(2 * N, label="trivial, $2N$", **LEVEL)
    left.set(xscale="log", xlim=(1e-5, 1.3), ylim=(0, 1.02))
    right.set(yscale="log")
    finish(
        left,
        xlabel=r"$D_T$ over its bound [1]",
        ylabel="share of runs [1]",
        title=f"{len(next(iter(ratios(TRIALS).values())))} random runs",
    )
    finish(
        right,
        xlabel="step $t$",
        ylabel=r"$D_t$ and its bounds [1]",
        title=rf"N = {N}, C = {CLASSES}, B = {B}, $\tau$ = {TAU}, "
        rf"$\eta$ = {4 * TAU**2 * B * REACH:g}",
    )
    legend_below(fig, right, columns=3)
    return fig
