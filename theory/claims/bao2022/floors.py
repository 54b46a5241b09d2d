"""How low both risks can be with equal classes: the authors' floors, and those that are reached."""

from typing import Any

import torch

from bounds import (
    contrastive_floor,
    contrastive_floor_etf,
    supervised_floor,
    supervised_floor_etf,
)
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import PROMISE, SEARCHED, UNIFORM, RiskModel, model
from theory.claims.bao2022._source import GAP, ours, paper
from theory.risks import risk_rounding

SEVERAL: Domain = {**UNIFORM, "n_classes": Integers(2, 8)}
POLES: Point = {**upper.AT_ZERO, "n_classes": 2, "norm": 1.0, "layout": "antipodal"}
SIMPLEX: Point = {**upper.AT_ZERO, "n_classes": 5, "norm": 1.5, "layout": "simplex"}


def contrastive(case: RiskModel) -> float:
    """The floor of R_cont in the authors' figures."""
    return contrastive_floor(case.n_classes, case.n_negatives, case.norm).item()


def contrastive_etf(case: RiskModel) -> float:
    """R_cont at the collapsed simplex."""
    return contrastive_floor_etf(case.n_classes, case.n_negatives, case.norm).item()


def supervised(case: RiskModel) -> float:
    """The floor of R_mu in the authors' figures."""
    return supervised_floor(case.n_classes, case.norm).item()


def supervised_etf(case: RiskModel) -> float:
    """R_mu at the collapsed simplex."""
    return supervised_floor_etf(case.n_classes, case.norm).item()


def features_rounding(case: RiskModel) -> float:
    """A simplex is one up to the features' dtype: a risk moves by twice what a score does."""
    return 4.0 * torch.finfo(case.features.dtype).eps * case.norm**2


def contrastive_rounding(case: RiskModel) -> float:
    """Of the features, of the exact risk and of the floor's quadrature, the last two relative."""
    risk = float(risk_rounding(case.features.double(), case.contrastive))
    return features_rounding(case) + risk + SEARCHED * case.contrastive


def supervised_rounding(case: RiskModel) -> float:
    """Of the features, of the exact risk and of the floor."""
    risk = float(risk_rounding(case.features.double(), case.supervised))
    return features_rounding(case) + risk + PROMISE * case.scale


CONTRASTIVE: dict[str, Any] = {
    "build": model,
    "measured": lambda case: case.contrastive,
    "relation": ">=",
    "rounding": contrastive_rounding,
    "cost": upper.COST,
}
SUPERVISED: dict[str, Any] = {
    "build": model,
    "measured": lambda case: case.supervised,
    "relation": ">=",
    "rounding": supervised_rounding,
    "cost": 3.0,
}
CLAIMS = (
    Claim(
        name="bao2022-floor-contrastive",
        statement=r"\pi_c=1/C,\ \|f\|\le L:\quad R_{\mathrm{cont}}(f)\ge"
        r"\mathbb E_{m\sim\mathrm{Bin}(K,1/C)}\ln\bigl(1+m+(K-m)e^{-2L^2}\bigr)",
        source=paper("floor of the contrastive risk in the figures, as in the authors' code"),
        proof=f"{GAP}#floors",
        status="published",
        kind="for-all",
        domain=UNIFORM,
        bound=contrastive,
        attained_by=(POLES,),
        **CONTRASTIVE,
    ),
    Claim(
        name="bao2022-floor-supervised",
        statement=r"\pi_c=1/C,\ \|f\|\le L:\quad R_\mu(f)\ge\ln\bigl(1+(C-1)e^{-2L^2}\bigr)",
        source=paper("floor of the supervised risk in the figures, as in the authors' code"),
        proof=f"{GAP}#floors",
        status="published",
        kind="for-all",
        domain=UNIFORM,
        bound=supervised,
        attained_by=(POLES,),
        **SUPERVISED,
    ),
    Claim(
        name="bao2022-floor-etf-contrastive",
        statement=r"\pi_c=1/C,\ C\ge2,\ \|f\|\le L:\quad R_{\mathrm{cont}}(f)\ge"
        r"\mathbb E_{m\sim\mathrm{Bin}(K,1/C)}\ln\bigl(1+m+(K-m)e^{-L^2C/(C-1)}\bigr),\ "
        r"\text{with equality at the collapsed simplex}",
        source=ours("least contrastive risk"),
        proof=f"{GAP}#attained-floors",
        status="sharper",
        kind="optimum",
        domain=SEVERAL,
        bound=contrastive_etf,
        attained_by=(SIMPLEX, POLES),
        **CONTRASTIVE,
    ),
    Claim(
        name="bao2022-floor-etf-supervised",
        statement=r"\pi_c=1/C,\ C\ge2,\ \|f\|\le L:\quad R_\mu(f)\ge"
        r"\ln\bigl(1+(C-1)e^{-L^2C/(C-1)}\bigr),\ \text{with equality at the collapsed simplex}",
        source=ours("least mean-supervised risk"),
        proof=f"{GAP}#attained-floors",
        status="sharper",
        kind="optimum",
        domain=SEVERAL,
        bound=supervised_etf,
        attained_by=(SIMPLEX, POLES),
        **SUPERVISED,
    ),
)
