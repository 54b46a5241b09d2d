"""Theorem 1: CL and NSCL similarities stay within e^(S/(2 tau^2 B)) S Delta/(tau sqrt B)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Point, Reals
from theory.claims.luthra2025.alignment._source import DRIFT, ours, restated
from theory.claims.luthra2025.alignment._twins import ROWS, RUN, STEPS, Twins, twins

EXACT = 1e-12  # what the calculators promise, relative
SHORT = r"\eta_t\le4\tau^2B"
HYPOTHESES = r"\text{(H1)--(H4)}"
D_T = r"\|\Sigma_T^{\mathrm{CL}}-\Sigma_T^{\mathrm{NSCL}}\|_F"

ONE_STEP: Point = {
    "n_reference": 4,
    "n_classes": 2,
    "batch_size": 3,
    "n_steps": 1,
    "tau": 1.0,
    "reach": 0.5,
    "classes": "one-large",
    "start": "headroom",
    "visits": "random",
    "symmetrised": False,
}


def drift(case: Twins) -> float:
    """D_T of the exact dynamics."""
    return case.drift


def rung(name: str) -> Callable[[Twins], float]:
    """The bound of that name at step T."""
    return lambda case: float(case.ladder.rungs[name][-1])


def rounding_beside(bound: Callable[[Twins], float]) -> Callable[[Twins], float]:
    """The error of both runs, and the calculator's own."""
    return lambda case: float(case.ladder.rounding[-1]) + 2.0 * EXACT * bound(case)


def bounded_by(name: str) -> dict[str, Any]:
    """What claims share that bound the drift by the rung of that name."""
    return {
        "kind": "for-all",
        "measured": drift,
        "bound": rung(name),
        "rounding": rounding_beside(rung(name)),
        "trivial": lambda case: case.apart_at_most,
        "cost": 12.0,
    }


def chain(case: Twins) -> NDArray[np.float64]:
    """Every bound at step T, least first."""
    return np.array([values[-1] for values in case.ladder.rungs.values()])


MODERATE: Domain = {**RUN, **STEPS}
ANY_STEPS: Domain = {**MODERATE, "reach": Reals(1e-3, 4.0, log=True)}
CLAIMS = (
    Claim(
        name="luthra2025-alignment-similarity-drift",
        statement=rf"{HYPOTHESES},\ S=\sum_{{t<T}}\eta_t,\ r=\max n_s/n_d:\quad {D_T}\le"
        r"e^{S/(2\tau^2B)}\frac{S}{\tau\sqrt B}\Delta_r,\ \Delta_r=2e^{2/\tau}r",
        source=restated("Theorem 1, deterministic form"),
        proof=f"{DRIFT}#theorem-1",
        status="corrected",
        domain=ANY_STEPS,
        build=twins,
        **bounded_by("theorem_1"),
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-gronwall",
        statement=rf"{HYPOTHESES},\ L=1/(2\tau^2B):\quad {D_T}\le"
        r"\frac{\Delta_r}{\tau\sqrt B}\,\frac{e^{LS}-1}{L}",
        source=ours("Theorem 1, its recursion summed exactly"),
        proof=f"{DRIFT}#closed-gronwall",
        status="sharper",
        domain=ANY_STEPS,
        build=twins,
        **bounded_by("gronwall"),
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-nonexpansive",
        statement=rf"{HYPOTHESES},\ {SHORT}:\quad {D_T}\le\frac{{S}}{{\tau\sqrt B}}\Delta_r",
        source=ours("Theorem 1 without the exponential"),
        proof=f"{DRIFT}#no-exponential",
        status="sharper",
        domain=MODERATE,
        build=twins,
        **bounded_by("nonexpansive"),
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-kappa",
        statement=rf"{HYPOTHESES},\ {SHORT}:\quad {D_T}\le\frac{{\sqrt2\,\kappa S}}{{\tau\sqrt B}},"
        r"\ \kappa=\max\frac{n_se^{2/\tau}}{n_se^{2/\tau}+n_d}",
        source=ours("Theorem 1 with the exact same-class mass"),
        proof=f"{DRIFT}#sqrt2-kappa",
        status="sharper",
        domain=RUN,
        build=twins,
        **bounded_by("kappa"),
    ),
    Claim(
        name="luthra2025-alignment-drift-order",
        statement=rf"{HYPOTHESES},\text{{ row-wise gradient, }}{SHORT}:\quad\text{{certificate}}\le"
        r"\text{row sum, spread}\le\text{row sum}\le"
        r"\sum_t\eta_t\frac{\sqrt2}{\tau B}\Bigl(\sum_i\kappa_{i,t}^2\Bigr)^{1/2}"
        r"\le\frac{\sqrt2\,\kappa S}{\tau\sqrt B}\le\frac{\Delta_rS}{\tau\sqrt B}\le"
        r"\frac{\Delta_r}{\tau\sqrt B}\frac{e^{LS}-1}{L}\le e^{LS}\frac{\Delta_rS}{\tau\sqrt B}",
        source=ours("order of the drift bounds"),
        proof=f"{DRIFT}#order",
        status="sharper",
        kind="for-all",
        domain=ROWS,
        build=twins,
        measured=lambda case: chain(case)[:-1],
        bound=lambda case: chain(case)[1:],
        rounding=lambda case: case.ladder.rounding[-1] + 2.0 * EXACT * chain(case)[1:],
        attained_by=(ONE_STEP,),
        cost=12.0,
    ),
)
