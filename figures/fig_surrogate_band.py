"""Attained floors and sharper intercepts cut the published band of the two risks to a strip.

Left, how large the mean-supervised risk can be at the least contrastive risk; right, how large the
contrastive risk can be at the least mean-supervised risk. The authors' floors are not attained
beyond two classes, so that their curves run below what any encoder reaches.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bounds import (
    contrastive_floor,
    contrastive_floor_etf,
    supervised_floor,
    supervised_floor_etf,
    surrogate_lower,
    surrogate_lower_sharp,
    surrogate_upper,
    surrogate_upper_sharp,
)
from figures._style import LEVEL, PUBLISHED, SHARPER, SHARPEST, WIDTH, finish, legend_below

Array = NDArray[np.float64]
CLASSES = (50, 100)
K = np.arange(1, 100)


@dataclass(frozen=True, kw_only=True)
class Floors:
    """The least risks, each (len(K),)."""

    contrastive: Array
    supervised: Array


def published_floors(n_classes: int) -> Floors:
    """Those of the authors' figure."""
    supervised = np.full(len(K), supervised_floor(n_classes))
    return Floors(contrastive=contrastive_floor(n_classes, K), supervised=supervised)


def attained_floors(n_classes: int) -> Floors:
    """The risks of classes collapsed on a simplex."""
    supervised = np.full(len(K), supervised_floor_etf(n_classes))
    return Floors(contrastive=contrastive_floor_etf(n_classes, K), supervised=supervised)


def draw() -> Figure:
    """One row for each number of classes."""
    fig = Figure(figsize=(2 * WIDTH, 5.0), layout="constrained")
    axes = fig.subplots(len(CLASSES), 2, squeeze=False)
    for (left, right), c in zip(axes, CLASSES, strict=True):
        authors, attained = published_floors(c), attained_floors(c)
        published = surrogate_upper(c, K), surrogate_lower(c, K)
        sharper = surrogate_upper_sharp(c, K), surrogate_lower_sharp(c, K)
        at_attained = {**PUBLISHED, "ls": (0, (4, 1.5)), "lw": 0.9}
        for label, floors, (upper, lower), look in (
            (r"$\Delta$ at the authors' floors (published)", authors, published, PUBLISHED),
            (r"$\Delta$ at the attained floors (published)", attained, published, at_attained),
            ("intercepts at the attained floors (sharper)", attained, sharper, SHARPER),
        ):
            left.plot(K, floors.contrastive + upper, label=label, **look)
            right.plot(K, floors.supervised - lower, label=label, **look)
        for label, floors, look in (
            ("authors' floors (published)", authors, LEVEL),
            ("attained floors (sharper)", attained, SHARPEST),
        ):
            left.plot(K, floors.supervised, label=label, **look)
            right.plot(K, floors.contrastive, label=label, **look)
        shade = {"color": SHARPEST["color"], "alpha": 0.15, "lw": 0}
        left.fill_between(
            K, attained.supervised, attained.contrastive + sharper[0], label="not excluded", **shade
        )
        right.fill_between(
            K, attained.contrastive, attained.supervised - sharper[1], label="not excluded", **shade
        )
        finish(
            left,
            xlabel="negatives $K$",
            ylabel=r"$R_\mu$ [nats]",
            title=rf"C = {c}, L = 1: $R_\mu$ at the least $R_{{cont}}$",
        )
        finish(
            right,
            xlabel="negatives $K$",
            ylabel="$R_{cont}$ [nats]",
            title=rf"C = {c}, L = 1: $R_{{cont}}$ at the least $R_\mu$",
        )
        left.set(xlim=(0, 100), ylim=(1.5, 6.0))
        right.set(xlim=(0, 100), ylim=(-0.2, 5.2))
    legend_below(fig, axes[0, 0], columns=3)
    return fig
