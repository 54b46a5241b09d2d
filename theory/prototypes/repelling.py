"""What stands in for the nearest other prototype, from the prototype itself to a loss."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from theory.prototypes._means import means, need_two_classes


@dataclass(frozen=True, kw_only=True)
class RepelLevels:
    """Means over the anchors, each at most the next: scalar tensors."""

    nearest: Tensor  # max over y' != y of <u, M_y'>
    soft_nearest: Tensor  # (1/alpha) log sum_{y' != y} e^{alpha <u, M_y'>}
    by_class: Tensor  # (1/alpha) log sum_{y' != y} mean over the views of y' of e^{alpha <u, z'>}
    label_free: Tensor  # (1/alpha) [log sum_{i' != i} mean_t' e^{alpha <u, z_i't'>} - log n_min(y)]


def repel_levels(z: Tensor, labels: Tensor, alpha: float, *, anchors: Tensor) -> RepelLevels:
    r"""The repelling term of an anchor, and the bounds that lead from it to a contrastive loss.

    Formula
        u = z_i1 for i in `anchors`, y its class; M_y' the mean of the views of class y', n_min(y)
        the size of the smallest class but y; see `RepelLevels`                      [no unit]

    Symbols
        z        (n, k, d) float32 or float64, n items, k >= 1 views, unit rows
        labels   (n,) integers, at least two different; unbalanced allowed
        alpha    inverse temperature, 0 < alpha < inf
        anchors  (m,) indices of items

    Errors
        ValueError for z that is not a finite (n, k, d) tensor, labels that are not (n,) integers,
        one class, alpha outside its range and no anchor.

    Source
        Lee (2025), arXiv:2510.10572, Theorem 4.2, as reconstructed here:
        docs/theory/lee2025/repelling.md.

    >>> views = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]], dtype=torch.float64)
    >>> found = repel_levels(views, torch.tensor([0, 1]), 2.0, anchors=torch.tensor([0, 1]))
    >>> found.nearest.item(), found.label_free.item()
    (0.0, 0.0)
    """
    if not 0.0 < alpha < math.inf:
        raise ValueError(f"need 0 < alpha < inf, got alpha={alpha}")
    if len(anchors) == 0:
        raise ValueError("need at least one anchor, got none")
    found = means(z, labels)
    need_two_classes(found.classes)
    n, k, _ = z.shape
    class_of, counts = found.classes.class_of, found.classes.counts.double()
    u, own = found.views[anchors, 0], class_of[anchors]
    at = torch.arange(len(anchors), device=z.device)
    prototypes = (u @ found.classes.means.T).index_put((at, own), u.new_tensor(-torch.inf))
    scores = alpha * (u @ found.views.flatten(0, 1).T).reshape(len(u), n, k)
    by_item = scores.logsumexp(dim=2) - math.log(k)  # (m, n)
    others = class_of[None, :] != own[:, None]
    weights = torch.where(others, -counts.log()[class_of], -torch.inf)
    fewest = counts.expand(len(u), -1).index_put((at, own), u.new_tensor(torch.inf)).amin(dim=1)
    rest = by_item.index_put((at, anchors), u.new_tensor(-torch.inf)).logsumexp(dim=1)
    levels = {
        "nearest": prototypes.amax(dim=1),
        "soft_nearest": (alpha * prototypes).logsumexp(dim=1) / alpha,
        "by_class": (by_item + weights).logsumexp(dim=1) / alpha,
        "label_free": (rest - fewest.log()) / alpha,
    }
    return RepelLevels(**{name: level.mean().to(z.dtype) for name, level in levels.items()})
