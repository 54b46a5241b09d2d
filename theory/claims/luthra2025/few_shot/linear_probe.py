"""Linear probing is no worse than nearest class centres, if its rules are affine."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers
from theory.claims.luthra2025._source import FEW_SHOT, paper
from theory.claims.luthra2025.few_shot._affine import least_affine_error, least_linear_error


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Equally likely lattice points, and the sums of m shots; all arithmetic is in integers."""

    x: NDArray[np.float64]  # (n, d)
    labels: NDArray[np.int64]  # (n,)
    sums: NDArray[np.float64]  # (c, d), m times the centres
    m_shot: int


def build(
    *, layout: str, d: int, n_classes: int, n: int, m_shot: int, generator: torch.Generator
) -> Probe:
    """Shots are drawn with replacement; the two fixed layouts take every point once."""
    c = n_classes if d == 1 else 2
    x = torch.randint(-4, 5, (c, n, d), generator=generator)
    if layout == "separated":
        x[:, :, 0] += 9 * torch.arange(c)[:, None]
    if layout == "one-and-three":
        x = torch.tensor([[[1]], [[3]]])
    elif layout == "mirrored":
        x = torch.tensor([[[-1], [-1], [1]], [[1], [1], [-1]]])
    c, n, d = x.shape
    drawn = torch.randint(n, (c, m_shot), generator=generator)
    if layout in ("one-and-three", "mirrored"):
        m_shot, drawn = n, torch.arange(n).expand(c, -1)
    sums = torch.stack([own[at].sum(dim=0) for own, at in zip(x, drawn, strict=True)])
    return Probe(
        x=x.flatten(0, 1).double().numpy(),
        labels=torch.arange(c).repeat_interleave(n).numpy(),
        sums=sums.double().numpy(),
        m_shot=m_shot,
    )


def ncc_error(case: Probe) -> float:
    """Share of points whose own centre is not strictly the nearest."""
    squared = np.square(case.m_shot * case.x[:, None] - case.sums).sum(axis=-1)  # (n, c)
    own = np.take_along_axis(squared, case.labels[:, None], axis=1)[:, 0]
    np.put_along_axis(squared, case.labels[:, None], np.inf, axis=1)
    wrong = int((squared.min(axis=1) <= own).sum())
    return wrong / len(case.labels)


DOMAIN: Domain = {
    "layout": Choices("overlapping", "separated", "one-and-three", "mirrored"),
    "d": Choices(1, 2),
    "n_classes": Integers(2, 4),
    "n": Integers(1, 6),
    "m_shot": Integers(1, 20),
}
LINE: Domain = {**DOMAIN, "d": Choices(1)}
NOISELESS = {"layout": "one-and-three", "d": 1, "n_classes": 2, "n": 1, "m_shot": 1}

CLAIMS = (
    Claim(
        name="luthra2025-linear-probe",
        statement=r"\forall f,\text{ every draw of the shots}:\quad \inf_{w_c,b_c}"
        r"\mathrm{err}\bigl(\operatorname{argmax}_c\langle w_c,f(x)\rangle+b_c\bigr)\le"
        r"\mathrm{err}^{\mathrm{NCC}},\ \text{the rule } w_c=2\hat\mu_c,\ b_c=-\|\hat\mu_c\|^2",
        source=paper("remark on linear probing, with biases added"),
        proof=f"{FEW_SHOT}#linear-probe",
        status="corrected",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=lambda case: least_affine_error(case.x, case.labels),
        bound=ncc_error,
        rounding=lambda case: 0.0,
        attained_by=(NOISELESS, {**NOISELESS, "layout": "mirrored"}),
        cost=0.2,
    ),
    Claim(
        name="luthra2025-linear-probe-bias-free",
        statement=r"\text{(literal, released protocol)}\quad \forall f,\text{ every draw of the "
        r"shots}:\quad \inf_{w_c}\mathrm{err}\bigl(\operatorname{argmax}_c\langle w_c,f(x)\rangle"
        r"\bigr)\le\mathrm{err}^{\mathrm{NCC}}",
        source=paper("remark on linear probing, without biases"),
        proof=f"{FEW_SHOT}#linear-probe",
        status="refuted",
        kind="for-all",
        domain=LINE,
        build=build,
        measured=lambda case: least_linear_error(case.x, case.labels),
        bound=ncc_error,
        rounding=lambda case: 0.0,
        counterexample=NOISELESS,
        cost=0.15,
    ),
)
