"""One additive intercept undercuts every multiplicative bound as the negatives grow.

Bounds on the mean-supervised risk of ten classes, at the least contrastive risk of the authors'
figure. They draw Arora et al. and Nozawa & Sato from K = C + 1 on, right of the dotted line.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bounds import (
    arora_bound,
    arora_bound_sharp,
    ash_bound,
    collision_bound,
    collision_probability,
    contrastive_floor,
    expected_log_collisions,
    nozawa_sato_bound,
    supervised_floor,
    surrogate_upper,
    surrogate_upper_sharp,
)
from figures._style import (
    CORRECTED,
    LEVEL,
    PUBLISHED,
    SHARPER,
    SHARPEST,
    WIDTH,
    figure,
    finish,
    legend_below,
)

Array = NDArray[np.float64]
C = 10
K = np.arange(1, 100)
EULER = 0.577  # the authors' H_n = ln n + 0.577


def ash_as_coded(risk: Array) -> Array:
    """The bound of Ash et al. with the authors' approximate harmonic number."""
    draws = 2 * (C - 1) * (np.log(C - 1) + EULER)
    coefficient = 2 * np.maximum(1, draws / K) / (1 - collision_probability(C, K))
    return np.asarray(coefficient * (risk - expected_log_collisions(C, K)), dtype=np.float64)


Bound = Callable[[Array], Array]
ADDITIVE: dict[str, Bound] = {
    r"$R_{cont} + \Delta_U$ (published)": lambda risk: risk + surrogate_upper(C, K),
    r"$R_{cont} + \ln(C\,\cosh L^2/(K+1))$ (sharper)": lambda risk: (
        risk + surrogate_upper_sharp(C, K)
    ),
}
MULTIPLICATIVE: dict[str, Bound] = {
    "Arora et al. (published)": lambda risk: arora_bound(risk, C, K),
    "Arora et al., $v_{C-1,K}$ (sharper)": lambda risk: arora_bound_sharp(risk, C, K),
    "Nozawa & Sato (published)": lambda risk: nozawa_sato_bound(risk, C, K),
    "Ash et al., exact $H_n$ (corrected)": lambda risk: ash_bound(risk, C, K),
    "Ash et al., as coded (published)": ash_as_coded,
    "unified (sharper)": lambda risk: collision_bound(risk, C, K),
}
GREY = "#777777"
LOOKS = dict(
    zip(
        (*ADDITIVE, *MULTIPLICATIVE),
        (
            PUBLISHED,
            SHARPER,
            {"color": GREY, "ls": "-", "lw": 1.0, "marker": "^", "ms": 3, "markevery": (2, 7)},
            {"color": GREY, "ls": "--", "lw": 1.0},
            {"color": "#CC79A7", "ls": "-", "lw": 1.2, "marker": "s", "ms": 3, "markevery": (1, 7)},
            {**CORRECTED, "color": "#000000", "lw": 1.0},
            {"color": "#000000", "ls": "", "marker": ".", "ms": 2.5, "markevery": 4},
            SHARPEST,
        ),
        strict=True,
    )
)


def coefficients() -> dict[str, Array]:
    """What each bound multiplies the contrastive risk by."""
    collisions = expected_log_collisions(C, K)
    # A bound a (R - b) is worth a at R = b + 1; Nozawa & Sato's is 2 (R - b / 2) / v.
    values = {name: bound(collisions + 1.0) for name, bound in MULTIPLICATIVE.items()}
    halved = next(name for name in MULTIPLICATIVE if name.startswith("Nozawa"))
    values[halved] = MULTIPLICATIVE[halved](collisions / 2 + 1.0)
    return {**{name: np.ones(len(K)) for name in ADDITIVE}, **values}


def values() -> dict[str, Array]:
    """Each bound at the least contrastive risk."""
    risk = contrastive_floor(C, K)
    return {name: bound(risk) for name, bound in {**ADDITIVE, **MULTIPLICATIVE}.items()}


def draw() -> Figure:
    """Left the coefficients of the contrastive risk, right the bounds."""
    fig, (left, right) = figure(3.4, columns=2, width=2 * WIDTH)
    for ax, curves in ((left, coefficients()), (right, values())):
        for name, y in curves.items():
            ax.plot(K, np.where(np.isfinite(y), y, np.nan), label=name, **LOOKS[name])
        ax.axvline(C, color="#BBBBBB", ls=":", lw=1.0, label="$K = C$")
        ax.set(yscale="log", ylim=(0.5, 500), xlim=(0, 100))
    floor = float(supervised_floor(C))
    right.axhline(floor, label=r"least $R_{\mu}$, $R^*_\mu$ (published)", **LEVEL)
    finish(
        left,
        xlabel="negatives $K$",
        ylabel="coefficient of $R_{cont}$ [1]",
        title=f"C = {C}, L = 1",
    )
    finish(
        right,
        xlabel="negatives $K$",
        ylabel=r"bound on $R_\mu$ [nats]",
        title=f"C = {C}, L = 1, at $R_{{cont}} = R^*_{{cont}}(K)$",
    )
    legend_below(fig, right, columns=3)
    return fig
