"""Earlier bounds on R_mu at a given R_cont, from collisions and coverage of the classes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds.surrogate.rivals import (
    arora_bound,
    arora_bound_sharp,
    ash_bound,
    collision_bound,
    nozawa_sato_bound,
)
from theory.claims._claim import Claim, Source
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import SEARCHED, UNIFORM, RiskModel, model
from theory.claims.bao2022._source import GAP, ours
from theory.risks import risk_rounding

# From a norm of 1 on, separated classes make every bound say something; beyond 2, R_cont can be
# E ln(1 + Col) in nine digits, and nothing is left to compare.
DOMAIN: Domain = {
    **UNIFORM,
    "n_classes": Integers(2, 8),
    "n_negatives": Reals(1.0, 32.0, log=True),
    "norm": Reals(1.0, 2.0),
}
TWO_CLASSES: Point = {
    **upper.AT_ZERO,
    "n_classes": 2,
    "n_negatives": 1.0,
    "norm": 1.0,
    "layout": "antipodal",
}
Calculator = Callable[[float, int, int], NDArray[np.float64]]


def at_risk(calculator: Calculator) -> Callable[[RiskModel], float]:
    """The calculator at the model's contrastive risk."""
    return lambda case: calculator(case.contrastive, case.n_classes, case.n_negatives).item()


def rounding_of(calculator: Calculator) -> Callable[[RiskModel], float]:
    """Errors of R_cont and of the calculator, times its coefficient; of R_mu."""

    def rounding(case: RiskModel) -> float:
        x, risk = case.features.double(), case.contrastive
        own = float(risk_rounding(x, case.supervised))
        low, high = (calculator(r, case.n_classes, case.n_negatives).item() for r in (0.0, 1.0))
        slope = high - low if math.isfinite(high) and math.isfinite(low) else 0.0
        return own + slope * (float(risk_rounding(x, risk)) + SEARCHED * risk)

    return rounding


def at_most(case: RiskModel) -> float:
    """R_mu is no more than with every score at its worst."""
    return float(np.logaddexp(0.0, math.log(case.n_classes - 1) + 2.0 * case.norm**2))


SHARED: dict[str, Any] = {
    "kind": "for-all",
    "domain": DOMAIN,
    "build": model,
    "measured": lambda case: case.supervised,
    "trivial": at_most,
    "proof": f"{GAP}#rivals",
    "cost": upper.COST,
}
CLAIMS = (
    Claim(
        name="bao2022-arora",
        statement=r"\pi_c=1/C,\ C\ge2:\quad R_\mu(f)\le\frac{R_{\mathrm{cont}}(f)-"
        r"\mathbb E\ln(1+\mathrm{Col})}{(1-\tau_K)\,v_{C,K+1}}",
        source=Source(
            paper="Arora et al. 2019",
            arxiv="1902.09229",
            item="as restated in the code of Bao, Nagano & Nozawa",
        ),
        status="published",
        bound=at_risk(arora_bound),
        rounding=rounding_of(arora_bound),
        **SHARED,
    ),
    Claim(
        name="bao2022-arora-sharp",
        statement=r"\pi_c=1/C,\ C\ge2:\quad R_\mu(f)\le\frac{R_{\mathrm{cont}}(f)-"
        r"\mathbb E\ln(1+\mathrm{Col})}{(1-\tau_K)\,v_{C-1,K}}",
        source=ours("coverage of the other classes only"),
        status="sharper",
        bound=at_risk(arora_bound_sharp),
        rounding=rounding_of(arora_bound_sharp),
        attained_by=(TWO_CLASSES,),
        **SHARED,
    ),
    Claim(
        name="bao2022-nozawa-sato",
        statement=r"\pi_c=1/C,\ C\ge2:\quad R_\mu(f)\le\frac{2R_{\mathrm{cont}}(f)-"
        r"\mathbb E\ln(1+\mathrm{Col})}{v_{C,K+1}}",
        source=Source(
            paper="Nozawa & Sato 2021",
            arxiv="2102.06866",
            item="as in the code of Bao, Nagano & Nozawa",
        ),
        status="published",
        bound=at_risk(nozawa_sato_bound),
        rounding=rounding_of(nozawa_sato_bound),
        **SHARED,
    ),
    Claim(
        name="bao2022-ash",
        statement=r"\pi_c=1/C,\ C\ge2,\ K\ge1:\quad R_\mu(f)\le\frac{2}{1-\tau_K}"
        r"\max\Bigl\{1,\frac{2(C-1)H_{C-1}}K\Bigr\}\bigl(R_{\mathrm{cont}}(f)-"
        r"\mathbb E\ln(1+\mathrm{Col})\bigr),\ H_n \text{ exactly}",
        source=Source(
            paper="Ash et al. 2022",
            arxiv="2106.09943",
            item="with the exact harmonic number for ln n + 0.577",
        ),
        status="corrected",
        bound=at_risk(ash_bound),
        rounding=rounding_of(ash_bound),
        **SHARED,
    ),
    Claim(
        name="bao2022-collision-unified",
        statement=r"\pi_c=1/C,\ C\ge2,\ K\ge1:\quad R_\mu(f)\le\min_{n\ge C-1}"
        r"\frac{\max(1,n/K)}{v_{C-1,n}}\,\frac{R_{\mathrm{cont}}(f)-"
        r"\mathbb E\ln(1+\mathrm{Col})}{1-\tau_K}",
        source=ours("collision bound for any number of negatives"),
        status="sharper",
        bound=at_risk(collision_bound),
        rounding=rounding_of(collision_bound),
        attained_by=(TWO_CLASSES,),
        **(SHARED | {"cost": 2.0 * upper.COST}),
    ),
)
