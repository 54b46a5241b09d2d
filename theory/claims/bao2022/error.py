"""What the mean-supervised risk bounds: the error of its classifier, and the supervised risk."""

import math

from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import ANY_PRIOR, RiskModel, model
from theory.claims.bao2022._source import GAP, paper
from theory.risks import risk_rounding, supervised_risk, zero_one_error

NOTHING_LEARNT: Point = {**upper.AT_ZERO, "n_classes": 2, "prior": "uniform"}
ITERATIONS = 100  # of a fit that starts at the class means


def error(case: RiskModel) -> float:
    """Probability that the mean classifier errs or ties."""
    return zero_one_error(case.features.double(), case.classes, case.prior).item()


def fitted(case: RiskModel) -> float:
    """R_supv, by a convex fit."""
    x = case.features.double()
    return supervised_risk(x, case.classes, case.prior, max_iterations=ITERATIONS).value.item()


def rounding(case: RiskModel) -> float:
    """Of R_mu, and of the supervised risk below it."""
    risk = case.supervised
    return float(risk_rounding(case.features.double(), risk, risk))


CLAIMS = (
    Claim(
        name="bao2022-zero-one-error",
        statement=r"\forall\pi,\ f:\quad \Pr[\text{the mean classifier errs or ties}]\le"
        r"\frac{R_\mu(f)}{\ln2}",
        source=paper("0-1 error (standard)"),
        proof=f"{GAP}#error-and-variance",
        status="published",
        kind="for-all",
        domain=ANY_PRIOR,
        build=model,
        measured=error,
        bound=lambda case: case.supervised / math.log(2.0),
        rounding=lambda case: rounding(case) / math.log(2.0),
        trivial=lambda case: 1.0,
        attained_by=(NOTHING_LEARNT,),
        cost=3.0,
    ),
    Claim(
        name="bao2022-mean-classifier",
        statement=r"\forall\pi,\ f:\quad R_{\mathrm{supv}}(f)=\inf_W"
        r"\mathbb E\ln\sum_je^{f(x)\cdot(w_j-w_c)}\le R_\mu(f)",
        source=paper("the mean classifier as a linear one"),
        proof=f"{GAP}#error-and-variance",
        status="published",
        kind="for-all",
        domain=ANY_PRIOR,
        build=model,
        measured=fitted,
        bound=lambda case: case.supervised,
        rounding=rounding,
        attained_by=(NOTHING_LEARNT,),
        cost=70.0,
    ),
)
