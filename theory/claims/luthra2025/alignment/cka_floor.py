"""Corollary 1: Gram matrices at relative distance rho have CKA at least (1 - rho) / (1 + rho)."""

from bounds import cka_floor, cka_floor_sharp
from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.luthra2025.alignment import _pairs
from theory.claims.luthra2025.alignment._pairs import PAIRS
from theory.claims.luthra2025.alignment._source import METRICS, ours, paper

SAME: Point = {"n": 5, "layout": "same", "size": 1.0, "offset": 0.0}
ORTHOGONAL: Point = {**SAME, "layout": "orthogonal"}
DISJOINT: Point = {**SAME, "layout": "psd-disjoint"}

CLAIMS = (
    Claim(
        name="luthra2025-alignment-cka-floor",
        statement=r"\forall K=H\Sigma H\ne0,\ K'=H\Sigma'H\ne0,\ \rho=\|K-K'\|_F/\|K\|_F,\ "
        r"\rho\le1\text{ or }K,K'\succeq0:\quad \mathrm{CKA}\ge\frac{1-\rho}{1+\rho}",
        source=paper("Corollary 1, its rho as restated in secondary literature"),
        proof=f"{METRICS}#the-cka-floor",
        status="corrected",
        kind="for-all",
        domain=PAIRS,
        build=_pairs.build,
        measured=lambda case: case.cka,
        relation=">=",
        bound=lambda case: float(cka_floor(case.rho)),
        rounding=lambda case: (
            case.cka_error + _pairs.floor_width(cka_floor, case.rho, case.rho_error)
        ),
        attained_by=(SAME,),
    ),
    Claim(
        name="luthra2025-alignment-cka-floor-sharp",
        statement=r"\forall K=H\Sigma H\ne0,\ K'=H\Sigma'H\ne0,\ \rho=\|K-K'\|_F/\|K\|_F:\quad "
        r"\mathrm{CKA}\ge\sqrt{1-\rho^2}\text{ if }\rho\le1,\ \mathrm{CKA}\ge0\text{ if }K,K'"
        r"\succeq0,\ \text{with equality for }\rho<1\text{ iff }\langle K-K',K'\rangle_F=0",
        source=ours("Corollary 1 with the sine of the angle"),
        proof=f"{METRICS}#the-sharp-floors",
        status="sharper",
        kind="for-all",
        domain=PAIRS,
        build=_pairs.build,
        measured=lambda case: case.cka,
        relation=">=",
        bound=lambda case: float(cka_floor_sharp(case.rho)),
        rounding=lambda case: (
            case.cka_error + _pairs.floor_width(cka_floor_sharp, case.rho, case.rho_error)
        ),
        attained_by=(
            SAME,
            ORTHOGONAL,
            {**ORTHOGONAL, "size": 1e-4},
            {**ORTHOGONAL, "size": 1e3, "offset": 1.0},
            DISJOINT,
        ),
    ),
)
