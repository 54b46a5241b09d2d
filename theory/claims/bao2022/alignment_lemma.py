"""A class far from the mean of means cannot also be aligned with it: q_l <= r_l (L - r_l)."""

import torch

from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point, Reals
from theory.claims.bao2022._source import INTERCEPT, ours
from theory.claims.bao2022._tuples import LAWS, Laws, laws

COLLINEAR: Point = {"n_laws": 5, "norm": 1.5, "n_atoms": 2, "d": 1, "layout": "one-collapsed"}
CONSTANT: Point = {**COLLINEAR, "d": 3, "layout": "constant"}


def centred_means(case: Laws) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of means, (d,), and the deviations nu_l from it, (c, d)."""
    mean = case.means.mean(dim=0)
    return mean, case.means - mean


def alignment(case: Laws) -> list[float]:
    """q_l = mubar . nu_l."""
    mean, nu = centred_means(case)
    return [q.item() for q in nu @ mean]


def bound(case: Laws) -> list[float]:
    """r_l (L - r_l)."""
    r = torch.linalg.vector_norm(centred_means(case)[1], dim=-1)
    return [side.item() for side in r * (case.norm - r)]


def rounding(case: Laws) -> float:
    """Means of norm at most L, off by a relative unit: so is nu, and both sides are quadratic."""
    return 8.0 * case.roundoff(len(case.atoms)) * case.norm**2


CLAIMS = (
    Claim(
        name="bao2022-alignment-lemma",
        statement=r"\|\mu_l\|\le L,\ \bar\mu=\frac1C\sum_l\mu_l,\ r_l=\|\mu_l-\bar\mu\|:\quad"
        r"\bar\mu\cdot(\mu_l-\bar\mu)\le r_l(L-r_l)\quad\forall l,\ \text{attained where } r_l=0"
        r" \text{ and where } \mu_l=L\,\bar\mu/\|\bar\mu\|",
        source=ours("the intercept, lemma (4)"),
        proof=f"{INTERCEPT}#alignment",
        status="sharper",
        kind="for-all",
        domain={"n_laws": Integers(1, 20), "norm": Reals(0.05, 4.0, log=True), **LAWS},
        build=laws,
        measured=alignment,
        bound=bound,
        rounding=rounding,
        attained_by=(COLLINEAR, CONSTANT),
    ),
)
