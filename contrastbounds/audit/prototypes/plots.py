"""The chain of certificates as a ladder, with the measured objective and its least value."""

from typing import Any

from matplotlib.figure import Figure

from contrastbounds.audit.prototypes.measure import Prototypes
from contrastbounds.audit.prototypes.objective import QUANTITY

WIDTH = 4.8  # inches
SHARPER, EQUAL, LEAST = "#0072B2", "0.6", "#009E73"
LINE: dict[str, Any] = {"lw": 1, "ls": ":"}


def prototype_plots(found: Prototypes) -> list[tuple[str, str, Figure]]:
    """(name, caption, figure)."""
    caption = (
        "The supervised objective (line) and what each loss with the bias proves of it, loosest "
        "on top."
    )
    return [("certificates", caption, _ladder(found))]


def _ladder(found: Prototypes) -> Figure:
    rows = [row for row in found.rows if row.quantity == QUANTITY]
    chain = [row for row in rows if row.relation == "<=" and row.bound is not None]
    floor = next(row for row in rows if row.relation == ">=").bound
    fig = Figure(figsize=(WIDTH, 1.3 + 0.34 * len(chain)), layout="constrained")
    ax = fig.subplots()
    for at, row in enumerate(chain):
        ax.plot([found.objective, row.bound or 0.0], [at, at], color="0.8", lw=1.2, zorder=0)
        ax.plot([row.bound or 0.0], [at], ls="", marker="o", ms=5, color=SHARPER, label=row.status)
    ax.axvline(found.objective, color="black", lw=1.2, label="measured")
    if floor is not None:
        ax.axvline(floor, color=LEAST, label="least, a collapsed simplex", **LINE)
    ax.axvline(0.0, color=EQUAL, label="equal rows, vacuous from here", **LINE)
    ax.set_yticks(range(len(chain)), [r.title.removeprefix("objective, ") for r in chain])
    ax.set(xlabel="supervised objective", ylim=(-0.6, len(chain) - 0.4))
    unique = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    fig.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=2, frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return fig
