"""Corners of the prototype calculators, their messages, broadcasting."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bounds
from bounds.prototypes import __all__ as NAMES

INF, NAN = float("inf"), float("nan")

COMPLETE: dict[str, tuple[Any, ...]] = {
    "alignment_threshold": (3, 5.0, 0.5),
    "balanced_contrastive_minimum": (4, 1.0, 10.0),
    "balanced_supervised_minimum": (4, 1.0),
    "best_alpha": (10,),
    "critical_repulsion": (10,),
    "free_prototype_minimum": (4, 1.0),
    "jensen_gap": (1.0,),
    "repel_gap": (10, 1.0),
    "same_view_contrastive_minimum": (4, 1.0, 10.0),
    "supervised_certificate": (0.7, 0.25, 0.1, 2),
}


def test_every_calculator_is_here_and_exported() -> None:
    assert set(COMPLETE) == set(NAMES) <= set(bounds.__all__)


@pytest.mark.parametrize("name", COMPLETE)
def test_what_is_no_finite_number_in_range_raises(name: str) -> None:
    calculator, args = getattr(bounds, name), COMPLETE[name]
    assert calculator(*args).dtype == np.float64
    for position, key in zip(range(len(args)), calculator.__annotations__, strict=False):
        for bad in (NAN, INF, -INF, -2, "ten", None, 1j):
            if bad == -2 and key == "ntxent":
                continue
            for spoilt in (bad, [args[position], bad]):
                with pytest.raises(ValueError, match=r"^need "):
                    calculator(*args[:position], spoilt, *args[position + 1 :])


@pytest.mark.parametrize("name", COMPLETE)
def test_arrays_of_any_shape_broadcast_and_hold_the_scalars(name: str) -> None:
    calculator, args = getattr(bounds, name), COMPLETE[name]
    value = calculator(*args)
    assert value.shape == ()
    for position, arg in enumerate(args):
        column = [*args[:position], [[arg]] * 3, *args[position + 1 :]]
        if position:
            column[0] = [args[0]] * 2
        got = calculator(*column)
        assert got.shape == ((3, 2) if position else (3, 1))
        assert (got == value).all()


def test_corners() -> None:
    assert bounds.critical_repulsion([2, 3, 4]).tolist() == [INF, 4.0, 3.0]
    assert bounds.critical_repulsion(1e300) == 2.0
    assert bounds.balanced_supervised_minimum([2, 2, 1e300], [0, 3, 5]).tolist() == [-1, -4, -1]
    assert bounds.free_prototype_minimum([2, 3, 3], [5, 4, 5]).tolist() == [-6, -3, -4]
    assert bounds.repel_gap(2, 1.0) == bounds.jensen_gap(1.0)
    # One other item in the same view: log 1 = 0 whatever the weight before it.
    assert bounds.same_view_contrastive_minimum(2, 1e300, 1e-300) == -1e300
    assert bounds.same_view_contrastive_minimum(2, 0, 1e-300) == -1
    assert bounds.balanced_contrastive_minimum(2, 1e300, 1e-300) == INF
    assert bounds.alignment_threshold([1, 5], [1, 7], 1).tolist() == [2, 6]
    assert bounds.alignment_threshold(5, 1e308, -1) == 1
    assert bounds.supervised_certificate(1e300, 1e300, 0, 1) == INF
    assert bounds.supervised_certificate(-1e300, 1e300, 0, 1) == -INF
    assert bounds.supervised_certificate(-1e-13, 1, 0, 1) == -1e-13 - np.log(2)


def test_the_ends_of_float64_are_silent() -> None:
    ends = np.array([5e-324, 1e-300, 1.0, 1e300, np.finfo(np.float64).max])
    many = np.array([3, 10, 1e300, np.finfo(np.float64).max])[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (bounds.jensen_gap(ends) >= 0).all()
        assert (bounds.repel_gap(many, ends) >= 0).all()
        assert np.isfinite(bounds.best_alpha(many)).all()
        for minimum in (bounds.balanced_contrastive_minimum, bounds.same_view_contrastive_minimum):
            assert not np.isnan(minimum(many, ends, ends[:, None, None])).any()
        assert (bounds.alignment_threshold(many, ends, -0.5) >= 1).all()
        assert not np.isnan(bounds.supervised_certificate(many, ends, ends, 2)).any()


def test_integers_do_not_overflow() -> None:
    big = 2**62
    assert bounds.balanced_supervised_minimum(2, big) == -float(big)
    assert bounds.free_prototype_minimum(3, big) == 1.0 - float(big)
    assert bounds.balanced_contrastive_minimum(2, big, big) == -float(big)
    assert bounds.best_alpha(10**300) == pytest.approx(5e299, rel=1e-15)
    assert bounds.jensen_gap(2) == bounds.jensen_gap(2.0)


RULES: list[tuple[Callable[[], Any], str]] = [
    (lambda: bounds.jensen_gap([1, 0]), "alpha > 0, got alpha=0 at index (1,)"),
    (lambda: bounds.jensen_gap(INF), "finite alpha, got alpha=inf"),
    (lambda: bounds.repel_gap(1, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.repel_gap(2, -1.0), "alpha > 0, got alpha=-1.0"),
    (lambda: bounds.best_alpha([3, 2]), "n_classes >= 3, got n_classes=2 at index (1,)"),
    (lambda: bounds.best_alpha(INF), "finite n_classes, got n_classes=inf"),
    (lambda: bounds.critical_repulsion(1.5), "n_classes >= 2, got n_classes=1.5"),
    (lambda: bounds.balanced_supervised_minimum(1, 1), "n_classes >= 2, got n_classes=1"),
    (lambda: bounds.balanced_supervised_minimum(2, -1), "repulsion >= 0, got repulsion=-1"),
    (lambda: bounds.free_prototype_minimum(2, INF), "finite repulsion, got repulsion=inf"),
    (lambda: bounds.balanced_contrastive_minimum(1, 1, 1), "n_items >= 2, got n_items=1"),
    (lambda: bounds.balanced_contrastive_minimum(2, NAN, 1), "repulsion >= 0, got repulsion=nan"),
    (lambda: bounds.same_view_contrastive_minimum(2, 1, 0), "alpha > 0, got alpha=0"),
    (lambda: bounds.supervised_certificate(NAN, 1, 0, 1), "finite ntxent, got ntxent=nan"),
    (lambda: bounds.supervised_certificate(1, 0, 0, 1), "tau > 0, got tau=0"),
    (
        lambda: bounds.supervised_certificate(1, 1, -0.5, 1),
        "squared_bias >= 0, got squared_bias=-0.5",
    ),
    (
        lambda: bounds.supervised_certificate(1, 1, 0, 0),
        "items_per_class >= 1, got items_per_class=0",
    ),
    (lambda: bounds.alignment_threshold(0, 1, 0), "n_terms >= 1, got n_terms=0"),
    (lambda: bounds.alignment_threshold(1, 1, 1.5), "-1 <= similarity <= 1, got similarity=1.5"),
]


@pytest.mark.parametrize(("call", "message"), RULES)
def test_an_unmet_rule_is_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('need ' + message)}$"):
        call()


def test_saboteur_a_lost_corner_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bounds, "same_view_contrastive_minimum", lambda n, w, a: w / a * np.log(n - 1) - w - 1
    )
    with pytest.raises((AssertionError, RuntimeWarning)):
        test_corners()
