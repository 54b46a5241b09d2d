"""With 20 classes CL stays closer to NSCL than to SupCon or cross-entropy under one randomness.

CKA and RSA with the CL-trained twin over training; bands span the seeds. Below, what the distance
of NSCL's similarities from CL's certifies, at the worst seed.
"""

from dataclasses import replace

from matplotlib.figure import Figure

from bounds import cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from figures._alignment import LOOKS, NAMES, band, distances, seeds, setup, size
from figures._style import FONT, PUBLISHED, SHARPER, WIDTH, figure, finish, legend_below

N_CLASSES = 20
METRICS = (
    ("CKA", "cka", "gram_gap", cka_floor, cka_floor_sharp),
    ("RSA", "rsa", "cosine_gap", rsa_floor, rsa_floor_sharp),
)


def draw(*, full: bool = False) -> Figure:
    """One panel for each measure."""
    shown, among = replace(setup(full=full), n_classes=N_CLASSES), seeds(full=full)
    steps = shown.stops[1:]  # the twins start as one
    fig, axes = figure(2.9, columns=2, width=2 * WIDTH)
    for ax, (name, field, gap, printed, sharp) in zip(axes, METRICS, strict=True):
        for comparator in shown.comparators:
            values = distances(shown, among, field, comparator=comparator)[:, 1:]
            band(ax, steps, values, label=NAMES[comparator], **LOOKS[comparator])
        farthest = distances(shown, among, gap).max(axis=0)[1:]
        ax.plot(steps, sharp(farthest), label="NSCL, certified floor (sharper)", **SHARPER)
        ax.plot(steps, printed(farthest), label="NSCL, printed floor (corrected)", **PUBLISHED)
        ax.set(xscale="log", ylim=(0, 1.02))
        finish(ax, xlabel="training step", ylabel=f"{name} with the CL-trained twin [1]")
    title = rf"C = {N_CLASSES}, $\tau$ = {shown.tau:g}; {size(shown, len(among))}"
    fig.suptitle(title, fontsize=FONT)
    legend_below(fig, axes[0], columns=5)
    return fig
