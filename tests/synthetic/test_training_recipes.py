"""Schedules, optimisers and the hypotheses that runs leave."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from synthetic import Recipe, adam, practical, sgd, train_coupled
from tests.synthetic.training_runs import alignment, by_label, coupled, encoder, seeded, world

STEP = "a step is not eta times the gradient of its own batch"


def test_a_practical_schedule_is_torchs() -> None:
    """Linear warm-up, then `CosineAnnealingLR` over the rest."""
    weight = nn.Parameter(torch.zeros(()))
    recipe = practical(0.4, steps=50, warmup=7, momentum=0.8, weight_decay=0.01)
    rates = recipe.step_sizes(50)
    torch.testing.assert_close(rates[:7], 0.4 * torch.arange(1, 8).double() / 7)
    optimizer = torch.optim.SGD([weight], lr=0.4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=43)
    expected = []
    for _ in range(43):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    torch.testing.assert_close(rates[7:], torch.tensor(expected, dtype=torch.float64))
    group = recipe.build([weight], 0.4).param_groups[0]
    assert (group["momentum"], group["weight_decay"], group["nesterov"]) == (0.8, 0.01, False)


def test_the_theory_s_descent_leaves_nothing_on_distinct_batches() -> None:
    for sampling, left in (
        ("distinct", ()),
        ("epochs", ()),
        ("iid", ("iid: a batch may repeat an index (H1)",)),
    ):
        twins = train_coupled(
            encoder(),
            world(),
            {"a": alignment, "b": by_label},
            generator=seeded(),
            batch_size=30,
            steps=5,
            sampling=sampling,  # type: ignore[arg-type]  # all kinds in one loop
            recipe=sgd(lambda step: 0.1 / step),
        )
        assert twins.left == left


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (sgd(0.1), []),
        (practical(0.1, steps=9), [f"momentum: {STEP}"]),
        (practical(0.1, steps=9, momentum=0.0), []),
        (adam(0.1), [f"Adam: {STEP}"]),
        (adam(0.1, weight_decay=1e-4, clip=1.0), ["Adam", "weight decay: ", "gradient clipping: "]),
        (Recipe(rate=0.1, optimizer=lambda w, lr: torch.optim.SGD(w, lr)), ["an optimizer of one"]),
    ],
)
def test_departures_are_told(recipe: Recipe, words: list[str]) -> None:
    left = recipe.departures()
    assert len(left) == len(words)
    assert all(sentence.startswith(word) for sentence, word in zip(left, words, strict=True))


def test_a_run_tells_its_batches_heads_and_recipe() -> None:
    left = coupled(sampling="stratified", optimizer="adam").left
    assert [sentence.split(":")[0] for sentence in left] == ["Adam", "stratified", "ce"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: practical(-1.0, steps=3), r"need finite lr >= 0, got lr=-1.0"),
        (lambda: practical(math.nan, steps=3), r"need finite lr >= 0, got lr=nan"),
        (lambda: practical(0.1, steps=3, warmup=3), r"need 0 <= warmup < steps, got warmup=3"),
        (
            lambda: practical(0.1, steps=3).step_sizes(4),
            r"need a run within .*, got step=4",
        ),
        (lambda: practical(0.1, steps=3, momentum=1.0), r"need 0 <= momentum < 1, got momentum=1"),
        (lambda: adam(0.1, weight_decay=-1.0), r"need finite weight_decay >= 0, got weight_"),
        (lambda: adam(0.1, clip=0.0), r"need clip > 0, got clip=0.0"),
        (lambda: Recipe(rate=0.1, optimizer="adam", momentum=0.9), r'need optimizer "sgd" with mo'),
        (lambda: sgd([0.1, math.inf]).step_sizes(2), r"finite lr >= 0, got lr=inf, step=2"),
    ],
)
def test_bad_recipes_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
