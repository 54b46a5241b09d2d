"""Theorem 1 row by row: similarities drift apart no farther than what each row collects."""

from typing import Any

import torch

from bounds import same_class_mass, similarity_drift_rowwise
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers
from theory.claims.luthra2025.alignment._source import DRIFT, ours
from theory.claims.luthra2025.alignment._twins import (
    ROWS,
    RUN,
    Twins,
    compositions,
    start_of,
    twins,
)
from theory.claims.luthra2025.alignment.drift import (
    D_T,
    HYPOTHESES,
    ONE_STEP,
    SHORT,
    bounded_by,
    drift,
    rounding_beside,
    rung,
)


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
        name="luthra2025-alignment-similarity-drift-rowwise",
        statement=rf"{HYPOTHESES},\text{{ last clip or not, row-wise gradient, }}{SHORT}:\quad "
        rf"{D_T}\le"
        r"\frac{\sqrt2}{\tau B}\Bigl(\sum_i\Bigl(\sum_{t:\,i\in b_t}\eta_t\kappa_{i,t}\Bigr)^2"
        r"\Bigr)^{1/2}",
        source=ours("Theorem 1 row by row"),
        proof=f"{DRIFT}#row-by-row",
        status="sharper",
        domain=ROWS,
        build=build_rows,
        attained_by=({**ONE_STEP, "start": "apart"}, {**ONE_STEP, "start": "apart", "tau": 0.05}),
        **bounded_by("row_sum"),
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
        domain=ROWS,
        build=build_rows,
        attained_by=({**ONE_STEP, "start": "apart"}, {**ONE_STEP, "start": "apart", "tau": 0.05}),
        **bounded_by("spread"),
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
)
