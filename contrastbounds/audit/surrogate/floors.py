"""How low both risks can be, and what R_mu itself bounds."""

import math
from functools import partial

from bounds import (
    contrastive_floor,
    contrastive_floor_etf,
    supervised_floor,
    supervised_floor_etf,
)
from contrastbounds.audit._row import Relation, Row
from contrastbounds.audit.surrogate.law import Law
from contrastbounds.audit.surrogate.risks import SEARCHED, Risks
from theory.risks import risk_rounding

BELOW_CONSTANT = 1.61  # L^2 up to which no mean classifier is worse than guessing


def floor_rows(risks: Risks) -> tuple[Row, ...]:
    """Least contrastive risk of any features of this norm: published, and taken at the simplex."""
    law, k = risks.law, risks.n_negatives
    forms = (("", "published floor", contrastive_floor), ("etf-", "simplex", contrastive_floor_etf))
    return tuple(
        Row(
            claim=f"bao2022-floor-{form}contrastive",
            title=title,
            quantity=f"R_cont, K = {k}",
            relation=">=",
            measured=risks.contrastive,
            bound=None if law.imbalance else float(floor(law.n_classes, k, law.norm)),
            hypothesis=law.imbalance,
            margin=float(risk_rounding(law.x, risks.contrastive)) + SEARCHED * risks.contrastive,
        )
        for form, title, floor in forms
    )


def supervised_rows(law: Law, *, r_mu: float, fitted: float, error: float) -> tuple[Row, ...]:
    """Floors and ceilings of R_mu, and the error and the best classifier that it bounds."""
    c, norm = law.n_classes, law.norm
    margin = 2.0 * float(risk_rounding(law.x, r_mu))
    guessing = math.log(c)
    too_long = ""
    if law.scale > BELOW_CONSTANT:
        too_long = f"needs L^2 <= {BELOW_CONSTANT}, here L^2 = {law.scale:.3g}"
    row = partial(_row, margin=margin)
    return (
        row(
            "floor-supervised",
            "R_mu, published floor",
            ">=",
            "R_mu",
            r_mu,
            float(supervised_floor(c, norm)),
            law.imbalance,
        ),
        row(
            "floor-etf-supervised",
            "R_mu, simplex",
            ">=",
            "R_mu",
            r_mu,
            float(supervised_floor_etf(c, norm)),
            law.imbalance,
        ),
        row(
            "mean-classifier-uniform",
            "R_mu, guessing",
            "<=",
            "R_mu",
            r_mu,
            guessing,
            law.imbalance or too_long,
        ),
        row("mean-classifier", "R_supv, best found", "<=", "R_supv", fitted, r_mu, ""),
        row(
            "zero-one-error",
            "0-1 error, R_mu/ln 2",
            "<=",
            "0-1 error",
            error,
            r_mu / math.log(2.0),
            "",
            trivial=1.0,
        ),
    )


def _row(
    claim: str,
    title: str,
    relation: Relation,
    quantity: str,
    measured: float,
    bound: float,
    hypothesis: str,
    *,
    margin: float,
    trivial: float = math.inf,
) -> Row:
    return Row(
        claim=f"bao2022-{claim}",
        title=title,
        quantity=quantity,
        relation=relation,
        measured=measured,
        bound=None if hypothesis else bound,
        hypothesis=hypothesis,
        margin=margin,
        trivial=trivial,
    )
