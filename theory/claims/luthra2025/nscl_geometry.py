"""Theorem 2's geometry, quantified: how far from the collapsed simplex a given NSCL allows."""

import torch

from bounds import nscl_collapse, nscl_minimum, nscl_simplex_deviation
from synthetic.free import minimise_free_features
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.luthra2025 import loss_gap_balanced
from theory.claims.luthra2025._source import MINIMA, ours
from theory.claims.luthra2025._views import LabelledViews, labelled_views
from theory.claims.luthra2025.nscl_minimum import nscl
from theory.geometry import class_statistics

SAMPLE_SIMPLEX: Point = {
    **loss_gap_balanced.SIMPLEX,
    "n": 3,
    "n_classes": 3,
    "d": 8,
    "layout": "sample-simplex",
}


def excess(case: LabelledViews) -> float:
    """NSCL above its minimum."""
    n, k, _ = case.z.shape
    n_classes = len(case.sizes)
    return nscl(case) - nscl_minimum(n_classes, n // n_classes, k, case.tau).item()


def excess_error(case: LabelledViews) -> float:
    """Of the loss and of the calculator."""
    return case.roundoff + case.bound_roundoff


def class_variance(case: LabelledViews) -> float:
    """Mean over classes of tr Sigma_c, all views pooled."""
    _, k, d = case.z.shape
    pooled = class_statistics(case.z.reshape(-1, d), case.labels.repeat_interleave(k))
    return pooled.variances.mean().item()


def variance_bound(case: LabelledViews) -> float:
    """(C - 1) tau times the excess."""
    return nscl_collapse(excess(case), len(case.sizes), case.tau).item()


def variance_rounding(case: LabelledViews) -> float:
    """The bound's slope times the error of the excess; (d + 16) eps for a variance of unit rows."""
    scale = (len(case.sizes) - 1) * case.tau
    return scale * excess_error(case) + scale * case.roundoff


def build_minimised(
    *,
    n: int,
    n_classes: int,
    k: int,
    extra_dim: int,
    tau: float,
    start: str,
    generator: torch.Generator,
) -> LabelledViews:
    """Where direct minimisation of NSCL over free unit rows ends; `random` does not descend."""
    drawn = labelled_views(
        sizes=(n,) * n_classes,
        k=k,
        d=n_classes - 1 + extra_dim,
        tau=tau,
        layout="random",
        spread=0.0,
        generator=generator,
    )
    if start == "random":
        return drawn
    z = minimise_free_features(lambda z: losses.nscl(z, drawn.labels, tau), drawn.z)
    return LabelledViews(z=z, labels=drawn.labels, tau=tau)


def simplex_deviation(case: LabelledViews) -> float:
    """Largest |s + 1/(C - 1)| over pairs of embeddings of different classes."""
    _, k, d = case.z.shape
    rows = case.z.reshape(-1, d)
    labels = case.labels.repeat_interleave(k)
    different = labels[:, None] != labels
    cosines = (rows @ rows.mT)[different]
    return (cosines + 1.0 / (len(case.sizes) - 1)).abs().max().item()


def deviation_bound(case: LabelledViews) -> float:
    """At the upper end of the excess's rounding interval: the bound increases in the excess."""
    n, k, _ = case.z.shape
    n_classes = len(case.sizes)
    worst = max(excess(case), 0.0) + excess_error(case)
    return nscl_simplex_deviation(worst, n_classes, n // n_classes, k, case.tau).item()


def deviation_rounding(case: LabelledViews) -> float:
    """One inner product of unit rows, in units of 1 rather than 1/tau."""
    return case.tau * case.roundoff


CLAIMS = (
    Claim(
        name="luthra2025-nscl-collapse",
        statement=r"\forall f,\ n_c=n:\quad \frac1C\sum_c\operatorname{tr}\Sigma_c\le(C-1)\,\tau\,"
        r"\bigl(\mathcal L^{\mathrm{NSCL}}(f)-\min\mathcal L^{\mathrm{NSCL}}\bigr),"
        r"\ \text{attained at every minimiser of } \mathcal L^{\mathrm{DCL}}",
        source=ours("Theorem 2, within-class collapse quantified"),
        proof=f"{MINIMA}#stability-of-the-nscl-minimum",
        status="sharper",
        kind="for-all",
        domain=loss_gap_balanced.DOMAIN,
        build=loss_gap_balanced.build,
        measured=class_variance,
        bound=variance_bound,
        rounding=variance_rounding,
        attained_by=(
            SAMPLE_SIMPLEX,
            loss_gap_balanced.SIMPLEX,
        ),
    ),
    Claim(
        name="luthra2025-nscl-geometry",
        statement=r"\forall f,\ n_c=n,\ \varepsilon=\mathcal L^{\mathrm{NSCL}}(f)-\min"
        r"\mathcal L^{\mathrm{NSCL}}:\quad \max_{y_i\ne y_j}\Bigl|s_{ij}+\frac1{C-1}\Bigr|\le"
        r"5\delta+\tau\varepsilon,\quad \delta^2=\frac{\tau^2nK(C-1)\,(e^{CnK\varepsilon}-1)}"
        r"{\varphi(2/\tau)},\ \varphi(R)=\frac{e^{-R}-1+R}{R^2}",
        source=ours("Theorem 2, the simplex quantified"),
        proof=f"{MINIMA}#stability-of-the-nscl-minimum",
        status="sharper",
        kind="optimum",
        domain={
            "n": Integers(1, 3),
            "n_classes": Integers(2, 5),
            "k": Integers(1, 2),
            "extra_dim": Integers(1, 3),
            "tau": Reals(0.2, 2.0, log=True),
            "start": Choices("minimised", "random"),
        },
        build=build_minimised,
        measured=simplex_deviation,
        bound=deviation_bound,
        rounding=deviation_rounding,
        trivial=lambda case: 1.0 + 1.0 / (len(case.sizes) - 1),
        cost=150.0,
    ),
)
