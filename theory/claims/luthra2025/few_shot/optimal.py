"""Proposition 1 at its best a: the closed form against a minimisation in fifty digits."""

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext

import torch

from bounds import few_shot_error_optimal
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.luthra2025._source import FEW_SHOT, paper
from theory.claims.luthra2025.few_shot._cases import EXACT

DIGITS = 50
STEPS = 140  # golden section: 0.618^140 of 200 is 1e-27, whose square bounds the value's error


@dataclass(frozen=True, kw_only=True)
class Averages:
    """Averages of CDNV, V~ > 0 and V > 0."""

    directional: float
    cdnv: float
    root: float
    m_shot: int
    n_classes: int


def build(
    *,
    branch: str,
    within: float,
    cdnv: float,
    root_share: float,
    doublings: int,
    n_classes: int,
    generator: torch.Generator,
) -> Averages:
    """V~ such that the cubic y^3 = p (y + 2A) has one real root, three, or a* = 5."""
    m_shot = 2**doublings
    if branch == "clipped":
        m_shot = max(m_shot, 8)  # a* = 5 lies above the pole from m = 6 on
    root = root_share * math.sqrt(cdnv)
    half_pole = 2.0 + 2.0 * math.sqrt(2.0) / m_shot
    noise = 0.5 * (root + cdnv) / math.sqrt(m_shot) + 0.25 * cdnv / m_shot
    p = 27.0 * half_pole**2 * (within if branch == "one-root" else 1.0 / within)
    if branch == "clipped":
        y = within * (5.0 - 2.0 * half_pole)
        p = y**3 / (y + 2.0 * half_pole)
    return Averages(
        directional=p * noise / (16.0 * half_pole),
        cdnv=cdnv,
        root=root,
        m_shot=m_shot,
        n_classes=n_classes,
    )


def least(case: Averages) -> float:
    """Minimum over a >= 5, a > 2A by golden section in log(a - max(5, 2A)), convex in a."""
    with localcontext() as context:
        context.prec = DIGITS
        directional, v, root = map(Decimal, (case.directional, case.cdnv, case.root))
        m = Decimal(case.m_shot)
        half_pole = 2 + Decimal(8).sqrt() / m
        lowest = max(Decimal(5), 2 * half_pole)
        noise = ((2 / m.sqrt()) * (root + v) + v / m) / 4
        ratio = (Decimal(5).sqrt() - 1) / 2

        def value(x: Decimal) -> Decimal:
            room = x.exp()
            a = lowest + room
            bracket = (lowest - 2 * half_pole + room) / (2 * a)
            return directional / bracket**2 + noise * a

        low, high = Decimal(-100), Decimal(100)
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        at_left, at_right = value(left), value(right)
        for _ in range(STEPS):
            if at_left <= at_right:
                high, right, at_right = right, left, at_left
                left = high - ratio * (high - low)
                at_left = value(left)
            else:
                low, left, at_left = left, right, at_right
                right = low + ratio * (high - low)
                at_right = value(right)
        return float((case.n_classes - 1) * min(at_left, at_right))


def closed_form(case: Averages) -> float:
    """Cardano's root, or the border."""
    best = few_shot_error_optimal(
        case.directional, case.cdnv, case.root, case.m_shot, case.n_classes
    )
    return best.value.item()


CLAIMS = (
    Claim(
        name="luthra2025-few-shot-optimal",
        statement=r"\forall\,\tilde V,V>0,\ V^s\ge0,\ m\ge1:\quad \min_{a\ge5,\,a>2A}(C'-1)\bigl["
        r"\tilde V(\tfrac12-\tfrac Aa)^{-2}+Ba\bigr]\text{ is taken at } a=\max(5,2A+y),\ "
        r"y^3=p(y+2A),\ p=\tfrac{16A\tilde V}{B},\ A=2+\tfrac{2^{3/2}}m,\ "
        r"B=\tfrac14\bigl(\tfrac2{\sqrt m}(V^s+V)+\tfrac Vm\bigr)",
        source=paper("corollary of Proposition 1, with a > 4 + 2^(5/2)/m added"),
        proof=f"{FEW_SHOT}#optimal-a",
        status="corrected",
        kind="identity",
        domain={
            "branch": Choices("one-root", "three-roots", "clipped"),
            "within": Reals(1e-6, 1.0, log=True),
            "cdnv": Reals(1e-6, 1e3, log=True),
            "root_share": Reals(0.0, 1.0),
            "doublings": Integers(0, 20),
            "n_classes": Integers(2, 100),
        },
        build=build,
        measured=least,
        relation="==",
        bound=closed_form,
        rounding=lambda case: 2.0 * EXACT * closed_form(case),
        cost=2.6,
    ),
)
