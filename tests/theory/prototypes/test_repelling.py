"""The levels of the repelling side, by loops."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding, repel_gap
from theory.prototypes.repelling import repel_levels

LEVELS = ("nearest", "soft_nearest", "by_class", "label_free")


def population(sizes: tuple[int, ...], k: int, d: int, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    labels = torch.tensor([3 * c - 1 for c, n in enumerate(sizes) for _ in range(n)])
    order = torch.randperm(len(labels), generator=g)
    z = torch.randn(len(labels), k, d, generator=g, dtype=torch.float64)
    return normalize(z, dim=-1), labels[order]


def by_loops(z: Tensor, labels: Tensor, alpha: float, i: int) -> list[float]:
    """The four levels of one anchor."""
    rows, y = z.tolist(), labels.tolist()
    u = rows[i][0]

    def s(v: list[float]) -> float:
        return math.fsum(a * b for a, b in zip(u, v, strict=True))

    def power(j: int) -> float:
        return math.fsum(math.exp(alpha * s(v)) for v in rows[j]) / len(rows[j])

    classes = {c: [j for j in range(len(y)) if y[j] == c] for c in set(y) - {y[i]}}
    to = [
        math.fsum(s(v) for j in members for v in rows[j]) / (len(members) * len(rows[0]))
        for members in classes.values()
    ]
    mean = [math.fsum(map(power, members)) / len(members) for members in classes.values()]
    rest = math.fsum(power(j) for j in range(len(y)) if j != i)
    return [
        max(to),
        math.log(math.fsum(math.exp(alpha * a) for a in to)) / alpha,
        math.log(math.fsum(mean)) / alpha,
        math.log(rest / min(map(len, classes.values()))) / alpha,
    ]


@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple),
    k=st.integers(1, 3),
    d=st.integers(1, 4),
    alpha=st.sampled_from([0.1, 1.0, 7.0, 50.0]),
    seed=st.integers(0, 2**31 - 1),
)
def test_levels_are_those_of_loops_and_in_order(
    sizes: tuple[int, ...], k: int, d: int, alpha: float, seed: int
) -> None:
    z, labels = population(sizes, k, d, seed)
    n = len(labels)
    anchors = torch.arange(0, n, 2)
    found = repel_levels(z, labels, alpha, anchors=anchors)
    each = [by_loops(z, labels, alpha, int(i)) for i in anchors]
    # Exponents are at most alpha, logarithms of sums of n k terms at most that and log(n k).
    size = 1.0 + (1.0 + math.log(n * k)) / alpha
    slack = size * accumulated_rounding(4 * n * k + 4 * d + 32, 2.0**-52)
    got = [getattr(found, name).item() for name in LEVELS]
    for value, column in zip(got, zip(*each, strict=True), strict=True):
        assert abs(value - math.fsum(column) / len(column)) <= slack
    for lower, upper in pairwise(got):
        assert lower <= upper + 2 * slack
    gap = float(repel_gap(len(sizes), alpha))
    assert found.by_class.item() - found.nearest.item() <= gap + 2 * slack


def test_saboteur_the_smallest_of_all_classes_in_place_of_the_others_is_seen() -> None:
    z, labels = population((1, 3, 3), 2, 3, 0)
    i = int((labels == -1).nonzero()[0, 0])
    found = repel_levels(z, labels, 2.0, anchors=torch.tensor([i])).label_free.item()
    slack = 3.0 * accumulated_rounding(100, 2.0**-52)
    assert abs(found - by_loops(z, labels, 2.0, i)[3]) <= slack
    broken = found + math.log(3) / 2.0
    assert abs(broken - by_loops(z, labels, 2.0, i)[3]) > slack


def test_outside_the_domain() -> None:
    z, labels = population((2, 2), 2, 3, 0)
    some = torch.tensor([0])
    for alpha in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="need 0 < alpha < inf"):
            repel_levels(z, labels, alpha, anchors=some)
    with pytest.raises(ValueError, match="need at least one anchor, got none"):
        repel_levels(z, labels, 1.0, anchors=some[:0])
    with pytest.raises(ValueError, match="need at least two classes"):
        repel_levels(z, torch.zeros(4, dtype=torch.int64), 1.0, anchors=some)
