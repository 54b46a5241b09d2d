"""In-batch negatives, and the contrastive loss against a loop over its definition."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from synthetic.toy import Negatives, draw_negatives, n_pair_loss


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def loop(anchors: Tensor, positives: Tensor, negatives: Negatives, *, quirk: bool) -> float:
    """The definition, anchor by anchor."""
    total = 0.0
    for i, (x, x_positive) in enumerate(zip(anchors, positives, strict=True)):
        own = float(x @ x_positive)
        scores = []
        for j, positive_view in zip(
            negatives.others[i].tolist(), negatives.positive_view[i].tolist(), strict=True
        ):
            if positive_view:
                scores.append(float(x @ positives[j]))
            elif quirk:
                scores.append(float(x_positive @ positives[j]))
            else:
                scores.append(float(x @ anchors[j]))
        total += math.log1p(sum(math.exp(score - own) for score in scores))
    return total / len(anchors)


@given(
    batch=st.integers(2, 9),
    data=st.data(),
    quirk=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_loss_is_its_definition(
    batch: int, data: st.DataObject, quirk: bool, seed: int
) -> None:
    n_negatives = data.draw(st.integers(1, batch - 1))
    generator = seeded(seed)
    views = torch.randn(2, batch, 3, generator=generator, dtype=torch.float64)
    anchors, positives = normalize(views, dim=-1)
    negatives = draw_negatives(batch, n_negatives, generator=generator)
    value = n_pair_loss(anchors, positives, negatives, quirk=quirk).item()
    # Some K + d roundings of numbers of size at most 2 + ln(K + 1) < 5.
    assert abs(value - loop(anchors, positives, negatives, quirk=quirk)) < 5 * 30 * 2.3e-16


@given(batch=st.integers(2, 40), data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_negatives_are_distinct_others(batch: int, data: st.DataObject, seed: int) -> None:
    n_negatives = data.draw(st.integers(1, batch - 1))
    drawn = draw_negatives(batch, n_negatives, generator=seeded(seed))
    assert drawn.others.shape == drawn.positive_view.shape == (batch, n_negatives)
    for i, row in enumerate(drawn.others.tolist()):
        assert len(set(row)) == n_negatives
        assert set(row) <= set(range(batch)) - {i}


def test_every_set_of_negatives_and_either_view_is_as_likely() -> None:
    generator, n = seeded(), 2000
    seen: Counter[tuple[int, ...]] = Counter()
    views = 0.0
    for _ in range(n):
        drawn = draw_negatives(5, 2, generator=generator)
        seen[tuple(sorted(drawn.others[2].tolist()))] += 1
        views += drawn.positive_view.double().mean().item()
    assert set(seen) == {(0, 1), (0, 3), (0, 4), (1, 3), (1, 4), (3, 4)}
    # Six standard deviations.
    assert all(abs(count - n / 6) < 6 * (n * 5 / 36) ** 0.5 for count in seen.values())
    assert abs(views / n - 0.5) < 6 * 0.5 / (n * 10) ** 0.5


def test_more_negatives_than_others_are_refused() -> None:
    with pytest.raises(ValueError, match="need 1 <= n_negatives < batch_size, got n_negatives=5"):
        draw_negatives(5, 5, generator=seeded())


def test_the_quirk_changes_only_the_scores_of_anchor_views() -> None:
    generator = seeded()
    anchors, positives = normalize(torch.randn(2, 6, 3, generator=generator), dim=-1)
    others = draw_negatives(6, 4, generator=generator).others
    for view in (True, False):
        all_one = Negatives(others=others, positive_view=torch.full_like(others, view).bool())
        plain = n_pair_loss(anchors, positives, all_one)
        assert (plain == n_pair_loss(anchors, positives, all_one, quirk=True)) == view
