"""The surrogate bounds against their formulas in fifty digits, over the whole domain."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.oracle import agrees, exact

CLASSES = st.integers(1, 10**6)
SEVERAL_CLASSES = st.integers(2, 10**6)
NEGATIVES = st.integers(1, 10**6)
NORM = st.one_of(st.just(0.0), st.floats(-4.0, 3.0).map(lambda x: 10.0**x))
EXACT_SQUARE = st.integers(0, 1000 * 64).map(lambda k: k / 64.0)  # norm^2 is a float64
PRIOR = st.lists(st.floats(-9.0, 0.0).map(lambda x: 10.0**x), min_size=1, max_size=8).map(
    lambda weights: np.array(weights) / np.sum(weights)
)


def log_cosh(a: Any) -> Any:
    return mp.log(mp.cosh(a))


def log_chord(a: Any, w: Any) -> Any:
    if a == 0:
        return mp.log(1 + w)
    return a + mp.log(((a + w) + (a - w) * mp.exp(-2 * a)) / (2 * a))


def prior_free(c: Any, k: Any, norm: Any) -> Any:
    intercept = mp.log(c) - mp.log(k + 1)
    if norm == 0:
        return intercept
    a, turned = norm**2, norm * mp.coth(norm**2)
    r = 1 / (turned + mp.sqrt(turned**2 + 2))
    return intercept + mp.log(mp.cosh(a) + r / norm * mp.sinh(a)) - r**2


def intercept(c: Any, k: Any, norm: Any) -> Any:
    return mp.log(c / (k + 1))


UNIFORM: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "upper": (bounds.surrogate_upper, lambda c, k, n: mp.log(c / k) + 2 * log_cosh(n**2)),
    "lower": (
        bounds.surrogate_lower,
        lambda c, k, n: mp.log(c * k) - 2 * mp.log(k + 1) - 2 * log_cosh(n**2),
    ),
    "width": (
        bounds.surrogate_width,
        lambda c, k, n: 2 * mp.log(1 + 1 / k) + 4 * log_cosh(n**2),
    ),
    "upper, sharp": (
        bounds.surrogate_upper_sharp,
        lambda c, k, n: mp.log(c / (k + 1)) + log_cosh(n**2),
    ),
    "upper, prior-free": (bounds.surrogate_upper_prior_free, prior_free),
    "lower, sharp": (
        bounds.surrogate_lower_sharp,
        lambda c, k, n: (
            mp.log(c / (k + 1)) - mp.log(mp.cosh(n**2) + mp.sinh(n**2) / (k + 1))
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNIFORM)
@given(c=CLASSES, k=NEGATIVES, norm=NORM)
@example(c=1, k=1, norm=1e-4)
@example(c=10**6, k=10**6, norm=1e3)
@example(c=10**6, k=1, norm=0.0)
def test_equal_classes_have_twelve_digits(name: str, c: int, k: int, norm: float) -> None:
    calculator, formula = UNIFORM[name]
    size = max(np.log(c), np.log1p(k), norm**2 if norm > 1 else 0.0)
    assert agrees(calculator(c, k, norm), exact(formula, c, k, norm), size=size)


@given(norm=NORM)
def test_upper_keeps_its_digits_where_only_the_norm_is_left(norm: float) -> None:
    truth = exact(lambda n: 2 * log_cosh(n**2), norm)
    assert agrees(bounds.surrogate_upper(1, 1, norm), truth)


def entropy(pi: list[Any]) -> Any:
    return -mp.fsum(p * mp.log(p) for p in pi)


def skewed_upper(k: Any, norm: Any, *pi: Any) -> Any:
    return mp.log(max(pi) * len(pi) ** 2 / k) + 2 * log_cosh(norm**2)


def skewed_lower(k: Any, norm: Any, *pi: Any) -> Any:
    return entropy(list(pi)) + mp.log(k) - 2 * mp.log(k + 1) - 2 * log_cosh(norm**2)


def skewed_lower_sharp(k: Any, norm: Any, *pi: Any) -> Any:
    below = mp.log(mp.cosh(norm**2) + mp.sinh(norm**2) / (k + 1))
    return entropy(list(pi)) - mp.log(k + 1) - below


def skewed_width(k: Any, norm: Any, *pi: Any) -> Any:
    return skewed_upper(k, norm, *pi) - skewed_lower(k, norm, *pi)


def vertex(k: Any, norm: Any, *pi: Any) -> Any:
    a, c, rare = norm**2, len(pi), sorted(pi)
    values = [
        mp.log(m * mp.exp(a) + (c - m) * mp.exp(-a)) - a * (2 * mp.fsum(rare[:m]) - 1)
        for m in range(c + 1)
    ]
    return max(values) - mp.log(k + 1)


SKEWED: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "upper": (bounds.surrogate_upper, skewed_upper),
    "lower": (bounds.surrogate_lower, skewed_lower),
    "width": (bounds.surrogate_width, skewed_width),
    "upper, vertex": (bounds.surrogate_upper_vertex, vertex),
    "lower, sharp": (bounds.surrogate_lower_sharp, skewed_lower_sharp),
}


@pytest.mark.parametrize("name", SKEWED)
@given(pi=PRIOR, k=NEGATIVES, norm=NORM)
@example(pi=np.array([1.0]), k=1, norm=1.0)
@example(pi=np.array([1.0]), k=1, norm=1e3)
@example(pi=np.array([1 - 1e-12, 1e-12]), k=1, norm=30.0)
@example(pi=np.full(7, 1 / 7), k=3, norm=1e-4)
def test_any_prior_has_twelve_digits(
    name: str, pi: np.ndarray[Any, Any], k: int, norm: float
) -> None:
    calculator, formula = SKEWED[name]
    largest = max(-np.log(pi.max()), 2 * np.log(len(pi)), np.log1p(k), norm**2)
    truth = exact(formula, k, norm, *pi.tolist())
    assert agrees(calculator(pi, k, norm), truth, size=largest)


@given(
    pi=PRIOR, k=NEGATIVES, norm=EXACT_SQUARE,
    share=st.floats(0.0, 1.0), part=st.floats(0.0, 1.0), across=st.floats(-1.0, 1.0),
)  # fmt: skip
@example(pi=np.array([0.5, 0.5]), k=1, norm=5.0, share=1.0, part=1.0, across=-1.0)
@example(pi=np.array([0.5, 0.5]), k=1, norm=1e3, share=1.0, part=1.0, across=-1.0)
@example(pi=np.array([0.5, 0.5]), k=1, norm=0.0, share=1.0, part=1.0, across=-1.0)
def test_certificate_has_twelve_digits(
    pi: np.ndarray[Any, Any], k: int, norm: float, share: float, part: float, across: float
) -> None:
    a = norm**2
    aligned, rho, q = share * a, part * share * a, across * a

    def lower(k: Any, a: Any, rho: Any, aligned: Any, q: Any) -> Any:
        in_chord = log_chord(a, (aligned + k * rho) / (k + 1))
        return entropy([mp.mpf(p) for p in pi.tolist()]) + rho - mp.log(k + 1) - in_chord

    def upper(k: Any, a: Any, rho: Any, aligned: Any, q: Any) -> Any:
        mean = (aligned + k * rho) / (k + 1)
        return mp.log(mp.mpf(len(pi)) / (k + 1)) + log_chord(a, q) - mean

    got = bounds.surrogate_certificate(pi, k, norm, rho, aligned, q)
    size = max(np.log(len(pi)), np.log1p(k), a)
    assert agrees(got.lower, exact(lower, k, a, rho, aligned, q), size=size)
    assert agrees(got.upper, exact(upper, k, a, rho, aligned, q), size=size)


@given(pi=PRIOR, k=NEGATIVES, norm=NORM, s=st.floats(-1.0, 1.0), share=st.floats(0.0, 1.0))
def test_paired_bounds_have_twelve_digits(
    pi: np.ndarray[Any, Any], k: int, norm: float, s: float, share: float
) -> None:
    positive, aligned = s * norm**2, share * norm**2
    got = bounds.surrogate_bounds_paired(pi, k, norm, positive, aligned)
    size = max(-np.log(pi.max()), 2 * np.log(len(pi)), np.log1p(k), norm**2)
    shift = mp.mpf(positive) - mp.mpf(aligned)
    args = (k, norm, *pi.tolist())
    assert agrees(got.upper, exact(skewed_upper, *args) + shift, size=size)
    assert agrees(got.lower, exact(skewed_lower, *args) + shift, size=size)


@given(c=CLASSES, norm=NORM)
def test_supervised_floors_have_twelve_digits(c: int, norm: float) -> None:
    truth = exact(lambda c, n: mp.log1p((c - 1) * mp.exp(-2 * n**2)), c, norm)
    assert agrees(bounds.supervised_floor(c, norm), truth)
    attained = exact(lambda c, n: mp.log1p(c * mp.exp(-(n**2) * (c + 1) / c)), c, norm)
    assert agrees(bounds.supervised_floor_etf(c + 1, norm), attained)


@given(c=CLASSES, k=NEGATIVES, norm=st.floats(0.0, 1.0))
@example(c=2, k=32, norm=1.0)
@example(c=3, k=1, norm=0.909**0.5)
def test_intercepts_have_twelve_digits(c: int, k: int, norm: float) -> None:
    size = max(np.log(c), np.log1p(k))
    inside = c <= 2 or norm**2 <= 0.8 or (k == 1 and norm**2 <= 0.909)
    few = mp.cosh(1) - mp.mpf(3) / 2 if k == 1 else mp.mpf("0.296")
    excess = 0 if inside else few if k <= 2 else mp.mpf("0.6") / (k + 1)
    truth = exact(intercept, c, k, norm)
    assert agrees(bounds.surrogate_upper_unit(c, k, norm), truth + excess, size=size)
    if inside:
        assert agrees(bounds.surrogate_upper_intercept(c, k, norm), truth, size=size)


def test_saboteur_the_oracle_sees_a_dropped_cosh(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = exact(UNIFORM["upper, sharp"][1], 10, 32, 1.0)
    got = bounds.surrogate_upper_sharp(10, 32)
    assert agrees(got, truth, size=np.log(33))
    assert not agrees(got * (1 + 1e-11), truth, size=np.log(33))
    monkeypatch.setattr("bounds.surrogate.upper_sharp.log_cosh", lambda a: a / 2)
    with pytest.raises(AssertionError):
        test_equal_classes_have_twelve_digits(name="upper, sharp")


def test_saboteur_a_certificate_with_its_moments_swapped_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bounds.surrogate.certificate.log_chord", lambda a, w: a)
    with pytest.raises(AssertionError):
        test_certificate_has_twelve_digits()
