"""How far R_mu can exceed R_cont: the published intercept and the smaller ones."""

from typing import Any

from bounds import (
    surrogate_upper,
    surrogate_upper_many_negatives,
    surrogate_upper_prior_free,
    surrogate_upper_sharp,
    surrogate_upper_vertex,
)
from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.bao2022._models import (
    ANY_PRIOR,
    UNIFORM,
    RiskModel,
    exact_gap,
    model,
    rounding,
    searched_rounding,
)
from theory.claims.bao2022._source import GAP, ours, paper

COST = 6.0
AT_ZERO: Point = {
    "n_classes": 3,
    "n_per_class": 2,
    "d": 2,
    "n_negatives": 16.0,
    "norm": 0.0,
    "layout": "constant",
}


def gap(case: RiskModel) -> float:
    """R_mu - R_cont."""
    return case.gap


def published(case: RiskModel) -> float:
    """R_cont and the authors' intercept."""
    return case.contrastive + surrogate_upper(case.prior, case.n_negatives, case.norm).item()


def sharp(case: RiskModel) -> float:
    """K + 1 for K, and one hyperbolic cosine for two."""
    return surrogate_upper_sharp(case.n_classes, case.n_negatives, case.norm).item()


def vertex(case: RiskModel) -> float:
    """The worst vertex of the box of scores."""
    return surrogate_upper_vertex(case.prior, case.n_negatives, case.norm).item()


def prior_free(case: RiskModel) -> float:
    """Without the prior."""
    return surrogate_upper_prior_free(case.n_classes, case.n_negatives, case.norm).item()


def many_negatives(case: RiskModel) -> float:
    """What is left of the constant shrinks like 1/K."""
    return surrogate_upper_many_negatives(case.n_classes, case.n_negatives, case.norm).item()


SHARPER: dict[str, Any] = {
    "status": "sharper",
    "kind": "for-all",
    "build": model,
    "measured": gap,
    "search": exact_gap,
    "cost": COST,
}
CLAIMS = (
    Claim(
        name="bao2022-surrogate-upper",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)\le R_{\mathrm{cont}}(f)+"
        r"\ln\frac{\pi^*C^2\cosh^2(L^2)}{K},\quad \pi^*=\max_c\pi_c",
        source=paper("upper intercept, as in the authors' code"),
        proof=f"{GAP}#upper-bound",
        status="published",
        kind="for-all",
        domain=ANY_PRIOR,
        build=model,
        measured=lambda case: case.supervised,
        bound=published,
        rounding=rounding,
        search=exact_gap,
        cost=COST,
    ),
    Claim(
        name="bao2022-surrogate-upper-sharp",
        statement=r"\pi_c=1/C:\quad \forall K\ge1,\ \|f\|\le L:\quad "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\frac{C\cosh(L^2)}{K+1}",
        source=ours("mean and chord, equal classes"),
        proof=f"{GAP}#sharp-upper-bound",
        domain=UNIFORM,
        bound=sharp,
        rounding=rounding,
        attained_by=(AT_ZERO,),
        **SHARPER,
    ),
    Claim(
        name="bao2022-surrogate-upper-vertex",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\le"
        r"\max_{\|z\|_\infty\le L^2}\Bigl[\ln\sum_je^{z_j}-\pi\cdot z\Bigr]-\ln(K+1)",
        source=ours("worst vertex, any prior"),
        proof=f"{GAP}#vertex-bound",
        domain=ANY_PRIOR,
        bound=vertex,
        rounding=rounding,
        attained_by=({**AT_ZERO, "prior": "uniform"},),
        **SHARPER,
    ),
    Claim(
        name="bao2022-surrogate-upper-prior-free",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\le"
        r"\ln\frac{C}{K+1}+\max_{0\le r\le L}\Bigl[\ln\bigl(\cosh L^2+\tfrac rL\sinh L^2\bigr)"
        r"-r^2\Bigr]",
        source=ours("chord, any prior"),
        proof=f"{GAP}#prior-free-bound",
        domain=ANY_PRIOR,
        bound=prior_free,
        rounding=rounding,
        attained_by=({**AT_ZERO, "prior": "skewed"},),
        **SHARPER,
    ),
    Claim(
        name="bao2022-many-negatives",
        statement=r"\pi_c=1/C:\quad \forall K\ge1,\ \|f\|\le L:\quad R_\mu(f)-R_{\mathrm{cont}}(f)"
        r"\le\ln\frac CK+\frac{V(L^2)}K,\quad V(a)=\sup_{e^{-a}<m<e^a}"
        r"\kappa\bigl(\tfrac{e^{-a}}m\bigr)\bigl(\tfrac{e^a}m-1\bigr)"
        r"\bigl(1-\tfrac{e^{-a}}m\bigr),\ \kappa(u)=\tfrac{u-1-\ln u}{(1-u)^2}",
        source=ours("second moment of the negatives"),
        proof=f"{GAP}#many-negatives",
        domain=UNIFORM,
        bound=many_negatives,
        rounding=searched_rounding,
        **(SHARPER | {"cost": COST + 3.0}),
    ),
)
