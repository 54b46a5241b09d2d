"""The supervised objective that attracts an embedding to its class prototype."""

import math
from typing import Literal, get_args

from torch import Tensor

from theory.prototypes._means import hardest, means, need_two_classes

Similarity = Literal["raw", "cosine"]


def supervised_objective(
    z: Tensor, labels: Tensor, repulsion: float = 1.0, *, similarity: Similarity = "raw"
) -> Tensor:
    r"""Mean over all views of the attraction to the own and the repulsion from other prototypes.

    Formula
        mean_{i,t} [ -<z_it, mu_y> + repulsion max_{y' != y} <z_it, mu_y'> ]         [no unit]
        raw: mu_y = M_y, the mean of all views of the class's items;  cosine: mu_y = M_y/||M_y||

    Symbols
        z           (n, k, d) float32 or float64, n items, k >= 1 views, unit rows
        labels      (n,) integers, any values, at least two different; unbalanced allowed
        repulsion   lambda >= 0
        similarity  "raw" or "cosine"

    Returns
        a scalar in the dtype of z, sums taken in float64; differentiable, the prototypes included,
        with the gradient of one maximiser where several classes tie.

    Range
        within +-(1 + repulsion); for as many items in every class at least
        -1 - repulsion/(c - 1) with raw prototypes, at a collapsed simplex.

    Errors
        ValueError for z that is not a finite (n, k, d) tensor, labels that are not (n,) integers,
        one class, repulsion not finite and >= 0, another word, and "cosine" with a class mean of
        norm at most (n k + d) eps of z's dtype.

    Source
        Lee (2025), arXiv:2510.10572, the supervised objective, as restated in secondary literature.

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0.0]], [[-1.0, 0.0]]])
    >>> supervised_objective(views, torch.tensor([0, 1])).item()
    -2.0
    """
    if not 0.0 <= repulsion < math.inf:
        raise ValueError(f"need finite repulsion >= 0, got repulsion={repulsion}")
    if similarity not in get_args(Similarity):
        raise ValueError(f"need similarity 'raw' or 'cosine', got {similarity!r}")
    found = means(z, labels)
    need_two_classes(found.classes)
    prototypes = found.classes.means if similarity == "raw" else found.class_directions()
    rows = found.views.flatten(0, 1)
    own = found.classes.class_of.repeat_interleave(z.shape[1])
    other = hardest(rows, own, prototypes, lambda part, all_of: part @ all_of.mT)
    attracting = (rows * prototypes[own]).sum(dim=1)
    repelling = (rows * prototypes[other]).sum(dim=1)
    return (repulsion * repelling - attracting).mean().to(z.dtype)
