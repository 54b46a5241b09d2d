"""Lemma 4: one batch's CL and NSCL gradients differ by at most Delta/(tau sqrt(B))."""

import math

import torch

from bounds import gradient_gap as paper_gap
from bounds import reweighting_distance, same_class_mass
from theory.alignment import similarity_gradient
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point
from theory.claims.luthra2025.alignment._anchors import PROMISE
from theory.claims.luthra2025.alignment._source import STEP, ours, restated
from theory.claims.luthra2025.alignment._states import BATCHES, STATES, State, build, gradient_gap

PROOF = f"{STEP}#lemma-4-gradient-gap"
THREE: Point = {
    "n_max": 2,
    "n_classes": 2,
    "imbalance": "one-large",
    "spare": 0,
    "tau": 1.0,
    "layout": "extreme",
}
SINGLES: Point = {**THREE, "n_max": 1, "n_classes": 4, "layout": "random"}


def measured(case: State) -> float:
    """||G^CL - G^NSCL||_F."""
    return gradient_gap(case.sigma, case.batch, case.labels, case.tau).item()


def published(case: State) -> float:
    """Delta_r/(tau sqrt(B)), r/(1 + r) being the largest share of same-class negatives."""
    share = (max(case.counts) - 1) / (len(case.batch) - 1)
    gap = paper_gap(share, 0.0, case.tau).item() if share > 0 else 0.0
    return case.row_scale * gap


def anchor_by_anchor(case: State) -> float:
    """(sqrt(2)/(tau B)) (sum of kappa_i^2)^(1/2)."""
    size = len(case.batch)
    squares = [same_class_mass(n - 1, size - n, case.tau).item() ** 2 for n in case.counts]
    return math.sqrt(2.0 * sum(squares)) / (case.tau * size)


def spread(case: State) -> float:
    """(1/(tau B)) (sum of kappa_i^2 (h(n_s) + h(n_d)))^(1/2)."""
    size = len(case.batch)
    own = [reweighting_distance(n - 1, size - n, case.tau).item() for n in case.counts]
    return math.hypot(*own) / (case.tau * size)


def tied(case: State) -> float:
    """||(R + R')^CL - (R + R')^NSCL||_F, one variable per unordered pair."""
    s, b, y, tau = case.sigma, case.batch, case.labels, case.tau
    cl = similarity_gradient(s, b, y, tau, loss="cl", symmetrised=True)
    nscl = similarity_gradient(s, b, y, tau, loss="nscl", symmetrised=True)
    return 2.0 * float(torch.linalg.vector_norm(cl - nscl))


def rounding(case: State) -> float:
    """Of p and q, each of norm at most 1 in B rows, and what the calculators promise."""
    return 2.0 * case.row_scale * case.roundoff + 2.0 * PROMISE * published(case)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-gradient-gap",
        statement=r"\forall\Sigma\in[-1,1]^{N\times N},\ B\text{ distinct indices},\ n_d\ge1"
        r"\text{ for every anchor}:\quad \|G^{\mathrm{CL}}-G^{\mathrm{NSCL}}\|_F\le"
        r"\frac{2e^{2/\tau}r}{\tau\sqrt B},\quad r=\max_i\frac{n_s}{n_d}",
        source=restated("per-step lemma, with its hypotheses added"),
        proof=PROOF,
        status="corrected",
        kind="for-all",
        domain={**BATCHES, "n_max": Integers(2, 5), "layout": STATES},  # of 1: 0 <= 0
        build=build,
        measured=measured,
        bound=published,
        rounding=rounding,
        trivial=lambda case: math.sqrt(2.0) * case.row_scale,
        search=gradient_gap,
        cost=0.8,
    ),
    Claim(
        name="luthra2025-alignment-gradient-gap-sharp",
        statement=r"\forall\Sigma\in[-1,1]^{N\times N},\ B\text{ distinct indices},\ n_d\ge1"
        r"\text{ for every anchor}:\quad \|G^{\mathrm{CL}}-G^{\mathrm{NSCL}}\|_F\le"
        r"\frac{\sqrt2}{\tau B}\Bigl(\sum_i\kappa_i^2\Bigr)^{1/2}",
        source=ours("per-step lemma anchor by anchor"),
        proof=PROOF,
        status="sharper",
        kind="for-all",
        domain={**BATCHES, "layout": STATES},
        build=build,
        measured=measured,
        bound=anchor_by_anchor,
        rounding=rounding,
        attained_by=(THREE, {**THREE, "tau": 0.05}, {**THREE, "spare": 2}, SINGLES),
        search=gradient_gap,
        cost=1.0,
    ),
    Claim(
        name="luthra2025-alignment-gradient-gap-spread",
        statement=r"\forall\Sigma\in[-1,1]^{N\times N},\ B\text{ distinct indices},\ n_d\ge1"
        r"\text{ for every anchor}:\quad \|G^{\mathrm{CL}}-G^{\mathrm{NSCL}}\|_F\le"
        r"\frac{1}{\tau B}\Bigl(\sum_i\kappa_i^2\,(h(n_{s,i})+h(n_{d,i}))\Bigr)^{1/2},"
        r"\quad h(n)=\max_{1\le a\le n}\frac{a x^2+n-a}{(a x+n-a)^2},\ x=e^{2/\tau}",
        source=ours("per-step lemma with softmaxes that cannot sit on one point"),
        proof=f"{STEP}#spread-softmaxes",
        status="sharper",
        kind="for-all",
        domain={**BATCHES, "layout": STATES},
        build=build,
        measured=measured,
        bound=spread,
        rounding=rounding,
        attained_by=(THREE, {**THREE, "tau": 0.05}, {**THREE, "spare": 2}),
        search=gradient_gap,
        cost=1.0,
    ),
    Claim(
        name="luthra2025-alignment-tied-gradient",
        statement=r"\text{literally, with one variable per unordered pair (gradient } R+R'\text{)}:"
        r"\quad \|(R+R')^{\mathrm{CL}}-(R+R')^{\mathrm{NSCL}}\|_F\le"
        r"\frac{\sqrt2}{\tau B}\Bigl(\sum_i\kappa_i^2\Bigr)^{1/2}",
        source=ours("sharp per-step constant read for the tied gradient"),
        proof=f"{STEP}#tied-gradient",
        status="refuted",
        kind="for-all",
        domain={**BATCHES, "layout": STATES},
        build=build,
        measured=tied,
        bound=anchor_by_anchor,
        rounding=lambda case: 2.0 * rounding(case),
        counterexample={**THREE, "imbalance": "equal"},
        cost=1.0,
    ),
)
