"""Lemma 1: NSCL's softmax is CL's with the same-class mass m taken out, 2m away from it."""

import math

from bounds import reweighting_distance
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Reals
from theory.claims.luthra2025.alignment._anchors import DOMAIN, PROMISE, AnchorRow, build
from theory.claims.luthra2025.alignment._source import STEP, ours, restated

PROOF = f"{STEP}#lemma-1-reweighting"
ANY_SCORES: Domain = {**DOMAIN, "reach": Reals(1.0, 1e3, log=True)}


def total_variation(case: AnchorRow) -> float:
    """||p - q||_1."""
    return float((case.p - case.q).abs().sum())


def distance(case: AnchorRow) -> float:
    """||p - q||_2."""
    return float((case.p - case.q).norm())


def closest(case: AnchorRow) -> float:
    """kappa sqrt(h(n_s) + h(n_d))."""
    return float(reweighting_distance(case.n_same, case.n_different, case.tau))


def rounding(case: AnchorRow) -> float:
    """An entry of p - q errs relative to p + q, whose sum is 2; twice the mass relative to 2."""
    return 4.0 * case.roundoff


CLAIMS = (
    Claim(
        name="luthra2025-alignment-reweighting-tv",
        statement=r"\forall s,\ n_s\ge0,\ n_d\ge1,\ \tau>0:\quad \|p-q\|_1=2m,\quad"
        r" p=\mathrm{softmax}_{\mathrm{same}\cup\mathrm{diff}}(s/\tau),\ "
        r"q=\mathrm{softmax}_{\mathrm{diff}}(s/\tau),\ m=p(\mathrm{same})",
        source=restated("reweighting lemma, its exact form by this project"),
        proof=PROOF,
        status="published",
        kind="identity",
        domain=ANY_SCORES,
        build=build,
        measured=total_variation,
        relation="==",
        bound=lambda case: 2.0 * case.mass,
        rounding=rounding,
        cost=0.3,
    ),
    Claim(
        name="luthra2025-alignment-reweighting-l2",
        statement=r"\forall s,\ n_s\ge0,\ n_d\ge1,\ \tau>0:\quad \|p-q\|_2\le\sqrt2\,m,\quad"
        r"\text{with equality for } m>0 \text{ iff } n_s=n_d=1",
        source=ours("reweighting lemma in the 2-norm"),
        proof=PROOF,
        status="sharper",
        kind="for-all",
        domain=ANY_SCORES,
        build=build,
        measured=distance,
        bound=lambda case: math.sqrt(2.0) * case.mass,
        rounding=rounding,
        attained_by=(
            {"n_same": 1, "n_different": 1, "tau": 0.5, "row": "random", "reach": 1.0},
            {"n_same": 0, "n_different": 3, "tau": 0.5, "row": "random", "reach": 1e3},
        ),
        cost=0.3,
    ),
    Claim(
        name="luthra2025-alignment-reweighting-distance",
        statement=r"\forall s\in[-1,1]^{n_s+n_d},\ n_s\ge0,\ n_d\ge1,\ \tau>0:\quad \|p-q\|_2\le"
        r"\kappa\sqrt{h(n_s)+h(n_d)},\quad h(n)=\max_{1\le a\le n}"
        r"\frac{a x^2+n-a}{(a x+n-a)^2},\ x=e^{2/\tau}",
        source=ours("reweighting lemma in the 2-norm for bounded similarities"),
        proof=f"{STEP}#spread-softmaxes",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=distance,
        bound=closest,
        rounding=lambda case: rounding(case) + 2.0 * PROMISE * closest(case),
        attained_by=(
            {"n_same": 1, "n_different": 1, "tau": 0.5, "row": "extreme"},
            {"n_same": 1, "n_different": 1, "tau": 1e-3, "row": "extreme"},
        ),
        cost=0.3,
    ),
)
