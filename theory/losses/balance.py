"""The losses with attraction and repulsion weighed apart: the balanced family and DHEL.

Notation, for an anchor (i, l) of a batch of two views, with s(u, v) = <u, v>:

    s+           similarity to the other view of item i
    s_1 .. s_m   similarities of the m terms in the logarithm
"""

import math

from torch import Tensor

from theory.losses import _checks as checks
from theory.losses import _rows as rows

NEGATIVES = ("other-items", "same-view", "other-classes")


def balanced(
    z: Tensor,
    alpha: float,
    repulsion: float,
    *,
    negatives: str = "other-items",
    labels: Tensor | None = None,
    include_positive: bool = False,
    mean: bool = False,
) -> Tensor:
    r"""Balanced contrastive loss: alignment, and `repulsion` times a soft maximum of similarities.

    Formula
        mean over anchors of  -s+ + (lambda/alpha) log sum_{k <= m} e^{alpha s_k}
        mean=True subtracts (lambda/alpha) log m, each anchor its own m      [unit: a similarity]

    Symbols
        z          (n, 2, d) float32 or float64, n items, two views, unit rows; n >= 2
        alpha      inverse temperature 1/tau, 0 < alpha < inf
        repulsion  lambda, weight of the logarithm, 0 <= lambda < inf; 0 is pure alignment
        negatives  the terms: "other-items", both views of every other item, m = 2n - 2;
                   "same-view", the same view index of every other item, m = n - 1;
                   "other-classes", both views of every item with another label
        labels     (n,) integers, any values; read for "other-classes" alone
        include_positive   s+ is a further term, and m counts it

    Range
        unit rows, no positive among the terms: at least -1 - lambda/(n-1) + (lambda/alpha) log m
        for "other-items" and "same-view"; always at most 1 + lambda + (lambda/alpha) log m.

    Errors
        ValueError for alpha or repulsion outside its range, z not (n, 2, d), n < 2, another word
        for `negatives`; for "other-classes" without labels, labels not (n,) integers, an anchor
        without an item of another class (also with the positive as a term); and, naming the first
        item as `row`, a value of z that is not finite.

    Source
        Lee (2025), arXiv:2510.10572, as restated in secondary literature; the sets of negatives
        and the relations to other losses: this project, docs/theory/lee2025/relations.md.

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> round(balanced(views, alpha=1.0, repulsion=1.0).item(), 4)
    0.3133
    """
    checks.check_balance(z, alpha, repulsion)
    checks.check_two_views(z)
    checks.check_other_samples(z)
    positive = rows.other_views(z)
    below = _negatives(z, negatives, labels)
    if include_positive:
        below = below | positive
    return rows.contrast(
        rows.similarities(z), positive, below, alpha=alpha, repulsion=repulsion, mean=mean
    )


def dhel(z: Tensor, tau: float, *, both_energies: bool = True) -> Tensor:
    r"""Decoupled hyperspherical energy loss: an anchor meets only items seen through its own view.

    Formula
        both_energies=True    mean over items of  -s+/tau + E_1 + E_2                       [nats]
        both_energies=False   mean over items of  -s+/tau + (E_1 + E_2)/2                   [nats]
        E_l = log sum_{j != i} e^{s(z_i^l, z_j^l)/tau}

    Symbols
        z    (n, 2, d) float32 or float64, n items, two views, unit rows; n >= 2
        tau  temperature, 0 < tau < inf

    Range
        for unit rows at least -1/tau + e (log(n-1) - 1/((n-1) tau)), with e = 2 energies or 1.

    Errors
        ValueError for tau outside its range, z not (n, 2, d), n < 2, and, naming the first item as
        `row`, a value of z that is not finite.

    Source
        Koromilas et al. (2024), arXiv:2405.18045; one energy is `balanced` with "same-view".

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> dhel(views, tau=1.0).item()
    -2.0
    """
    if not 0 < tau < math.inf:
        raise ValueError(f"need 0 < tau < inf, got tau={tau}")
    checks.check_views(z, tau)
    checks.check_two_views(z)
    checks.check_other_samples(z)
    # The mean over the two anchors of an item halves its two energies; a weight of 2 restores them.
    return rows.contrast(
        rows.scores(z, tau),
        rows.other_views(z),
        _negatives(z, "same-view", None),
        repulsion=2.0 if both_energies else 1.0,
    )


def _negatives(z: Tensor, negatives: str, labels: Tensor | None) -> Tensor:
    """The pairs of an anchor with its terms, the positive left out."""
    if negatives not in NEGATIVES:
        raise ValueError(f"need negatives among {', '.join(NEGATIVES)}, got {negatives!r}")
    if negatives == "other-items":
        return ~rows.own_views(z)
    if negatives == "same-view":
        return rows.same_view(z) & ~rows.own_views(z)
    if labels is None:
        raise ValueError("need labels with negatives='other-classes', got None")
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    return ~rows.same_class(z, labels)
