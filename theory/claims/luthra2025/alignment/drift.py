"""Theorem 1: CL and NSCL similarities stay within e^(S/(2 tau^2 B)) S Delta/(tau sqrt B)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bounds import same_class_mass, similarity_drift_rowwise
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.luthra2025.alignment._source import DRIFT, ours, restated
from theory.claims.luthra2025.alignment._twins import (
    ROWS,
    RUN,
    STEPS,
    Twins,
    compositions,
    start_of,
    twins,
)

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


def chain(case: Twins) -> NDArray[np.float64]:
    """Every bound at step T, least first."""
    return np.array([values[-1] for values in case.ladder.rungs.values()])


def build_rows(*, n_steps: int, **run: Any) -> Twins:
    """Runs laid out as `ROWS` says; the clip after the last step is not needed for the bound."""
    return twins(n_steps=n_steps, clip=n_steps > 1, **run)


def build_epochs(
    *,
    n_epochs: int,
    batches_per_epoch: int,
    batch_size: int,
    n_classes: int,
    tau: float,
    reach: float,
    start: str,
    generator: torch.Generator,
) -> Twins:
    """Whole epochs over N = B * batches_per_epoch items; every third item is not of class 0."""
    n = batch_size * batches_per_epoch
    labels = torch.zeros(n, dtype=torch.int64)
    labels[::3] = 1 + torch.arange(len(labels[::3])) % (n_classes - 1)
    share = torch.rand(n_epochs, generator=generator, dtype=torch.float64)
    share[0] = 1.0
    steps = (4 * tau**2 * batch_size * reach * share).repeat_interleave(batches_per_epoch)
    batches = []
    for _ in range(n_epochs):
        offset = int(torch.randint(n, (), generator=generator).item())
        batches += list(torch.arange(n).roll(offset).reshape(batches_per_epoch, batch_size))
    sigma0 = start_of(start, labels, generator)
    return Twins(sigma0=sigma0, labels=labels, batches=batches, step_sizes=steps.tolist(), tau=tau)


def equal_visits(case: Twins) -> float:
    """sqrt(2) kappa S/(tau sqrt(N)), kappa the largest of the run."""
    counts = compositions(case.batches, case.labels)
    masses = [same_class_mass(same, other, case.tau).max() for same, other in counts]
    n = len(case.labels)
    return similarity_drift_rowwise(sum(case.step_sizes), n, case.tau, max(masses)).item()


MODERATE: Domain = {**RUN, **STEPS}
ANY_STEPS: Domain = {**MODERATE, "reach": Reals(1e-3, 4.0, log=True)}
EPOCHS: Domain = {
    "n_epochs": Integers(1, 6),
    "batches_per_epoch": Integers(1, 4),
    "batch_size": Integers(3, 6),
    "n_classes": Integers(2, 5),
    "tau": RUN["tau"],
    "reach": RUN["reach"],
    "start": RUN["start"],
}

CLAIMS = (
    Claim(
        name="luthra2025-alignment-similarity-drift",
        statement=rf"{HYPOTHESES},\ S=\sum_{{t<T}}\eta_t,\ r=\max n_s/n_d:\quad {D_T}\le"
        r"e^{S/(2\tau^2B)}\frac{S}{\tau\sqrt B}\Delta_r,\ \Delta_r=2e^{2/\tau}r",
        source=restated("Theorem 1, deterministic form"),
        proof=f"{DRIFT}#theorem-1",
        status="corrected",
        kind="for-all",
        domain=ANY_STEPS,
        build=twins,
        measured=drift,
        bound=rung("theorem_1"),
        rounding=rounding_beside(rung("theorem_1")),
        trivial=lambda case: case.apart_at_most,
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-gronwall",
        statement=rf"{HYPOTHESES},\ L=1/(2\tau^2B):\quad {D_T}\le"
        r"\frac{\Delta_r}{\tau\sqrt B}\,\frac{e^{LS}-1}{L}",
        source=ours("Theorem 1, its recursion summed exactly"),
        proof=f"{DRIFT}#closed-gronwall",
        status="sharper",
        kind="for-all",
        domain=ANY_STEPS,
        build=twins,
        measured=drift,
        bound=rung("gronwall"),
        rounding=rounding_beside(rung("gronwall")),
        trivial=lambda case: case.apart_at_most,
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-nonexpansive",
        statement=rf"{HYPOTHESES},\ {SHORT}:\quad {D_T}\le\frac{{S}}{{\tau\sqrt B}}\Delta_r",
        source=ours("Theorem 1 without the exponential"),
        proof=f"{DRIFT}#no-exponential",
        status="sharper",
        kind="for-all",
        domain=MODERATE,
        build=twins,
        measured=drift,
        bound=rung("nonexpansive"),
        rounding=rounding_beside(rung("nonexpansive")),
        trivial=lambda case: case.apart_at_most,
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-kappa",
        statement=rf"{HYPOTHESES},\ {SHORT}:\quad {D_T}\le\frac{{\sqrt2\,\kappa S}}{{\tau\sqrt B}},"
        r"\ \kappa=\max\frac{n_se^{2/\tau}}{n_se^{2/\tau}+n_d}",
        source=ours("Theorem 1 with the exact same-class mass"),
        proof=f"{DRIFT}#sqrt2-kappa",
        status="sharper",
        kind="for-all",
        domain=RUN,
        build=twins,
        measured=drift,
        bound=rung("kappa"),
        rounding=rounding_beside(rung("kappa")),
        trivial=lambda case: case.apart_at_most,
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-rowwise",
        statement=rf"{HYPOTHESES},\text{{ last clip or not, row-wise gradient, }}{SHORT}:\quad "
        rf"{D_T}\le"
        r"\frac{\sqrt2}{\tau B}\Bigl(\sum_i\Bigl(\sum_{t:\,i\in b_t}\eta_t\kappa_{i,t}\Bigr)^2"
        r"\Bigr)^{1/2}",
        source=ours("Theorem 1 row by row"),
        proof=f"{DRIFT}#row-by-row",
        status="sharper",
        kind="for-all",
        domain=ROWS,
        build=build_rows,
        measured=drift,
        bound=rung("row_sum"),
        rounding=rounding_beside(rung("row_sum")),
        trivial=lambda case: case.apart_at_most,
        attained_by=({**ONE_STEP, "start": "apart"}, {**ONE_STEP, "start": "apart", "tau": 0.05}),
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-spread",
        statement=rf"{HYPOTHESES},\text{{ last clip or not, row-wise gradient, }}{SHORT}:\quad "
        rf"{D_T}\le"
        r"\frac{1}{\tau B}\Bigl(\sum_i\Bigl(\sum_{t:\,i\in b_t}\eta_t\kappa_{i,t}"
        r"\sqrt{h(n_s)+h(n_d)}\Bigr)^2\Bigr)^{1/2},\quad h(n)=\max_{1\le a\le n}"
        r"\frac{a x^2+n-a}{(a x+n-a)^2},\ x=e^{2/\tau}",
        source=ours("Theorem 1 row by row, with softmaxes that cannot sit on one point"),
        proof=f"{DRIFT}#row-by-row",
        status="sharper",
        kind="for-all",
        domain=ROWS,
        build=build_rows,
        measured=drift,
        bound=rung("spread"),
        rounding=rounding_beside(rung("spread")),
        trivial=lambda case: case.apart_at_most,
        attained_by=({**ONE_STEP, "start": "apart"}, {**ONE_STEP, "start": "apart", "tau": 0.05}),
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-similarity-drift-equal-visits",
        statement=rf"{HYPOTHESES},\text{{ row-wise gradient, }}{SHORT},\ "
        rf"\sum_{{t:\,i\in b_t}}\eta_t=BS/N\ \forall i:\quad {D_T}\le"
        r"\frac{\sqrt2\,\kappa S}{\tau\sqrt N}",
        source=ours("Theorem 1 row by row, equal visits"),
        proof=f"{DRIFT}#row-by-row",
        status="sharper",
        kind="for-all",
        domain=EPOCHS,
        build=build_epochs,
        measured=drift,
        bound=equal_visits,
        rounding=rounding_beside(equal_visits),
        trivial=lambda case: case.apart_at_most,
        cost=12.0,
    ),
    Claim(
        name="luthra2025-alignment-drift-certificate",
        statement=rf"\Sigma_0\in[-1,1]^{{N\times N}},\text{{ (H1), (H3), (H4), }}{SHORT}"
        rf"\text{{, clipped or not}}:\quad {D_T}\le\Bigl(\sum_i\Bigl(\sum_t\eta_t\|\text{{row}}_i"
        r"(G_t^{\mathrm{CL}}-G_t^{\mathrm{NSCL}})(\Sigma_t^{\mathrm{NSCL}})\|_2\Bigr)^2"
        r"\Bigr)^{1/2};\ \text{symmetrised: }\sum_t\eta_t\|(G_t^{\mathrm{CL}}-"
        r"G_t^{\mathrm{NSCL}})(\Sigma_t^{\mathrm{NSCL}})\|_F",
        source=ours("a-posteriori drift certificate"),
        proof=f"{DRIFT}#a-posteriori-certificate",
        status="sharper",
        kind="for-all",
        domain={**RUN, "clip": Choices(True, False)},
        build=twins,
        measured=drift,
        bound=rung("certificate"),
        rounding=rounding_beside(rung("certificate")),
        attained_by=(
            {**ONE_STEP, "clip": False},
            {**ONE_STEP, "clip": False, "start": "apart", "tau": 0.05},
            {**ONE_STEP, "clip": False, "symmetrised": True},
        ),
        cost=12.0,
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
