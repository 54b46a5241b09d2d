"""A contrastive loss and the bias certify the supervised objective, best near its own temperature.

One trained encoder: the supervised objective of a batch of two views, and the certificates that
its contrastive losses give at each temperature.
"""

import numpy as np
from matplotlib.figure import Figure

from figures import _prototypes
from figures._prototypes import trained
from figures._style import (
    CORRECTED,
    LEVEL,
    MEASURED,
    SHARPER,
    SHARPEST,
    figure,
    finish,
    legend_below,
)
from theory.prototypes.certificates import SupervisedCertificates, supervised_certificates

TAUS = np.geomspace(0.01, 3.0, 24)
CHAIN = {
    "ntxent": ("from NT-Xent (sharper)", CORRECTED),
    "decoupled": ("from DCL, one positive (sharper)", {"color": "#CC79A7", "ls": "-.", "lw": 1.4}),
    "dcl": ("from DCL (sharper)", SHARPER),
    "nscl": ("from NSCL (sharper)", SHARPEST),
    "objective": ("supervised objective", {**MEASURED, "markevery": 3}),
}


def chain() -> list[SupervisedCertificates]:
    """At each temperature, of two views of the training items."""
    run = trained(_prototypes.SWEPT)
    z = run.z[:, :2].double()
    return [supervised_certificates(z, run.labels, float(tau), block=len(z)) for tau in TAUS]


def draw() -> Figure:
    """The chain against the temperature of the losses."""
    fig, (ax,) = figure(3.2)
    found = chain()
    for name, (label, look) in CHAIN.items():
        ax.plot(TAUS, [getattr(each, name).item() for each in found], label=label, **look)
    ax.axhline(2.0, label="trivial", **LEVEL)
    ax.set(xscale="log", ylim=(-0.5, 2.2))
    ax.get_xaxis().set_major_formatter("{x:g}")
    finish(
        ax,
        xlabel=r"temperature $\tau$ of the losses",
        ylabel="objective and its certificates [1]",
        title=rf"encoder trained at $\tau$ = {1 / _prototypes.SWEPT.alpha:g}, 5 classes",
    )
    legend_below(fig, ax)
    return fig
