"""The attracting part: what the label-free prototype in place of the class's costs an anchor."""

from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims.lee2025._anchors import ANY, DIRECTED, SIXTY, Anchored, build
from theory.claims.lee2025._source import ATTRACT, ours

SPREAD = {**SIXTY, "n_classes": 3, "n_max": 4, "imbalance": "staircase", "layout": "random"}


def attraction(case: Anchored) -> ArrayLike:
    """-<u, M_y>."""
    return (-(case.u * case.prototypes).sum(dim=1)).numpy(force=True)


def surrogate_and_bias(case: Anchored) -> ArrayLike:
    """-<u, m_i> + ||M_y - m_i||."""
    surrogate = (case.u * case.means).sum(dim=1)
    bias: Tensor = (case.prototypes - case.means).norm(dim=1)
    return (bias - surrogate).numpy(force=True)


def cosine_attraction(case: Anchored) -> ArrayLike:
    """-<u, M_y/||M_y||>."""
    return (-(case.u * _directions(case)).sum(dim=1)).numpy(force=True)


def two_cosines(case: Anchored) -> ArrayLike:
    """-(c rho - sqrt(1-c^2) sqrt(1-rho^2)), the roots taken as lengths of remainders."""
    prototypes, surrogates = _directions(case), case.surrogates
    c = (case.u * surrogates).sum(dim=1, keepdim=True)
    rho = (prototypes * surrogates).sum(dim=1, keepdim=True)
    # From c itself the root would lose half the digits near c = 1.
    aside: Tensor = (prototypes - rho * surrogates).norm(dim=1)
    across: Tensor = (case.u - c * surrogates).norm(dim=1)
    return (across * aside - (c * rho).squeeze(1)).numpy(force=True)


def rounding(case: Anchored) -> float:
    """Both sides hold for the means as computed: two inner products and a distance of size 2."""
    return 4.0 * case.roundoff


def rounding_of_cosines(case: Anchored) -> float:
    """Inner products of unit vectors: one on the left; c, rho and the product of the remainders."""
    return 8.0 * case.roundoff


def _directions(case: Anchored) -> Tensor:
    lengths: Tensor = case.prototypes.norm(dim=1, keepdim=True)
    return case.prototypes / lengths


CLAIMS = (
    Claim(
        name="lee2025-attract-bias",
        statement=r"\forall\|u\|=1,\ \|z_{i,t}\|=1:\quad -\langle u,M_{y_i}\rangle\le"
        r"-\langle u,m_i\rangle+\|M_{y_i}-m_i\|,\quad m_i=\mathbb E_tz_{i,t},\ M_y="
        r"\mathbb E_{i\in y}m_i,\ \text{with equality iff } m_i=M_{y_i} \text{ or } u"
        r" \text{ points along } m_i-M_{y_i}",
        source=ours("the attracting bound as a triangle inequality"),
        proof=f"{ATTRACT}#the-triangle-form",
        status="sharper",
        kind="for-all",
        domain=ANY,
        build=build,
        measured=attraction,
        bound=surrogate_and_bias,
        rounding=rounding,
        attained_by=(
            {**SPREAD, "anchor": "bias"},
            {**SPREAD, "n_max": 1, "anchor": "random"},
            {**SPREAD, "d": 1, "layout": "antipodal-items", "anchor": "bias"},
        ),
    ),
    Claim(
        name="lee2025-attract-sharp",
        statement=r"\forall\|u\|=1,\ \|z_{i,t}\|=1,\ m_i\ne0,\ M_{y_i}\ne0:\quad -\langle u,"
        r"\bar M_{y_i}\rangle\le-c\rho+\sqrt{1-c^2}\sqrt{1-\rho^2},\quad c=\langle u,\bar m_i"
        r"\rangle,\ \rho=\langle\bar M_{y_i},\bar m_i\rangle,\ \bar x=x/\|x\|;"
        r"\ \text{for } d\ge2 \text{ attained at every } (c,\rho)\in[-1,1]^2",
        source=ours("the best attracting bound from two cosines"),
        proof=f"{ATTRACT}#the-best-bound-from-two-cosines",
        status="sharper",
        kind="for-all",
        domain=DIRECTED,
        build=build,
        measured=cosine_attraction,
        bound=two_cosines,
        rounding=rounding_of_cosines,
        attained_by=(
            {**SPREAD, "anchor": "opposed"},
            {**SPREAD, "d": 6, "anchor": "opposed"},
            {**SPREAD, "anchor": "ahead"},
            {**SPREAD, "n_max": 1, "anchor": "random"},
        ),
    ),
)
