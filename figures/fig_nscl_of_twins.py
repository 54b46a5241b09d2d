"""Training without labels (DCL) reaches nearly the supervised loss that training on it reaches."""

from matplotlib.figure import Figure

from bounds import dcl_nscl_gap_balanced, dcl_nscl_gap_etf, nscl_minimum
from figures._style import LEVEL, MEASURED, PUBLISHED, RIVAL, SHARPER, figure, finish, legend_below
from figures._twins import N_CLASSES, N_PER_CLASS, N_VIEWS, TAU, twins


def draw() -> Figure:
    """NSCL of both twins against steps, the guaranteed distance, and the floor."""
    run = twins()
    own, other = run.nscl_trained["nscl"], run.dcl_trained["nscl"]
    floor = nscl_minimum(N_CLASSES, N_PER_CLASS, N_VIEWS, TAU).item()
    published = own[-1] + dcl_nscl_gap_balanced(N_CLASSES, TAU).item()
    sharper = own[-1] + dcl_nscl_gap_etf(N_CLASSES, N_PER_CLASS, TAU).item()
    fig, (ax,) = figure(2.9)
    ax.axhline(published, label="guarantee, Theorem 1 (published)", **PUBLISHED)
    ax.axhline(sharper, label="guarantee, supremum (sharper)", **SHARPER)
    ax.plot(run.steps, other, label="DCL-trained", **MEASURED)
    ax.plot(run.steps, own, label="NSCL-trained", **RIVAL)
    ax.axhline(floor, label="minimum (published)", **LEVEL)
    finish(
        ax,
        xlabel="training step",
        ylabel="NSCL [nats]",
        title=f"C = {N_CLASSES}, n = {N_PER_CLASS}, K = {N_VIEWS}, "
        rf"$\tau$ = {TAU:g}; guarantee for the last step",
    )
    legend_below(fig, ax)
    return fig
