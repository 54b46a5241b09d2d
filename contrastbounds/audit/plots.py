"""Plots of one audit, as SVG for a page: ladders of bounds, few-shot curves, class cosines."""

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._names import short
from contrastbounds.audit.comparison.measure import Comparison
from contrastbounds.audit.comparison.plots import comparison_plots
from contrastbounds.audit.prototypes import prototype_plots
from contrastbounds.report.pictures import Picture, inline

WIDTH = 4.8  # inches
FONT: dict[Any, Any] = {"font.size": 8, "svg.fonttype": "path"}
STATUS: dict[str, dict[str, Any]] = {
    "published": {"color": "#D55E00", "marker": "s"},
    "corrected": {"color": "#D55E00", "marker": "D"},
    "sharper": {"color": "#0072B2", "marker": "o"},
}
LINES: dict[str, dict[str, Any]] = {
    "P1, a=16": {"color": "#D55E00", "ls": ":"},
    "P1, best": {"color": "#D55E00", "ls": "-"},
    "moments": {"color": "#0072B2", "ls": "--"},
    "by pair": {"color": "#009E73", "ls": "-."},
}


def plots(audit: Audit) -> list[Picture]:
    """Those that there is something to draw for."""
    made = [
        (
            "gap-ladder",
            "The measured loss gap (line) and its bounds, loosest on top.",
            _ladder(audit),
        ),
        *prototype_plots(audit.prototypes),
    ]
    if len(audit.few_shot.at) > 1:
        caption = "Few-shot error of the nearest class centre with its 95 % interval, and bounds."
        made.append(("few-shot", caption, _curves(audit)))
    if audit.geometry.cosines is not None:
        made.append(("cosines", "Cosines between the class means.", _cosines(audit)))
    if audit.comparison is not None:
        return [*plots_of(audit.comparison), *_pictures(made)]
    return _pictures(made)


def plots_of(comparison: Comparison) -> list[Picture]:
    """Those of a comparison alone."""
    return _pictures(comparison_plots(comparison))


def _pictures(made: list[tuple[str, str, Figure]]) -> list[Picture]:
    return [Picture(name=name, caption=caption, svg=_svg(fig, name)) for name, caption, fig in made]


def _ladder(audit: Audit) -> Figure:
    rows = [r for r in audit.losses.rows if r.quantity == "DCL - NSCL" and r.relation == "<="]
    rows = sorted((r for r in rows if r.bound is not None), key=lambda r: r.bound or 0.0)
    fig = Figure(figsize=(WIDTH, 0.9 + 0.26 * len(rows)), layout="constrained")
    ax = fig.subplots()
    for at, row in enumerate(rows):
        ax.plot([row.bound or 0.0], [at], ls="", ms=5, label=row.status, **STATUS[row.status])
    ax.axvline(audit.losses.gap, color="black", lw=1.2, label="measured")
    ax.axvline(audit.losses.span, color="0.6", lw=1, ls=":", label="vacuous from here")
    ax.set_yticks(range(len(rows)), [row.title for row in rows])
    ax.set(xlabel="DCL - NSCL [nats]")
    largest = max((r.bound or 0.0) for r in rows)
    if audit.losses.gap > 0 and largest > 20 * audit.losses.gap:
        ax.set_xscale("log")
    unique = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    fig.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=2, frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return fig


def _curves(audit: Audit) -> Figure:
    at = audit.few_shot.at
    m = [each.m_shot for each in at]
    least = 0.5 * min((each.high for each in at), default=1e-3)
    fig = Figure(figsize=(WIDTH, 3.4), layout="constrained")
    ax = fig.subplots()
    for k, first in enumerate(at[0].rows):
        bounds = [each.rows[k].bound for each in at]
        known = [(x, bound) for x, bound in zip(m, bounds, strict=True) if bound is not None]
        if known:
            x, y = zip(*known, strict=True)
            ax.plot(x, y, label=first.title, **LINES[first.title])
    ax.fill_between(m, [max(e.low, least) for e in at], [e.high for e in at], color="0.85")
    ax.plot(m, [max(e.error, least) for e in at], color="black", marker="o", ms=3, label="measured")
    ax.axhline(audit.few_shot.trivial, color="0.6", ls=":", lw=1, label="guessing")
    ax.set(xscale="log", yscale="log", xlabel="shots per class", ylabel="error")
    ax.set_xticks(m, [str(x) for x in m], minor=False)
    ax.minorticks_off()
    fig.legend(loc="outside lower center", ncols=3, frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return fig


def _cosines(audit: Audit) -> Figure:
    cosines = audit.geometry.cosines or ()
    names = audit.data.class_names
    fig = Figure(figsize=(WIDTH, 4.0), layout="constrained")
    ax = fig.subplots()
    image = ax.imshow(cosines, vmin=-1.0, vmax=1.0, cmap="RdBu_r")
    fig.colorbar(image, ax=ax, label="cosine", shrink=0.8)
    shown = range(len(names)) if len(names) <= 20 else range(0, len(names), 5)
    ax.set_xticks(shown, [short(names[i]) for i in shown], rotation=90 if len(names) > 10 else 0)
    ax.set_yticks(shown, [short(names[i]) for i in shown])
    return fig


def _svg(fig: Figure, name: str) -> str:
    text = io.StringIO()
    with rc_context({**FONT, "svg.hashsalt": name}):
        fig.savefig(text, format="svg", metadata={"Date": None})
    return inline(text.getvalue(), name)
