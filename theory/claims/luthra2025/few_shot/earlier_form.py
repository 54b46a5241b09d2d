"""An earlier form of Proposition 1, with V/m alone, fails for noise across the class means."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import erfc

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Reals
from theory.claims.luthra2025._source import FEW_SHOT, paper


@dataclass(frozen=True, kw_only=True)
class OrthogonalNoise:
    """Two Gaussian classes whose noise is one line orthogonal to mu_1 - mu_2, so that V~ = 0."""

    cdnv: float
    m_shot: float


def build(*, cdnv: float, m_shot: float, generator: torch.Generator) -> OrthogonalNoise:
    """The law is described by its CDNV alone."""
    return OrthogonalNoise(cdnv=cdnv, m_shot=m_shot)


# t = e^v: the integrand falls off doubly exponentially and is analytic for |Im v| < pi/4, so that
# the trapezoidal rule with this step is exact to rounding.
STEP = 1.0 / 64.0
NODES = np.exp(np.arange(-25.0, 4.0, STEP))


def error(case: OrthogonalNoise) -> float:
    """P(p q <= -1), p and q independent normals, given |p| = t: int phi(t) erfc(1/(k t sqrt 2))."""
    v, m = case.cdnv, case.m_shot
    k = math.sqrt((2.0 * v / m) * (4.0 * v + 2.0 * v / m))
    density = np.exp(-0.5 * np.square(NODES)) / math.sqrt(2.0 * math.pi)
    return float(STEP * (NODES * density * erfc(1.0 / (math.sqrt(2.0) * k * NODES))).sum())


def earlier_form(case: OrthogonalNoise) -> float:
    """inf over a > 2A of 2^(3/2) (a/m) V, all that is left at V~ = 0."""
    pole = 4.0 + 4.0 * math.sqrt(2.0) / case.m_shot
    return 2.0 * math.sqrt(2.0) * pole * case.cdnv / case.m_shot


def rounding(case: OrthogonalNoise) -> float:
    """A sum of positive terms, each with some ten roundings, and the bound's eight."""
    eps = float(np.finfo(np.float64).eps)
    return accumulated_rounding(len(NODES) + 10, eps) * error(case) + 8.0 * eps * earlier_form(case)


CLAIMS = (
    Claim(
        name="luthra2025-few-shot-v1",
        statement=r"\text{(literal, earlier form)}\quad \forall f,\ m\ge1,\ a>4+2^{5/2}/m:\quad "
        r"\mathrm{err}^{\mathrm{NCC}}_m\le(C'-1)\Bigl[\bigl(\tfrac12-\tfrac2a-"
        r"\tfrac{2^{3/2}}{am}\bigr)^{-2}\tilde V_f+\tfrac{2^{3/2}a}{m}V_f\Bigr]",
        source=paper("Proposition 1, earlier form"),
        proof=f"{FEW_SHOT}#failing-literal-statements",
        status="refuted",
        kind="for-all",
        domain={"cdnv": Reals(0.1, 1e3, log=True), "m_shot": Reals(1.0, 1e6, log=True)},
        build=build,
        measured=error,
        bound=earlier_form,
        rounding=rounding,
        counterexample={"cdnv": 100.0, "m_shot": 1e4},
        trivial=lambda case: 1.0,
        cost=0.1,
    ),
)
