"""How far R_mu can fall below R_cont: the published intercept and the larger ones."""

from typing import Any

from bounds import surrogate_lower, surrogate_lower_box, surrogate_lower_sharp
from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import (
    ANY_PRIOR,
    RiskModel,
    exact_gap,
    model,
    rounding,
    searched_rounding,
)
from theory.claims.bao2022._source import GAP, ours, paper

AT_ZERO: Point = {**upper.AT_ZERO, "prior": "uniform"}


def published(case: RiskModel) -> float:
    """R_cont and the authors' intercept."""
    return case.contrastive + surrogate_lower(case.prior, case.n_negatives, case.norm).item()


def sharp(case: RiskModel) -> float:
    """Chord in place of the pinch."""
    return surrogate_lower_sharp(case.prior, case.n_negatives, case.norm).item()


def box(case: RiskModel) -> float:
    """The least of log-sum-exp over scores in their box, in place of the entropy."""
    return surrogate_lower_box(case.prior, case.n_negatives, case.norm).item()


SHARPER: dict[str, Any] = {
    "status": "sharper",
    "kind": "for-all",
    "domain": ANY_PRIOR,
    "build": model,
    "measured": upper.gap,
    "relation": ">=",
    "search": exact_gap,
}
CLAIMS = (
    Claim(
        name="bao2022-surrogate-lower",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)\ge R_{\mathrm{cont}}(f)+"
        r"H(\pi)+\ln K-2\ln(K+1)-2\ln\cosh(L^2)",
        source=paper("lower intercept, as in the authors' code"),
        proof=f"{GAP}#lower-bound",
        status="published",
        kind="for-all",
        domain=ANY_PRIOR,
        build=model,
        measured=lambda case: case.supervised,
        relation=">=",
        bound=published,
        rounding=rounding,
        search=exact_gap,
        cost=upper.COST,
    ),
    Claim(
        name="bao2022-surrogate-lower-sharp",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\ge"
        r"H(\pi)-\ln(K+1)-\ln\Bigl(\cosh L^2+\frac{\sinh L^2}{K+1}\Bigr)",
        source=ours("chord and Gibbs, any prior"),
        proof=f"{GAP}#sharp-lower-bound",
        bound=sharp,
        rounding=rounding,
        attained_by=(AT_ZERO,),
        cost=upper.COST,
        **SHARPER,
    ),
    Claim(
        name="bao2022-surrogate-lower-box",
        statement=r"\forall\pi,\ K\ge1,\ \|f\|\le L:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\ge"
        r"\min_{\|z\|_\infty\le L^2}\Bigl[\ln\sum_je^{z_j}-\pi\cdot z\Bigr]-\ln(K+1)"
        r"-\ln\Bigl(\cosh L^2+\frac{\sinh L^2}{K+1}\Bigr)",
        source=ours("chord and box, any prior"),
        proof=f"{GAP}#box-bound",
        bound=box,
        rounding=searched_rounding,
        attained_by=(AT_ZERO, {**AT_ZERO, "prior": "skewed"}),
        cost=upper.COST + 1.0,
        **SHARPER,
    ),
)
