"""Batches of two views, and the balanced loss of each of their anchors by its definition."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.lee2025._population import DOMAIN, REPULSION, Population, build_population

TWO_VIEWS: Domain = {
    **{name: hypothesis for name, hypothesis in DOMAIN.items() if name != "k"},
    "n_classes": Integers(2, 3),  # 2 to 9 items
    "n_max": Integers(1, 3),
    "alpha": Reals(1 / 3, 50.0, log=True),  # tau from .02 to 3
}
TERMS: Domain = {
    "negatives": Choices("other-items", "same-view", "other-classes"),
    "include_positive": Choices(False, True),
}
WEIGHED: Domain = {**TWO_VIEWS, **TERMS, "repulsion": REPULSION}
EQUAL_ROWS: Point = {
    "n_classes": 2,
    "n_max": 3,
    "imbalance": "equal",
    "d": 2,
    "layout": "equal",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "alpha": 1.0,
    "repulsion": 1.0,
    "negatives": "other-items",
    "include_positive": False,
}


def build(**at: Any) -> Population:
    """A batch of two views at alpha and repulsion."""
    return build_population(k=2, **at)


def anchors(
    case: Population, negatives: str, include_positive: bool = False
) -> Iterator[tuple[Tensor, Tensor]]:
    """For every item s+, (2,), and the similarities in the logarithm, (2, m), of its anchors."""
    labels = case.labels.tolist()
    for i, views in enumerate(case.z):
        keep = [
            j
            for j, label in enumerate(labels)
            if j != i and (negatives != "other-classes" or label != labels[i])
        ]
        others = case.z[keep]
        if negatives == "same-view":
            terms = torch.einsum("vd,jvd->vj", views, others)
        else:
            terms = torch.einsum("vd,jwd->vjw", views, others).flatten(1)
        positive = (views[0] * views[1]).sum().expand(2)
        yield positive, torch.cat([terms, positive[:, None]], 1) if include_positive else terms


def each(
    value: Callable[[Tensor, Tensor], Tensor], case: Population, *terms: Any
) -> NDArray[np.float64]:
    """value(s+, terms) of every anchor, (2n,)."""
    found = torch.cat([value(*anchor) for anchor in anchors(case, *terms)])
    return np.asarray(found.numpy(force=True), dtype=np.float64)


def soft_maximum(alpha: float) -> Callable[[Tensor, Tensor], Tensor]:
    """(1/alpha) log sum e^(alpha s)."""
    return lambda positive, terms: (alpha * terms).logsumexp(dim=1) / alpha


def mean_positive(case: Population) -> float:
    """The mean of s+."""
    return (case.z[:, 0] * case.z[:, 1]).sum(dim=1).mean().item()


def roundoff(case: Population, alpha: float, repulsion: float) -> float:
    """Error of a balanced loss, or of one anchor's value, from the sizes.

    A similarity errs by the population's inner product, and passes that on to s+ with weight 1
    and to the soft maximum with weight lambda. Given m <= 2n similarities, the exponents err by
    u (3 alpha), the sum by m u relative, the logarithm by u log m, and up to 2n results of size
    1 + (1 + log m)/alpha are averaged.
    """
    rows = len(case.rows)
    size = 1.0 + (1.0 + math.log(rows)) / alpha
    logarithm = size * accumulated_rounding(2 * rows + 8, case.eps)
    return (1.0 + repulsion) * case.roundoff + repulsion * logarithm
