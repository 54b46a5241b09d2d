"""The balanced loss along alpha: monotone, a maximum at infinity, mean and variance at zero."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from theory import losses
from theory.claims._claim import Claim, Interval
from theory.claims._domain import Integers, Reals
from theory.claims.lee2025._population import Population
from theory.claims.lee2025._source import RELATIONS, ours
from theory.claims.lee2025._two_views import EQUAL_ROWS, WEIGHED, build, each, roundoff

Values = NDArray[np.float64]
ALPHA = Reals(0.01, 1000.0, log=True)
SMALL = {
    **WEIGHED,
    "n_classes": Integers(2, 4),
    "n_max": Integers(1, 5),
    "alpha": Reals(0.05, 50.0, log=True),
    "repulsion": Reals(0.5, 5.0),  # at 0 both sides are 0
}


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A batch and the terms in the logarithm of its loss."""

    batch: Population
    negatives: str
    include_positive: bool
    other_alpha: float

    def to(self, *, dtype: torch.dtype, device: torch.device) -> "Weighed":
        """The same batch in another precision, on another device."""
        return replace(self, batch=self.batch.to(dtype=dtype, device=device))

    def balanced(self, alpha: float, *, mean: bool = False) -> float:
        """The loss of the batch at another alpha."""
        return losses.balanced(
            self.batch.z,
            alpha,
            self.batch.repulsion,
            negatives=self.negatives,
            labels=self.batch.labels,
            include_positive=self.include_positive,
            mean=mean,
        ).item()

    def each(self, value: Callable[[Tensor, Tensor], Tensor]) -> Values:
        """value(s+, terms) of every anchor, (2n,)."""
        return each(value, self.batch, self.negatives, self.include_positive)

    @property
    def logs(self) -> Values:
        """log m of every anchor."""
        return self.each(lambda p, s: torch.full_like(p, math.log(s.shape[1])))

    def with_batch(self, anchors: Values) -> Values:
        """Of every anchor, and of the mean over anchors."""
        return np.append(anchors, [anchors.mean()])


def build_weighed(
    *, negatives: str, include_positive: bool, other_alpha: float = 1.0, **at: Any
) -> Weighed:
    """A batch of two views, the terms in its logarithm and a second alpha."""
    return Weighed(
        batch=build(**at),
        negatives=negatives,
        include_positive=include_positive,
        other_alpha=other_alpha,
    )


def below(case: Weighed) -> Values:
    """The sum form at the larger alpha, the mean form at the smaller."""
    small, large = sorted((case.batch.alpha, case.other_alpha))
    return np.array([case.balanced(large), case.balanced(small, mean=True)])


def above(case: Weighed) -> Values:
    """The sum form at the smaller alpha, the mean form at the larger."""
    small, large = sorted((case.batch.alpha, case.other_alpha))
    return np.array([case.balanced(small), case.balanced(large, mean=True)])


def rounding_of_order(case: Weighed) -> float:
    """A loss at either alpha; log m off the sum is one more rounding of the same size."""
    return 2.0 * sum(
        roundoff(case.batch, alpha, case.batch.repulsion)
        for alpha in (case.batch.alpha, case.other_alpha)
    )


def above_maximum(case: Weighed) -> Values:
    """The loss over -s+ + lambda max s."""
    alpha, weight = case.batch.alpha, case.batch.repulsion
    anchors = case.each(
        lambda p, s: weight * ((alpha * s).logsumexp(dim=1) / alpha - s.amax(dim=1))
    )
    limit = case.each(lambda p, s: weight * s.amax(dim=1) - p).mean()
    return np.append(anchors, case.balanced(alpha) - limit)


def log_terms(case: Weighed) -> Interval:
    """0 and (lambda/alpha) log m."""
    logs = case.batch.repulsion / case.batch.alpha * case.logs
    return Interval(lower=np.zeros(len(logs) + 1), upper=case.with_batch(logs))


def beyond_variance(case: Weighed) -> Values:
    """Distance of the mean form from -s+ + lambda (mean s + (alpha/2) Var s)."""
    alpha, weight = case.batch.alpha, case.batch.repulsion

    def quadratic(p: Tensor, s: Tensor) -> Tensor:
        variance: Tensor = s.var(dim=1, correction=0)
        return s.mean(dim=1) + alpha / 2 * variance

    logs = case.each(lambda p, s: (alpha * s).logsumexp(dim=1) / alpha) - case.logs / alpha
    anchors = weight * (logs - case.each(quadratic))
    limit = case.each(lambda p, s: weight * quadratic(p, s) - p).mean()
    beyond: Values = np.append(anchors, case.balanced(alpha, mean=True) - limit)
    return np.asarray(np.abs(beyond))


def third_moment(case: Weighed) -> float:
    """Lambda 2 alpha^2/(9 sqrt 3)."""
    return case.batch.repulsion * 2.0 * case.batch.alpha**2 / (9.0 * math.sqrt(3.0))


def rounding(case: Weighed) -> float:
    """A loss, and its limit: a mean, a maximum or a variance of similarities.

    The variance sums squared differences, each of them off by two similarities and at most 4.
    """
    alpha, weight = case.batch.alpha, case.batch.repulsion
    limit = (1.0 + weight * (2.0 + 4.0 * alpha)) * case.batch.roundoff
    return 2.0 * roundoff(case.batch, alpha, weight) + limit


CLAIMS = (
    Claim(
        name="lee2025-alpha-monotone",
        statement=r"0<\alpha<\alpha':\quad \mathcal B_{\mathrm{sum}}(\alpha')\le"
        r"\mathcal B_{\mathrm{sum}}(\alpha),\ \mathcal B_{\mathrm{mean}}(\alpha)\le"
        r"\mathcal B_{\mathrm{mean}}(\alpha'),\ \text{the second an equality iff } \lambda=0 "
        r"\text{ or the similarities in each anchor's logarithm are equal}",
        source=ours("the balanced loss is monotone in alpha"),
        proof=f"{RELATIONS}#monotone-in-alpha",
        status="sharper",
        kind="for-all",
        domain={**WEIGHED, "alpha": ALPHA, "other_alpha": ALPHA},
        build=build_weighed,
        measured=below,
        bound=above,
        rounding=rounding_of_order,
        attained_by=(
            {**EQUAL_ROWS, "other_alpha": 7.0},
            {**EQUAL_ROWS, "layout": "random", "repulsion": 0.0, "other_alpha": 7.0},
        ),
        cost=3.0,
    ),
    Claim(
        name="lee2025-large-alpha",
        statement=r"0\le\mathcal B_{\mathrm{sum}}(\alpha)-\operatorname{mean}_a[-s_++\lambda"
        r"\max_{k\le m}s_k]\le\frac\lambda\alpha\operatorname{mean}_a\log m,\ \text{and so for "
        r"every anchor; equality above iff the } s_k \text{ are equal, below iff } m=1"
        r"\ (\lambda>0)",
        source=ours("the balanced loss for large alpha"),
        proof=f"{RELATIONS}#large-alpha",
        status="sharper",
        kind="for-all",
        domain={**WEIGHED, "alpha": ALPHA},
        build=build_weighed,
        measured=above_maximum,
        relation="in",
        bound=log_terms,
        rounding=rounding,
        attained_by=(
            EQUAL_ROWS,
            {**EQUAL_ROWS, "n_max": 1, "negatives": "same-view", "layout": "random"},
        ),
        cost=4.0,
    ),
    Claim(
        name="lee2025-small-alpha",
        statement=r"\Bigl|\mathcal B_{\mathrm{mean}}(\alpha)-\operatorname{mean}_a\bigl[-s_++"
        r"\lambda\bigl(\overline s+\tfrac\alpha2\operatorname{Var}s\bigr)\bigr]\Bigr|\le\lambda"
        r"\frac{2\alpha^2}{9\sqrt3},\ \text{and so for every anchor; the constant is reached, as }"
        r"\alpha\to0, \text{ by } s_k=\pm1 \text{ of mean } -1/\sqrt3",
        source=ours("the balanced loss for small alpha"),
        proof=f"{RELATIONS}#small-alpha",
        status="sharper",
        kind="for-all",
        domain=SMALL,
        build=build_weighed,
        measured=beyond_variance,
        bound=third_moment,
        rounding=rounding,
        cost=7.0,
    ),
)
