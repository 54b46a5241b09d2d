"""Few-shot error pair by pair: Cantelli for the linear part, Markov for the quadratic one."""

import numpy as np
from numpy.typing import NDArray

from bounds import few_shot_error_by_pair
from theory.claims._claim import Claim
from theory.claims.luthra2025._source import FEW_SHOT, ours
from theory.claims.luthra2025.few_shot._cases import INFIMUM, FewShot, few_shot
from theory.claims.luthra2025.few_shot._laws import WORLD


def by_pair(case: FewShot) -> NDArray[np.float64]:
    """With the exact cross terms, and with their worst case from CDNV."""
    moments, m = case.moments, case.m_shot
    cross = (moments.q_own, moments.q_other)
    exact = few_shot_error_by_pair(moments.directional, moments.cdnv, m, cross=cross)
    return np.stack([exact, few_shot_error_by_pair(moments.directional, moments.cdnv, m)])


def rounding(case: FewShot) -> NDArray[np.float64]:
    """What the moments' rounding adds, and the calculator's own error."""
    upper = by_pair(case.enlarged)
    return case.roundoff + upper - by_pair(case) + 2.0 * INFIMUM * upper


CLAIMS = (
    Claim(
        name="luthra2025-few-shot-by-pair",
        statement=r"\forall f,\ m\ge1:\quad \mathrm{err}^{\mathrm{NCC}}_m\le\frac1{C'}\sum_i"
        r"\min\Bigl(1,\sum_{j\ne i}b_{ij}\Bigr),\ b_{ij}=\min\Bigl(1,\inf_{0<t<1}\Bigl["
        r"\frac{S_{ij}}{S_{ij}+(1-t)^2}+\frac{V_{ij}}{mt}\Bigr]\Bigr),\ S_{ij}=4"
        r"\tilde V_{ij}+\frac4m\Bigl(\tilde V_{ji}+\frac{\operatorname{tr}\Sigma_i^2+"
        r"\operatorname{tr}\Sigma_i\Sigma_j}{D_{ij}^4}\Bigr)",
        source=ours("few-shot error pair by pair"),
        proof=f"{FEW_SHOT}#pairwise-bounds",
        status="sharper",
        kind="for-all",
        domain=WORLD,
        build=few_shot,
        measured=lambda case: case.error,
        bound=by_pair,
        rounding=rounding,
        trivial=lambda case: 1.0,
        cost=11.0,
    ),
)
