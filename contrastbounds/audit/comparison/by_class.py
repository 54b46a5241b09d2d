"""RSA of the pairs of one class, and of the pairs of two classes."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from contrastbounds.audit.comparison.pair import Pair

DIGITS = 1e-6  # a correlation that rounding moves by more than this is not reported


@dataclass(frozen=True, kw_only=True)
class ByClass:
    """Pearson correlations of cosines; None without pairs, or where the cosines do not vary."""

    within: float | None
    """How alike the two order pairs of items of one class: what the labels do not say."""
    between: float | None
    """The same for pairs of different classes."""


def by_class(given: Pair) -> ByClass | None:
    """Both correlations from sums over items, O(n d^2); None without labels."""
    if given.labels is None:
        return None
    u, v = given.first.unit, given.other.unit
    order = given.labels.argsort(stable=True)
    sizes = torch.bincount(given.labels).tolist()
    classes = zip(torch.split(u[order], sizes), torch.split(v[order], sizes), strict=True)
    within = torch.stack([_sums(a, b) for a, b in classes]).sum(dim=0)
    terms = len(u) + max(u.shape[1], v.shape[1])
    return ByClass(
        within=_correlation(within, terms), between=_correlation(_sums(u, v) - within, terms)
    )


def _sums(u: Tensor, v: Tensor) -> Tensor:
    """(6,) over ordered pairs i != j: their number, s, t, s^2, t^2, s t of the cosines s and t."""
    n = len(u)
    if n > max(u.shape[1], v.shape[1]):
        ss, tt, st = u.mT @ u, v.mT @ v, u.mT @ v
        squares = [each.square().sum() for each in (ss, tt, st)]
    else:
        s, t = u @ u.mT, v @ v.mT
        squares = [(a * b).sum() for a, b in ((s, s), (t, t), (s, t))]
    plain = [each.sum(dim=0).square().sum() for each in (u, v)]
    pairs = u.new_tensor(float(n * n))
    # Less the diagonal: n pairs of an item with itself, whose cosines are 1.
    return torch.stack([pairs, *plain, *squares]) - n


def _correlation(sums: Tensor, terms: int) -> float | None:
    count, s, t, ss, tt, st = map(float, sums)
    if count < 2:
        return None
    a, b = ss / count - (s / count) ** 2, tt / count - (t / count) ** 2
    wrong = 8.0 * accumulated_rounding(terms + 16, torch.finfo(torch.float64).eps)
    if not min(a, b) * DIGITS > wrong:
        return None
    return (st / count - s / count * (t / count)) / math.sqrt(a * b)
