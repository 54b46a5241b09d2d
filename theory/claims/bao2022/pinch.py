"""The lemma behind the published constants: 2 ln N <= LSE(u) + LSE(-u) <= 2 ln(N cosh a)."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.bao2022._source import GAP, paper

DOMAIN: Domain = {
    "n": Integers(1, 60),
    "a": Reals(1e-3, 1e3, log=True),
    # `split`: half the entries a and half -a, as nearly as n allows
    "layout": Choices("constant", "split", "ends", "uniform", "small"),
}
SPLIT: Point = {"n": 6, "a": 1.5, "layout": "split"}
CONSTANT: Point = {**SPLIT, "layout": "constant"}


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Numbers in [-a, a]."""

    u: Tensor  # (n,)
    a: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same scores in another precision, on another device."""
        return type(self)(u=self.u.to(dtype=dtype, device=device), a=self.a)


def build(*, n: int, a: float, layout: str, generator: torch.Generator) -> Scores:
    """Scores laid out as the domain says."""
    u = a * (2.0 * torch.rand(n, generator=generator, dtype=torch.float64) - 1.0)
    if layout == "constant":
        u = u[:1].expand(n)
    elif layout == "split":
        u = a * (1.0 - 2.0 * (torch.arange(n, dtype=torch.float64) % 2))
    elif layout == "ends":
        u = torch.copysign(torch.full_like(u, a), u)
    elif layout == "small":
        u = 1e-3 * u
    return Scores(u=u, a=a)


def measured(case: Scores) -> float:
    """LSE(u) + LSE(-u)."""
    return (torch.logsumexp(case.u, 0) + torch.logsumexp(-case.u, 0)).item()


def log_count(case: Scores) -> float:
    """2 ln N."""
    return 2.0 * math.log(len(case.u))


def log_count_and_cosh(case: Scores) -> float:
    """2 ln(N cosh a), without overflow."""
    a = case.a
    return log_count(case) + 2.0 * (a + math.log1p(math.exp(-2.0 * a)) - math.log(2.0))


def rounding(case: Scores) -> float:
    """Two log-sums of n exponentials: roundings of a, of ln n and of 1; so is the bound."""
    size = 2.0 * (case.a + math.log(len(case.u)) + 1.0)
    return 2.0 * size * accumulated_rounding(len(case.u) + 8, torch.finfo(case.u.dtype).eps)


CLAIMS = (
    Claim(
        name="bao2022-lse-pinch-upper",
        statement=r"\forall u\in[-a,a]^N:\quad \mathrm{LSE}(u)+\mathrm{LSE}(-u)\le"
        r"2\ln(N\cosh a),\ \text{with equality iff half the } u_i \text{ are } a"
        r" \text{ and half are } -a",
        source=paper("lemma behind both intercepts (our reconstruction), right side"),
        proof=f"{GAP}#pinch",
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=log_count_and_cosh,
        rounding=rounding,
        attained_by=(SPLIT, {**SPLIT, "a": 1e3}, {**SPLIT, "n": 7, "a": 0.0}),
    ),
    Claim(
        name="bao2022-lse-pinch-lower",
        statement=r"\forall u\in\mathbb R^N:\quad \mathrm{LSE}(u)+\mathrm{LSE}(-u)\ge 2\ln N,"
        r"\ \text{with equality iff } u \text{ is constant}",
        source=paper("lemma behind both intercepts (our reconstruction), left side"),
        proof=f"{GAP}#pinch",
        status="published",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        relation=">=",
        bound=log_count,
        rounding=rounding,
        attained_by=(CONSTANT, {**CONSTANT, "n": 1, "a": 1e3}),
    ),
)
