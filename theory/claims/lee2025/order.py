"""More terms in the logarithm are more loss; the positive among them is a softplus."""

import numpy as np
from numpy.typing import NDArray

from theory import losses
from theory.claims._claim import Claim
from theory.claims.lee2025._population import REPULSION, Population
from theory.claims.lee2025._source import RELATIONS, ours
from theory.claims.lee2025._two_views import (
    EQUAL_ROWS,
    TERMS,
    TWO_VIEWS,
    build,
    each,
    roundoff,
    soft_maximum,
)

Values = NDArray[np.float64]


def smaller(case: Population) -> Values:
    """Other classes, other items, same view."""
    return _balanced(case, ("other-classes", False), ("other-items", False), ("same-view", False))


def larger(case: Population) -> Values:
    """Other items, the positive included, other items."""
    return _balanced(case, ("other-items", False), ("other-items", True), ("other-items", False))


def rounding_of_order(case: Population) -> float:
    """Two losses."""
    return 2.0 * roundoff(case, case.alpha, case.repulsion)


def ntxent(case: Population) -> float:
    """The loss as such."""
    return losses.ntxent(case.z, 1.0 / case.alpha).item()


def mean_softplus(case: Population) -> float:
    """Mean over anchors of log(1 + e^x), x the anchor's DCL with one positive."""
    logs = each(soft_maximum(case.alpha), case, "other-items")
    positives = each(lambda positive, terms: positive, case, "other-items")
    return float(np.logaddexp(0.0, case.alpha * (logs - positives)).mean())


def rounding_of_softplus(case: Population) -> float:
    """Two losses; softplus passes an error on and adds one of its own size."""
    return 3.0 * case.alpha * roundoff(case, case.alpha, 1.0)


def _balanced(case: Population, *terms: tuple[str, bool]) -> Values:
    return np.array(
        [
            losses.balanced(
                case.z,
                case.alpha,
                case.repulsion,
                negatives=negatives,
                labels=case.labels,
                include_positive=include_positive,
            ).item()
            for negatives, include_positive in terms
        ]
    )


SINGLETONS = {name: value for name, value in EQUAL_ROWS.items() if name not in TERMS} | {
    "n_max": 1,
    "layout": "random",
    "n_classes": 3,
}
CLAIMS = (
    Claim(
        name="lee2025-loss-order",
        statement=r"\forall\alpha>0,\lambda\ge0,\ \text{sum form}:\quad \mathcal B("
        r"\text{other classes})\le\mathcal B(\text{other items})\le\mathcal B(\text{other items "
        r"and the positive}),\quad\mathcal B(\text{same view})\le\mathcal B(\text{other items}),"
        r"\ \text{the first an equality when every item is a class}",
        source=ours("the order of the balanced losses"),
        proof=f"{RELATIONS}#order",
        status="sharper",
        kind="for-all",
        domain={**TWO_VIEWS, "repulsion": REPULSION},
        build=build,
        measured=smaller,
        bound=larger,
        rounding=rounding_of_order,
        attained_by=(SINGLETONS, {**SINGLETONS, "repulsion": 0.0}),
        cost=3.0,
    ),
    Claim(
        name="lee2025-ntxent-softplus",
        statement=r"\tau=1/\alpha:\quad \mathcal L^{\mathrm{NT\text-Xent}}=\operatorname{mean}_a"
        r"\log(1+e^{\mathcal D_a}),\ \mathcal D_a=-s_+/\tau+\log\sum_{k\le m}e^{s_k/\tau},\ m=2n-2"
        r",\ \text{where each anchor gives } \mathcal D_a \text{ plus a difference in } "
        r"(0,\log(1+e^{2/\tau}/m)]",
        source=ours("NT-Xent as a softplus of DCL with one positive, anchor by anchor"),
        proof=f"{RELATIONS}#order",
        status="sharper",
        kind="identity",
        domain=TWO_VIEWS,
        build=build,
        measured=ntxent,
        relation="==",
        bound=mean_softplus,
        rounding=rounding_of_softplus,
        cost=4.0,
    ),
)
