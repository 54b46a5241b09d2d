"""Lemma 2: CL puts at most mass kappa = n_s e^(2/tau) / (n_s e^(2/tau) + n_d) on its own class."""

import math

import torch

from bounds import log_gradient_gap, same_class_mass
from theory.claims._claim import Claim
from theory.claims._domain import Integers, Point
from theory.claims.luthra2025.alignment._anchors import DOMAIN, PROMISE, AnchorRow, build
from theory.claims.luthra2025.alignment._source import STEP, ours, restated

PROOF = f"{STEP}#lemma-2-same-class-mass"
EXTREME: Point = {"n_same": 2, "n_different": 5, "tau": 0.5, "row": "extreme"}


def kappa(case: AnchorRow) -> float:
    """The largest mass of similarities in [-1, 1]."""
    return same_class_mass(case.n_same, case.n_different, case.tau).item()


def log_twice_mass(case: AnchorRow) -> float:
    """log 2m, where m itself may underflow."""
    scores = case.similarities / case.tau
    log_mass = torch.logsumexp(scores[: case.n_same], 0) - torch.logsumexp(scores, 0)
    return math.log(2.0) + float(log_mass)


def log_linear(case: AnchorRow) -> float:
    """log(2 e^(2/tau) n_s/n_d)."""
    share = case.n_same / (case.n_same + case.n_different)
    return log_gradient_gap(share, 0.0, case.tau).item()


def rounding(case: AnchorRow) -> float:
    """Both sides relative to their size, the larger one."""
    return kappa(case) * (case.roundoff + PROMISE)


def rounding_of_logs(case: AnchorRow) -> float:
    """Twice a log-sum of scores up to 1/tau, and a calculator whose largest term is 2/tau."""
    n = len(case.similarities)
    summed = case.eps * (3.0 / case.tau + 2.0 * math.log(n) + n + 4.0)
    return 2.0 * summed + PROMISE * (2.0 / case.tau + 4.0)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-same-class-mass",
        statement=r"\forall s\in[-1,1]^{n_s+n_d},\ n_s\ge0,\ n_d\ge1,\ \tau>0:\quad m\le"
        r"\kappa(n_s,n_d,\tau)=\frac{n_se^{2/\tau}}{n_se^{2/\tau}+n_d}",
        source=ours("largest same-class mass"),
        proof=PROOF,
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=lambda case: case.mass,
        bound=kappa,
        rounding=rounding,
        attained_by=(EXTREME, {**EXTREME, "tau": 1e-3}, {**EXTREME, "n_same": 0}),
        cost=0.3,
    ),
    Claim(
        name="luthra2025-alignment-mass-linear",
        statement=r"\forall s\in[-1,1]^{n_s+n_d},\ n_s,n_d\ge1,\ \tau>0:\quad"
        r"\log 2m\le\log\Bigl(2e^{2/\tau}\frac{n_s}{n_d}\Bigr)",
        source=restated("same-class mass, linear form"),
        proof=PROOF,
        status="published",
        kind="for-all",
        domain={**DOMAIN, "n_same": Integers(1, 6)},
        build=build,
        measured=log_twice_mass,
        bound=log_linear,
        rounding=rounding_of_logs,
        trivial=lambda case: math.log(2.0),
        cost=0.3,
    ),
)
