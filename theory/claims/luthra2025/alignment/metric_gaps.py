"""Centring never lengthens a matrix; dissimilarities differ by 1/sqrt(2) of the similarities."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.luthra2025.alignment import _roundoff
from theory.claims.luthra2025.alignment._pairs import Pair, centred
from theory.claims.luthra2025.alignment._roundoff import length
from theory.claims.luthra2025.alignment._source import METRICS, ours, restated

BALANCED: Point = {"n": 4, "layout": "balanced", "offset": 0.0}


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Any square matrix."""

    x: Tensor  # (n, n)


def build_matrix(*, n: int, layout: str, offset: float, generator: torch.Generator) -> Matrix:
    """`balanced`: integers whose rows and columns sum to 0; `constant`: nothing but the offset."""
    x = torch.randint(-9, 10, (n, n), generator=generator).double()
    if layout == "balanced":
        # n^2 HXH in integers, exactly; its entries are the smaller, the nearer the case to 0 = 0.
        x = n * n * x - n * x.sum(dim=0) - n * x.sum(dim=1, keepdim=True) + x.sum()
    elif layout == "constant":
        x = torch.zeros_like(x)
    elif layout == "antisymmetric":
        x = x - x.mT
    return Matrix(x=x + offset)


def length_rounding(case: Matrix) -> float:
    """Centring, and two norms of n^2 terms."""
    norms = accumulated_rounding(2 * case.x.numel() + 8, _roundoff.EPS) * length(case.x)
    return _roundoff.centring(case.x) + norms


def build_similarities(*, n: int, layout: str, size: float, generator: torch.Generator) -> Pair:
    """Symmetric matrices with ones, or one common diagonal, on the diagonal."""
    drawn = 2.0 * torch.rand(2, n, n, generator=generator, dtype=torch.float64) - 1.0
    sigma, change = (drawn + drawn.mT) / 2.0
    if layout == "one-entry":
        change = torch.zeros_like(sigma)
        change[0, -1] = change[-1, 0] = 1.0
    diagonal = torch.eye(n, dtype=torch.bool)
    if layout != "any-diagonal":
        sigma = sigma.masked_fill(diagonal, 1.0)
    return Pair(sigma=sigma, other=torch.where(diagonal, sigma, sigma + size * change))


def tables(case: Pair) -> tuple[Tensor, Tensor]:
    """The strictly upper-triangular entries of 1 - Sigma and 1 - Sigma'."""
    i, j = torch.triu_indices(len(case.sigma), len(case.sigma), 1)
    return 1.0 - case.sigma[i, j], 1.0 - case.other[i, j]


def rdm_gap(case: Pair) -> float:
    """||b - a||_2."""
    a, b = tables(case)
    return length(b - a)


def rdm_rounding(case: Pair) -> float:
    """1 - s rounds each entry of a and b by u; two norms, of n^2 terms at most."""
    a, b = tables(case)
    entries = accumulated_rounding(1, _roundoff.EPS) * (length(a) + length(b))
    return entries + accumulated_rounding(2 * case.sigma.numel() + 8, _roundoff.EPS) * rdm_gap(case)


CLAIMS = (
    Claim(
        name="luthra2025-alignment-centring-contracts",
        statement=r"\forall X\in\mathbb R^{n\times n},\ H=I-\tfrac1n\mathbf 1\mathbf 1^\top:\quad "
        r"\|HXH\|_F\le\|X\|_F,\ \text{with equality iff }HX=X=XH",
        source=restated("step to Corollary 1"),
        proof=f"{METRICS}#centring",
        status="published",
        kind="for-all",
        domain={
            "n": Integers(2, 12),
            "layout": Choices("any", "balanced", "constant", "antisymmetric"),
            "offset": Choices(0.0, 1.0, 1e6),
        },
        build=build_matrix,
        measured=lambda case: length(centred(case.x)),
        bound=lambda case: length(case.x),
        rounding=length_rounding,
        attained_by=(BALANCED,),
        cost=0.3,
    ),
    Claim(
        name="luthra2025-alignment-rdm-gap",
        statement=r"\forall\Sigma,\Sigma'\text{ symmetric with }\Sigma_{ii}=\Sigma'_{ii}:\quad "
        r"\|b-a\|_2=\|\Sigma-\Sigma'\|_F/\sqrt2,\ a=(1-\Sigma_{ij})_{i<j},\ b=(1-\Sigma'_{ij})"
        r"_{i<j}",
        source=ours("the dissimilarities of Corollary 2"),
        proof=f"{METRICS}#dissimilarities",
        status="sharper",
        kind="identity",
        domain={
            "n": Integers(2, 12),
            "layout": Choices("unit-diagonal", "any-diagonal", "one-entry"),
            "size": Reals(1e-12, 1.0, log=True),
        },
        build=build_similarities,
        measured=rdm_gap,
        relation="==",
        bound=lambda case: length(case.sigma - case.other) / math.sqrt(2.0),
        rounding=rdm_rounding,
        cost=0.4,
    ),
)
