"""An unmet rule is one sentence: the rule, the values that broke it, where."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bounds

NAN = float("nan")
INF = float("inf")
FULL = np.ones((2, 2))
PAIR = np.array([[NAN, 1.0], [1.0, NAN]])
EYES = np.stack([np.eye(2)] * 2)
UPPER = np.array([[0.0, 1.0], [0.0, 0.0]])

SINGLE_RULES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: bounds.dcl_nscl_gap([9, 5], 5),
        "0 < n_max < n_total, got n_max=5, n_total=5 at index (1,)",
    ),
    (lambda: bounds.dcl_nscl_gap(5, 0), "0 < n_max < n_total, got n_max=0, n_total=5"),
    (lambda: bounds.dcl_nscl_gap(5, 1, [1, 0]), "tau > 0, got tau=0 at index (1,)"),
    (lambda: bounds.dcl_nscl_gap(INF, 1), "finite n_total, got n_total=inf"),
    (lambda: bounds.dcl_nscl_gap_linear(5, 6), "0 < n_max < n_total, got n_max=6, n_total=5"),
    (lambda: bounds.dcl_nscl_gap_linear(5, 1, -1.0), "tau > 0, got tau=-1.0"),
    (lambda: bounds.dcl_nscl_gap_balanced(1.5), "n_classes >= 2, got n_classes=1.5"),
    (lambda: bounds.dcl_nscl_gap_balanced(2, 0.0), "tau > 0, got tau=0.0"),
    (lambda: bounds.dcl_nscl_gap_chord(1, 5), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.dcl_nscl_gap_chord(2, 0.5), "n_per_class >= 1, got n_per_class=0.5"),
    (
        lambda: bounds.dcl_nscl_gap_etf(2, [[1], [0]]),
        "n_per_class >= 1, got n_per_class=0 at index (1, 0)",
    ),
    (lambda: bounds.dcl_nscl_gap_etf(INF, 2), "finite n_classes, got n_classes=inf"),
    (lambda: bounds.dcl_nscl_gap_constant(2, 0), "n_per_class >= 1, got n_per_class=0"),
    (
        lambda: bounds.dcl_nscl_gap_by_class([3]),
        "at least two classes on the last axis, got n_classes=1",
    ),
    (
        lambda: bounds.dcl_nscl_gap_by_class(3),
        "at least two classes on the last axis, got n_classes=1",
    ),
    (
        lambda: bounds.dcl_nscl_gap_by_class([3, 0]),
        "class_sizes >= 1, got class_sizes=0 at index (1,)",
    ),
    (lambda: bounds.dcl_nscl_gap_by_class([3, 4], [1, 0]), "tau > 0, got tau=0 at index (1,)"),
    (lambda: bounds.dcl_nscl_gap_by_class([1e308, 1e308]), "finite n_total, got n_total=inf"),
    (lambda: bounds.dcl_nscl_gap_anchor(0, 0, 0, 0, -1, 1, 1), "n_same >= 0, got n_same=-1"),
    (lambda: bounds.dcl_nscl_gap_anchor(0, 0, 0, 0, 1, 0, 1), "n_diff > 0, got n_diff=0"),
    (
        lambda: bounds.dcl_nscl_gap_anchor(NAN, 0, 0, 0, 1, 1, 1),
        "finite same_mean, got same_mean=nan, n_same=1",
    ),
    (
        lambda: bounds.dcl_nscl_gap_anchor(0, NAN, 0, 0, 1, 1, 1),
        "finite same_max, got same_max=nan, n_same=1",
    ),
    (
        lambda: bounds.dcl_nscl_gap_anchor(0, 0, NAN, 0, 0, 1, 1),
        "finite diff_mean, got diff_mean=nan",
    ),
    (
        lambda: bounds.dcl_nscl_gap_anchor(0, 0, 0, NAN, 0, 1, 1),
        "finite diff_max, got diff_max=nan",
    ),
    (
        lambda: bounds.cl_nscl_gap_etf(3, 1, 1),
        "n_per_class * n_views >= 2 for own_views 'others', got n_per_class=1, n_views=1",
    ),
    (lambda: bounds.cl_nscl_gap_etf(3, 2, 0), "n_views >= 1, got n_views=0"),
    (
        lambda: bounds.cl_nscl_gap_etf(3, 2, 1, own_views="own"),
        "own_views 'all' or 'others', got own_views='own'",
    ),
    (lambda: bounds.nscl_minimum(1, 1, 1, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.nscl_minimum(2, 1, 0, 1), "n_views >= 1, got n_views=0"),
    (lambda: bounds.nscl_minimum(2, 0, 1, 1), "n_per_class >= 1, got n_per_class=0"),
    (lambda: bounds.dcl_minimum(1, 1, 1), "n_total >= 2, got n_total=1"),
    (lambda: bounds.dcl_minimum(2, 0, 1), "n_views >= 1, got n_views=0"),
    (lambda: bounds.dcl_minimum(2, 1, 0), "tau > 0, got tau=0"),
    (lambda: bounds.nscl_excess_at_dcl_minimum(1, 2, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.supcon_minimum(3, 1, 1), "n_per_class >= 2, got n_per_class=1"),
    (lambda: bounds.supcon_minimum(1, 2, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.infonce_minimum([2, 1], 1), "n_pairs >= 2, got n_pairs=1 at index (1,)"),
    (lambda: bounds.ntxent_minimum(1, 1), "n_pairs >= 2, got n_pairs=1"),
    (
        lambda: bounds.nscl_minimum_two_classes([1, 2, 3], 1, 1),
        "two classes on the last axis, got n_classes=3",
    ),
    (
        lambda: bounds.few_shot_error(-0.1, 1, 1, 9, 2, a=9),
        "directional_cdnv >= 0, got directional_cdnv=-0.1",
    ),
    (lambda: bounds.few_shot_error(0, INF, 1, 9, 2, a=9), "finite cdnv, got cdnv=inf"),
    (lambda: bounds.few_shot_error(0, 1, -1, 9, 2, a=9), "root_cdnv >= 0, got root_cdnv=-1"),
    (lambda: bounds.few_shot_error(0, 1, 1, 0.5, 2, a=9), "m_shot >= 1, got m_shot=0.5"),
    (lambda: bounds.few_shot_error(0, 1, 1, INF, 2, a=9), "finite m_shot, got m_shot=inf"),
    (lambda: bounds.few_shot_error(0, 1, 1, 9, 1, a=9), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.few_shot_error(0, 1, 1, 9, 2, a=4.9), "a >= 5, got a=4.9"),
    (
        lambda: bounds.few_shot_error(0, 1, 1, [9, 5, 2], 2, a=6),
        "a > 4 + 2^(5/2)/m_shot, got a=6, m_shot=2 at index (2,)",
    ),
    (
        lambda: bounds.few_shot_error_a16(0, 1, 1, [10, 9], 2),
        "m_shot >= 10, got m_shot=9 at index (1,)",
    ),
    (lambda: bounds.few_shot_error_optimal(0, 1, 1, 0, 2), "m_shot >= 1, got m_shot=0"),
    (lambda: bounds.few_shot_error_limit(-1, 2), "directional_cdnv >= 0, got directional_cdnv=-1"),
    (lambda: bounds.few_shot_error_limit_sharp(1, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.few_shot_error_second_moment(0, -1, 1, 2), "cdnv >= 0, got cdnv=-1"),
    (
        lambda: bounds.few_shot_error_gaussian_limit([0, -1]),
        "directional_cdnv >= 0, got directional_cdnv=-1 at index (1,)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(-FULL, FULL, 1),
        "directional_cdnv >= 0, got directional_cdnv=-1.0 at index (0, 1)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(FULL, NAN * FULL, 1),
        "cdnv >= 0, got cdnv=nan at index (0, 1)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(FULL, INF * FULL, 1),
        "finite cdnv, got cdnv=inf at index (0, 1)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(FULL, FULL, 1, (FULL, -FULL)),
        "q_other >= 0, got q_other=-1.0 at index (0, 1)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair([[1]], [[1]], 1),
        "directional_cdnv of shape (c, c) with c >= 2, got shape (1, 1)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(FULL, np.eye(3), 1),
        "cdnv of shape (2, 2), got shape (3, 3)",
    ),
    (
        lambda: bounds.few_shot_error_by_pair(PAIR, PAIR, [1, 0]),
        "m_shot >= 1, got m_shot=0 at index (1,)",
    ),
    (lambda: bounds.few_shot_error_gaussian(np.eye(2), EYES, 0.5), "m_shot >= 1, got m_shot=0.5"),
    (
        lambda: bounds.few_shot_error_gaussian(FULL, EYES, 1),
        "distinct means, got class=0, other=1 at index (0, 1)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(np.eye(1), EYES[:1], 1),
        "means of shape (c, d) with c >= 2, got shape (1, 1)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(np.eye(2), EYES[0], 1),
        "covs of shape (2, 2, 2), got shape (2, 2)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(np.eye(2), -EYES, 1),
        "covs with a diagonal >= 0, got variance=-1.0 at index (0, 0)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(NAN * np.eye(2), EYES, 1),
        "finite means, got means=nan at index (0, 0)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(np.eye(2), EYES + INF, 1),
        "finite covs, got covs=inf at index (0, 0, 0)",
    ),
    (
        lambda: bounds.few_shot_error_gaussian(np.eye(2), EYES + UPPER, 1),
        "symmetric covs, got asymmetry=1.0 at index (0,)",
    ),
    (lambda: bounds.orthogonal_noise_error(-1, 1), "cdnv >= 0, got cdnv=-1"),
    (lambda: bounds.orthogonal_noise_error(1, 0), "m_shot >= 1, got m_shot=0"),
]


@pytest.mark.parametrize(("call", "message"), SINGLE_RULES)
def test_an_unmet_rule_is_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('need ' + message)}$"):
        call()


def test_saboteur_a_calculator_without_its_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bounds.minima.batch_losses.require_at_least", lambda low, **values: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_an_unmet_rule_is_one_sentence(lambda: bounds.infonce_minimum(1.5, 1), "n_pairs >= 2")
