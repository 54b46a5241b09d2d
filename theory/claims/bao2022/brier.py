"""The Brier score of the mean classifier, and what it says about many negatives."""

import math

import torch
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Point, Reals
from theory.claims.bao2022 import intercept
from theory.claims.bao2022._centred import CentredScores, centred_rounding, centred_scores
from theory.claims.bao2022._climbed import BALL, MOST_CHEAP, NO_NEGATIVES, climbing
from theory.claims.bao2022._models import RiskModel
from theory.claims.bao2022._source import INTERCEPT, ours

DOMAIN: Domain = {**NO_NEGATIVES, "norm": Reals(0.0, 1.0)}
BEYOND: Domain = {
    "n_classes": Integers(3, 50),
    "norm": Reals(math.sqrt(1.2), math.sqrt(2.0)),
    "point": Reals(0.0, 1.0),
}
# Times K + 1, the rounding of the risks soon is as large as what is compared.
MANY: Domain = {**BALL, "norm": Reals(0.0, 1.0), "n_negatives": Reals(10.0, 1e3, log=True)}
CONSTANT: Point = {
    "n_classes": 5,
    "n_per_class": 2,
    "d": 3,
    "norm": 1.0,
    "layout": "constant",
}


def brier_excess(features: Tensor, classes: Tensor) -> Tensor:
    """E sum_j (p_j - 1[j = c])^2 - (1 - 1/C), (...,)."""
    return _excess(centred_scores(features, classes))


def measured(case: RiskModel) -> float:
    """Brier score above 1 - 1/C: avg (C p_j - 1)^2 - 2 (C p_c - 1), over C."""
    return brier_excess(case.features, case.classes).item()


def rounding(case: RiskModel) -> float:
    """A share C p_j is off by itself times a loss's error; they average to 1, with their squares.

    In units of U g, U the largest share and g the error of a loss: 2 avg |C p_j - 1| C p_j <= 4,
    2 C p_c <= 2, and 1 for the sums.
    """
    shares = centred_scores(case.features, case.classes).shares
    largest = 1.0 + float(shares.max())
    return 7.0 * largest * centred_rounding(case) / case.n_classes


def one_point(
    *, n_classes: int, norm: float, point: float, generator: torch.Generator
) -> RiskModel:
    """In one dimension: the first class at `point`, all others at +-norm by a fair sign."""
    x = torch.tensor([norm, -norm], dtype=torch.float64).repeat(n_classes)[:, None]
    x[:2] = point
    classes = torch.arange(n_classes).repeat_interleave(2)
    return RiskModel(features=x, classes=classes, prior=n_classes, n_negatives=1, radius=norm)


def scaled_excess(case: RiskModel) -> float:
    """(K+1)(R_mu - R_cont - ln(C/(K+1)))."""
    n = case.n_negatives + 1
    return n * (case.gap - math.log(case.n_classes) + math.log(n))


def many_negatives(case: RiskModel) -> float:
    r"""(C/2)(Brier - 1 + 1/C) and a remainder of order 1/K, pointwise in the anchor.

    With U_j = C p_j, n = K+1 and W = (U_c + sum_k U_{c_k})/n, (1) of the proof bounds the excess
    by -E ln W; v = W - 1 has ln W >= v - v^2/2 + v^3/3 - r v^4, where for W >= w, the least U_j,
    r = int_0^1 (1-s)^3/(1 - s(1-w))^4 ds <= int_0^1 ds/(1 - s(1-w)) = -ln(w)/(1-w).
    The moments of v are those of a sum of K independent terms and the constant U_c - 1.
    """
    scores = centred_scores(case.features, case.classes)
    k, n = case.n_negatives, case.n_negatives + 1
    own, y = scores.own_shares, scores.shares
    second, third, fourth = (y.pow(power).mean(dim=-1) for power in (2, 3, 4))
    cubes = own**3 + 3 * k * own * second + k * third
    fourths = own**4 + 6 * k * own**2 * second + 4 * k * own * third + k * fourth
    fourths += 3 * k * (k - 1) * second**2
    least = y.min(dim=-1).values
    r = torch.where(least < 0.0, least.log1p() / least, 1.0)
    remainder = (own**2 - second) / (2 * n) - cubes / (3 * n**2) + r * fourths / n**3
    limit = 0.5 * case.n_classes * _excess(scores)
    return (limit + remainder @ scores.weights).item()


def scaled_rounding(case: RiskModel) -> float:
    """K+1 times that of the gap, C/2 times that of the Brier score, and the remainder's.

    The remainder is a polynomial in the shares of degree 4 with coefficients of sum <= 75/n.
    """
    n = case.n_negatives + 1
    shares = centred_scores(case.features, case.classes).shares
    polynomial = 300.0 * (1.0 + float(shares.max())) ** 4 * centred_rounding(case) / n
    limit = 0.5 * case.n_classes * rounding(case)
    return n * intercept.rounding(case) + limit + polynomial


def _excess(scores: CentredScores) -> Tensor:
    n_classes = scores.zeta.shape[-1]
    terms = scores.shares.square().mean(dim=-1) - 2.0 * scores.own_shares
    return terms @ scores.weights / n_classes


build = climbing(lambda x, classes, n_negatives: brier_excess(x, classes), MOST_CHEAP)

CLAIMS = (
    Claim(
        name="bao2022-brier-uniform",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|\le1,\ p=\operatorname{softmax}_j(f(x)"
        r"\cdot\mu_j):\quad \mathbb E\sum_j(p_j-1[j=c])^2\le1-\frac1C,"
        r"\ \text{attained by constant } f",
        source=ours("Theorem C, the Brier score"),
        proof=f"{INTERCEPT}#theorem-c-brier-score",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=measured,
        bound=lambda case: 0.0,
        rounding=rounding,
        attained_by=(CONSTANT, {**CONSTANT, "n_classes": 1, "layout": "random"}),
    ),
    Claim(
        name="bao2022-brier-large-norm",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|^2\le2,\ p=\operatorname{softmax}_j(f(x)"
        r"\cdot\mu_j):\quad \mathbb E\sum_j(p_j-1[j=c])^2\le1-\frac1C",
        source=ours("Theorem C beyond norm 1"),
        proof=f"{INTERCEPT}#refuted",
        status="refuted",
        kind="for-all",
        domain=BEYOND,
        build=one_point,
        measured=measured,
        bound=lambda case: 0.0,
        rounding=rounding,
        counterexample={"n_classes": 50, "norm": math.sqrt(1.2), "point": 0.2},
    ),
    Claim(
        name="bao2022-large-k-excess",
        statement=r"\forall f,\ \pi_c=\tfrac1C,\ \|f\|\le1,\ K\to\infty:\quad (K+1)\Bigl("
        r"R_\mu(f)-R_{\mathrm{cont}}(f)-\ln\frac{C}{K+1}\Bigr)\le\frac C2\Bigl(\mathbb E\sum_j"
        r"(p_j-1[j=c])^2-1+\frac1C\Bigr)+O(1/K),\ \text{and so}\le O(1/K)",
        source=ours("consequence of Theorem C"),
        proof=f"{INTERCEPT}#theorem-c-brier-score",
        status="sharper",
        kind="trend",
        domain=MANY,
        build=intercept.build,
        measured=scaled_excess,
        bound=many_negatives,
        rounding=scaled_rounding,
        attained_by=(intercept.CONSTANT,),
        cost=6.0,
    ),
)
