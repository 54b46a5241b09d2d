"""While DCL is minimised without labels, the supervised NSCL falls with it, inside the bound."""

from matplotlib.figure import Figure

from bounds import dcl_nscl_gap_balanced, dcl_nscl_gap_etf
from figures._style import LEVEL, MEASURED, PUBLISHED, RIVAL, SHARPER, figure, finish, legend_below
from figures._twins import N_CLASSES, N_PER_CLASS, N_VIEWS, TAU, twins


def draw() -> Figure:
    """Losses of the DCL-trained encoder against steps, with NSCL plus each bound on the gap."""
    run = twins()
    dcl, nscl = run.dcl_trained["dcl"], run.dcl_trained["nscl"]
    balanced = dcl_nscl_gap_balanced(N_CLASSES, TAU)
    supremum = dcl_nscl_gap_etf(N_CLASSES, N_PER_CLASS, TAU)
    fig, (ax,) = figure(2.9)
    ax.plot(run.steps, nscl + balanced, label="NSCL + Theorem 1 (published)", **PUBLISHED)
    ax.plot(run.steps, nscl + supremum, label="NSCL + supremum (sharper)", **SHARPER)
    ax.plot(run.steps, dcl, label="DCL, measured", **MEASURED)
    ax.plot(run.steps, nscl, label="NSCL, measured", **RIVAL)
    ax.fill_between(run.steps, nscl, nscl + supremum, color=LEVEL["color"], alpha=0.15, lw=0)
    finish(
        ax,
        xlabel="training step",
        ylabel="loss [nats]",
        title=f"DCL-trained, C = {N_CLASSES}, n = {N_PER_CLASS}, K = {N_VIEWS}, "
        rf"$\tau$ = {TAU:g}",
    )
    legend_below(fig, ax)
    return fig
