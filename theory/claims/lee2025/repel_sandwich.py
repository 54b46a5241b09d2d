"""The log-sum-exp is between the largest similarity to a prototype and log(K-1)/alpha above it."""

import math

from numpy.typing import ArrayLike

from theory.claims._claim import Claim, Interval
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_DOMAIN, Anchors, build
from theory.claims.lee2025._source import REPEL, elsewhere


def excess(case: Anchors) -> ArrayLike:
    """(1/alpha) LSE(alpha a) - max a."""
    smooth = (case.alpha * case.to_prototypes).logsumexp(dim=1) / case.alpha
    return (smooth - case.largest).numpy(force=True)


def ends(case: Anchors) -> Interval:
    """0 and log(K-1)/alpha."""
    others = len(case.population.sizes) - 1
    return Interval(lower=0.0, upper=math.log(others) / case.alpha)


CLAIM = Claim(
    name="lee2025-repel-sandwich",
    statement=r"\forall\alpha>0,\ a\in\mathbb R^{K-1}:\quad 0\le\tfrac1\alpha\log\sum_{y'\ne y}"
    r"e^{\alpha a_{y'}}-\max_{y'\ne y}a_{y'}\le\tfrac{\log(K-1)}\alpha,\ a_{y'}=\langle u,M_{y'}"
    r"\rangle;\ \text{left equality iff } K=2, \text{ right iff all } a_{y'} \text{ are equal}",
    source=elsewhere(
        "Boyd & Vandenberghe 2004", "", "Convex Optimization, ISBN 978-0-521-83378-3, section 3.1.5"
    ),
    proof=f"{REPEL}#the-log-sum-exp",
    status="published",
    kind="for-all",
    domain=REPEL_DOMAIN,
    build=build,
    measured=excess,
    relation="in",
    bound=ends,
    rounding=lambda case: case.roundoff,
    attained_by=(
        {**ONE_VIEW_EACH, "n_max": 4, "k": 3},
        {**ONE_VIEW_EACH, "n_classes": 5, "n_max": 4, "k": 3, "layout": "equal"},
    ),
)
