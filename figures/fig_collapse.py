"""Descending NSCL over free rows ends at the simplex, and never leaves the proved corridor."""

from functools import cache

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from bounds import nscl_collapse, nscl_minimum
from figures._style import MEASURED, RIVAL, SHARPER, WIDTH, figure, finish, legend_below
from theory import losses
from theory.geometry import class_statistics, etf_deviation

N_CLASSES, N_PER_CLASS, DIM, TAU = 3, 6, 3, 0.5
STEPS, RATE = 280, 0.03
LABELS = torch.arange(N_CLASSES).repeat_interleave(N_PER_CLASS)


@cache
def descent() -> Tensor:
    """Rows at every step of gradient descent on the sphere, (steps + 1, n, 3)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(len(LABELS), DIM, generator=generator, dtype=torch.float64)
    path = [normalize(x, dim=-1)]
    for _ in range(STEPS):
        x = path[-1].clone().requires_grad_(True)
        loss = losses.nscl(normalize(x, dim=-1)[:, None], LABELS, TAU)
        (gradient,) = torch.autograd.grad(loss, x)
        path.append(normalize(x.detach() - RATE * len(LABELS) * gradient, dim=-1))
    return torch.stack(path)


def series() -> dict[str, NDArray[np.float64]]:
    """Excess of NSCL, class variance and deviation from the simplex at every step."""
    floor = nscl_minimum(N_CLASSES, N_PER_CLASS, 1, TAU).item()
    rows = []
    for z in descent():
        statistics = class_statistics(z, LABELS)
        excess = losses.nscl(z[:, None], LABELS, TAU).item() - floor
        rows.append((excess, statistics.variances.mean().item(), etf_deviation(statistics.means)))
    table = np.array([[float(v) for v in row] for row in rows])
    return dict(zip(("excess", "variance", "deviation"), table.T, strict=True))


def draw() -> Figure:
    """Left: the rows' paths. Right: class variance, its bound and deviation over steps."""
    values = series()
    # The plane of the final simplex: its first two principal axes.
    _, _, axes = torch.linalg.svd(descent()[-1], full_matrices=False)
    path = (descent() @ axes[:2].mT).numpy()
    fig, (circle, ax) = figure(2.9, columns=2, width=2 * WIDTH)
    angle = np.linspace(0, 2 * np.pi, 200)
    circle.plot(np.cos(angle), np.sin(angle), color="#DDDDDD", lw=0.8)
    looks = (("#D55E00", "o"), ("#0072B2", "s"), ("#000000", "^"))
    for c, (color, marker) in enumerate(looks):
        mine = (LABELS == c).numpy()
        for row in np.flatnonzero(mine):
            circle.plot(*path[:, row].T, color=color, lw=0.7, alpha=0.8)
        start, end = path[0, mine], path[-1, mine]
        circle.plot(*start.T, marker, color=color, ms=2.5, ls="", mfc="white", mew=0.7)
        circle.plot(*end.T, marker, color=color, ms=6, ls="", label=f"class {c + 1}, at the end")
        circle.annotate(f"class {c + 1}", end[0], 1.27 * end[0], ha="center", va="center", size=6.5)
    circle.set_aspect("equal")
    circle.axis("off")
    circle.set_title("18 unit rows, projected on the plane where they end")
    circle.title.set_fontsize(7.5)
    circle.set(xlim=(-1.35, 1.35), ylim=(-1.25, 1.25))

    steps = np.arange(len(path))
    bound = nscl_collapse(values["excess"], N_CLASSES, TAU)
    ax.semilogy(steps, bound, label=r"$(C-1)\,\tau\,$(NSCL $-$ minimum) (sharper)", **SHARPER)
    plain = {"marker": "", "lw": 1.2}
    ax.semilogy(steps, values["variance"], label="mean class variance", **{**MEASURED, **plain})
    ax.semilogy(
        steps,
        values["deviation"],
        label="deviation from the simplex",
        **{**RIVAL, **plain, "ls": "-."},
    )
    ax.set_ylim(1e-13, 3)
    finish(
        ax,
        xlabel="step of gradient descent",
        ylabel="unit rows: variance, cosine error [1]",
        title=rf"C = {N_CLASSES}, n = {N_PER_CLASS}, d = {DIM}, $\tau$ = {TAU:g}",
    )
    legend_below(fig, ax, columns=3)
    return fig
