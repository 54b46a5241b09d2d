"""Coverage and the rivals outside their hypotheses: one sentence, whichever entry is bad."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bounds

NAN, INF = float("nan"), float("inf")
OF_A_PRIOR: list[tuple[Callable[..., Any], str | None]] = [
    (bounds.coverage_probability, "n_draws"),
    (bounds.log_coverage_probability, "n_draws"),
    (bounds.collision_probability, "n_negatives"),
    (bounds.log_no_collision_probability, "n_negatives"),
    (bounds.expected_draws_to_cover, None),
]
RIVALS = [
    bounds.arora_bound,
    bounds.arora_bound_sharp,
    bounds.nozawa_sato_bound,
    bounds.ash_bound,
    bounds.collision_bound,
]
MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: bounds.coverage_probability(0, 3), "prior >= 1, got prior=0"),
    (lambda: bounds.coverage_probability(2.5, 3), "integer-valued prior, got prior=2.5"),
    (lambda: bounds.coverage_probability(INF, 3), "finite prior, got prior=inf"),
    (
        lambda: bounds.coverage_probability([0.5, 0.0, 0.5], 3),
        "prior > 0, got prior=0.0 at index (1,)",
    ),
    (
        lambda: bounds.coverage_probability([10, 100], 3),
        "prior that sums to 1 within 1e-9, got sum=110.0",
    ),
    (
        lambda: bounds.coverage_probability([], 3),
        "prior a number or a vector of probabilities, got shape (0,)",
    ),
    (
        lambda: bounds.coverage_probability([[0.5, 0.5]], 3),
        "prior a number or a vector of probabilities, got shape (1, 2)",
    ),
    (
        lambda: bounds.coverage_probability(3, [4, -1]),
        "n_draws >= 0, got n_draws=-1 at index (1,)",
    ),
    (
        lambda: bounds.log_coverage_probability(3, 2.5),
        "integer-valued n_draws, got n_draws=2.5",
    ),
    (lambda: bounds.log_coverage_probability(3, INF), "finite n_draws, got n_draws=inf"),
    (lambda: bounds.collision_probability(3, -1), "n_negatives >= 0, got n_negatives=-1"),
    (
        lambda: bounds.log_no_collision_probability(3, [1, 0.5]),
        "integer-valued n_negatives, got n_negatives=0.5 at index (1,)",
    ),
    (
        lambda: bounds.expected_log_collisions([2, 0], 3),
        "n_classes >= 1, got n_classes=0 at index (1,)",
    ),
    (
        lambda: bounds.expected_log_collisions(2, -3),
        "n_negatives >= 0, got n_negatives=-3",
    ),
    (lambda: bounds.arora_bound(-1, 10, 3), "risk >= 0, got risk=-1"),
    (lambda: bounds.arora_bound_sharp(INF, 10, 3), "finite risk, got risk=inf"),
    (lambda: bounds.nozawa_sato_bound(1, 1, 3), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.ash_bound(1, 2, [1, 0]), "n_negatives >= 1, got n_negatives=0 at index (1,)"),
    (lambda: bounds.collision_bound(1, 2.5, 1), "integer-valued n_classes, got n_classes=2.5"),
]


@pytest.mark.parametrize(("call", "message"), MESSAGES)
def test_an_unmet_rule_is_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('need ' + message)}$"):
        call()


@pytest.mark.parametrize(("calculator", "second"), OF_A_PRIOR)
def test_what_is_no_prior_or_count_raises(
    calculator: Callable[..., Any], second: str | None
) -> None:
    rest = {} if second is None else {second: 5}
    good: Any = (3, 3.0, np.int8(3), [0.5, 0.25, 0.25], [0.5, 0.5 + 5e-10], [1.0])
    bad: Any = (NAN, [0.5, NAN], "ten", None, 1j, [0.5, 0.4], [0.5, 0.5 + 2e-9], [], [2], -1)
    for prior in good:
        calculator(prior, **rest)
    for prior in bad:
        with pytest.raises(ValueError, match=r"^need "):
            calculator(prior, **rest)
    for count in (NAN, [3, NAN], "ten", None, 1j, 2.5, -1, INF) if second else ():
        with pytest.raises(ValueError, match=r"^need "):
            calculator(3, **{str(second): count})


@pytest.mark.parametrize("rival", RIVALS)
def test_rivals_check_every_argument(rival: Callable[..., Any]) -> None:
    good = (1.5, 10, 12)
    assert rival(*good) > 0
    assert rival(1.5, 10.0, 12.0) == rival(*good)
    bad = ((NAN, -1, INF, "ten", None), (NAN, 1, 2.5, INF, "ten"), (NAN, 0, 2.5, INF, None))
    for position, values in enumerate(bad):
        for value in values:
            with pytest.raises(ValueError, match=r"^need "):
                rival(*good[:position], value, *good[position + 1 :])


def test_saboteur_a_calculator_without_its_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bounds.coverage.collisions.require_count", lambda low, **values: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_an_unmet_rule_is_one_sentence(
            lambda: bounds.collision_probability(3, 0.5), "integer-valued n_negatives"
        )
