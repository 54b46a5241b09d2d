"""NT-Xent is least where the pairs coincide and form a simplex."""

from typing import Any

import torch

from bounds import ntxent_minimum
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point
from theory.claims.luthra2025 import dcl_minimum
from theory.claims.luthra2025._source import MINIMA, ours
from theory.claims.luthra2025._views import DIM, LAYOUTS, SPREAD, TAU, LabelledViews
from theory.claims.luthra2025.nscl_minimum import rounding

SIMPLEX: Point = {"n_pairs": 6, "d": 5, "tau": 0.4, "layout": "simplex", "spread": 0.0}


def build(*, n_pairs: int, generator: torch.Generator, **params: Any) -> LabelledViews:
    """Pairs of views, every pair a class of its own."""
    return dcl_minimum.build(n_total=n_pairs, k=2, generator=generator, **params)


CLAIMS = (
    Claim(
        name="luthra2025-ntxent-minimum",
        statement=r"\forall f,\ M\ge2\ \text{pairs},\ \tau>0:\quad"
        r"\mathcal L^{\mathrm{NT\text{-}Xent}}(f)\ge\log\bigl(1+2(M-1)e^{-M/((M-1)\tau)}\bigr),"
        r"\ \text{attained at the regular simplex of coinciding pairs}",
        source=ours("the NT-Xent minimum"),
        proof=f"{MINIMA}#nt-xent",
        status="sharper",
        kind="optimum",
        domain={
            "n_pairs": Integers(2, 17),
            "d": DIM,
            "tau": TAU,
            "layout": LAYOUTS,
            "spread": SPREAD,
        },
        build=build,
        measured=lambda case: losses.ntxent(case.z, case.tau).item(),
        relation=">=",
        bound=lambda case: ntxent_minimum(case.z.shape[0], case.tau).item(),
        rounding=rounding,
        attained_by=(SIMPLEX, {**SIMPLEX, "n_pairs": 2, "d": 1}),
    ),
)
