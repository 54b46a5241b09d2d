"""Along the directions between means variance collapses for both losses, in full for NSCL only."""

from matplotlib.figure import Figure

from figures._style import MEASURED, RIVAL, figure, finish, legend_below
from figures._twins import N_CLASSES, N_VIEWS, twins


def draw() -> Figure:
    """CDNV and directional CDNV of both twins against steps, on a logarithmic scale."""
    run = twins()
    fig, (ax,) = figure(2.7)
    for trained, name, look in (
        (run.dcl_trained, "DCL-trained", MEASURED),
        (run.nscl_trained, "NSCL-trained", RIVAL),
    ):
        ax.semilogy(run.steps, trained["cdnv"], label=f"CDNV $V$, {name}", **look)
        ax.semilogy(
            run.steps,
            trained["directional_cdnv"],
            label=rf"directional $\tilde V$, {name}",
            **{**look, "ls": "--", "mfc": "white"},
        )
    finish(
        ax,
        xlabel="training step",
        ylabel="variance / squared distance [1]",
        title=f"pooled views of unit rows, C = {N_CLASSES}, K = {N_VIEWS}",
    )
    legend_below(fig, ax)
    return fig
