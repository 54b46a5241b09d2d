"""The minima against fifty digits, worked values, each other, and the losses of known points."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from tests.bounds.oracle import COUNT, SEVERAL, TAU, Number, agrees, exact


def simplex_exponent(c: Any, tau: Any) -> Any:
    return c / ((c - 1) * tau)


def nscl(c: Any, n: Any, k: Any, tau: Any) -> Any:
    return mp.log(n * k * (c - 1)) - simplex_exponent(c, tau)


def excess(c: Any, n: Any, tau: Any) -> Any:
    return (c * n - c) / ((c - 1) * (c * n - 1) * tau)


def supcon(c: Any, q: Any, tau: Any) -> Any:
    # log1p: fifty digits after the 1 are not enough at tau = 1e-3
    return mp.log1p(q - 2 + q * (c - 1) * mp.exp(-simplex_exponent(c, tau)))


def infonce(m: Any, tau: Any) -> Any:
    return mp.log1p((m - 1) * mp.exp(-simplex_exponent(m, tau)))


def ntxent(m: Any, tau: Any) -> Any:
    return mp.log1p(2 * (m - 1) * mp.exp(-simplex_exponent(m, tau)))


@given(c=SEVERAL, n=COUNT, k=COUNT, tau=TAU)
@example(c=2, n=1, k=1, tau=1e-3)
@example(c=1e300, n=1e300, k=1e300, tau=1.0)
@example(c=2, n=7, k=1, tau=1.0277)  # log 7 against 2/tau: the terms cancel
def test_nscl_minimum(c: Number, n: Number, k: Number, tau: float) -> None:
    # The terms are rounded before they cancel: 1e-12 of the larger one is what is promised.
    size = float(c / ((c - 1) * tau))
    assert agrees(bounds.nscl_minimum(c, n, k, tau), exact(nscl, c, n, k, tau), size=size)
    single = exact(nscl, c, 1, k, tau)
    assert agrees(bounds.dcl_minimum(c, k, tau), single, size=size)


@given(c=SEVERAL, n=COUNT, tau=TAU)
@example(c=2, n=1 + 2**-52, tau=1.0)
@example(c=1e300, n=1e300, tau=1e-3)
def test_excess(c: Number, n: Number, tau: float) -> None:
    assert agrees(bounds.nscl_excess_at_dcl_minimum(c, n, tau), exact(excess, c, n, tau))


@given(c=SEVERAL, q=SEVERAL, tau=TAU)
@example(c=2, q=2, tau=1e-2)
@example(c=2, q=2, tau=1e-3)
@example(c=10**6, q=2, tau=1e-2)
@example(c=3, q=2 + 2**-51, tau=1e-2)
@example(c=1e300, q=1e300, tau=1e3)
def test_supcon_minimum(c: Number, q: Number, tau: float) -> None:
    with mp.workdps(1000):
        truth = supcon(mp.mpf(c), mp.mpf(q), mp.mpf(tau))
    assert agrees(bounds.supcon_minimum(c, q, tau), truth)


@pytest.mark.parametrize(
    ("calculator", "formula"),
    [(bounds.infonce_minimum, infonce), (bounds.ntxent_minimum, ntxent)],
)
@given(m=SEVERAL, tau=TAU)
@example(m=2, tau=1e-2)
@example(m=2, tau=1e-3)
@example(m=1e300, tau=1.0)
def test_pair_minima(
    calculator: Callable[..., Any], formula: Callable[..., Any], m: Number, tau: float
) -> None:
    assert agrees(calculator(m, tau), exact(formula, m, tau))


@given(first=COUNT, second=COUNT, k=COUNT, tau=TAU)
def test_nscl_minimum_two_classes(first: Number, second: Number, k: Number, tau: float) -> None:
    def formula(a: Any, b: Any, k: Any, tau: Any) -> Any:
        return (a * mp.log(k * b) + b * mp.log(k * a)) / (a + b) - 2 / tau

    got = bounds.nscl_minimum_two_classes([first, second], k, tau)
    assert agrees(got, exact(formula, first, second, k, tau), size=2 / tau)


def test_saboteur_the_oracle_sees_a_dropped_factor() -> None:
    assert not agrees(bounds.infonce_minimum(5, 1.0), exact(ntxent, 5, 1.0))
    shifted = bounds.nscl_minimum(2, 7, 1, 1.0277) + 1e-11
    assert not agrees(shifted, exact(nscl, 2, 7, 1, 1.0277), size=2 / 1.0277)


@given(m=SEVERAL, tau=TAU)
def test_ntxent_is_supcon_with_two_embeddings_per_class(m: Number, tau: float) -> None:
    supcon_value = bounds.supcon_minimum(m, 2, tau)
    np.testing.assert_allclose(bounds.ntxent_minimum(m, tau), supcon_value, rtol=2e-12)


@given(n=COUNT, k=COUNT, tau=TAU)
def test_two_equal_classes_are_balanced(n: Number, k: Number, tau: float) -> None:
    two, balanced = (
        bounds.nscl_minimum_two_classes([n, n], k, tau),
        bounds.nscl_minimum(2, n, k, tau),
    )
    assert abs(two - balanced) <= 2e-12 * (2 / tau + np.log(n) + np.log(k))


@given(c=SEVERAL, n=COUNT, tau=TAU)
def test_excess_is_below_its_limit_and_below_the_gap(c: Number, n: Number, tau: float) -> None:
    excess = bounds.nscl_excess_at_dcl_minimum(c, n, tau)
    assert 0 <= excess <= 1 / ((c - 1) * tau) * (1 + 1e-12)
    # 2.3: minimising DCL leaves NSCL within any proved bound on the gap.
    assert excess <= bounds.dcl_nscl_gap_etf(c, n, tau) * (1 + 1e-12)
    assert bounds.nscl_excess_at_dcl_minimum(c, 1, tau) == 0


@given(c=st.integers(2, 50), n=st.integers(1, 50), k=st.integers(1, 3), tau=TAU)
def test_excess_is_nscl_at_the_sample_simplex_less_its_minimum(
    c: int, n: int, k: int, tau: float
) -> None:
    total = c * n
    at_simplex = np.log(k * n * (c - 1)) - total / ((total - 1) * tau)
    difference = at_simplex - bounds.nscl_minimum(c, n, k, tau)
    excess = bounds.nscl_excess_at_dcl_minimum(c, n, tau)
    assert abs(difference - excess) <= 1e-14 * (2 / tau + np.log(total * k) + 1)


def nscl_loss(z: Any, labels: Any, tau: float) -> float:
    """NSCL for K = 1 as it is defined, written out."""
    similarity = z @ z.T / tau
    anchors = [
        -similarity[i, i] + np.log(np.exp(similarity[i, labels != labels[i]]).sum())
        for i in range(len(z))
    ]
    return float(np.mean(anchors))


def test_the_simplex_attains_the_minimum() -> None:
    corners = np.eye(4) - 0.25
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    labels = np.repeat(np.arange(4), 3)
    loss = nscl_loss(corners[labels], labels, 0.5)
    np.testing.assert_allclose(loss, bounds.nscl_minimum(4, 3, 1, 0.5), rtol=1e-14)


def test_the_antipodal_pair_attains_the_minimum_for_two_classes() -> None:
    labels = np.array([0, 1, 1, 1, 1, 1, 1, 1, 1])
    z = np.where(labels, 1.0, -1.0)[:, None]
    minimum = bounds.nscl_minimum_two_classes([1, 8], 1, 0.5)
    np.testing.assert_allclose(nscl_loss(z, labels, 0.5), minimum, rtol=1e-14)


def test_the_simplex_is_not_optimal_without_balance() -> None:
    labels = np.array([0, 1] + [2] * 8)
    corners = np.array([[1, 0], [-0.5, 3**0.5 / 2], [-0.5, -(3**0.5) / 2]])
    poles = np.array([[1, 0], [1, 0], [-1, 0]])
    at_simplex, at_poles = (nscl_loss(z[labels], labels, 1.0) for z in (corners, poles))
    assert abs(at_simplex + 0.506037) < 1e-6
    assert abs(at_poles + 0.898751) < 1e-6
    assert abs(at_simplex - at_poles - 0.392713) < 1e-6


def test_values_on_the_sheet() -> None:
    assert abs(bounds.nscl_minimum(4, 2, 1, 1.0) - 0.458426) < 5e-7
    assert abs(bounds.supcon_minimum(4, 3, 0.5) - 0.9652) < 5e-5
    free_feature_excess = bounds.nscl_excess_at_dcl_minimum([10, 100], 500, 1.0)
    np.testing.assert_allclose(free_feature_excess, [0.111, 0.0101], rtol=3e-3)


def test_broadcasts_and_extremes() -> None:
    rows, columns = np.full((3, 1), 10), np.ones(4)
    for result in (
        bounds.nscl_minimum(rows, 2, 2, columns),
        bounds.dcl_minimum(rows, 2, columns),
        bounds.nscl_excess_at_dcl_minimum(rows, 2, columns),
        bounds.supcon_minimum(rows, 2, columns),
        bounds.infonce_minimum(rows, columns),
        bounds.ntxent_minimum(rows, columns),
        bounds.nscl_minimum_two_classes(np.ones((3, 1, 2)), 1, columns),
    ):
        assert result.shape == (3, 4)
        assert result.dtype == np.float64
    assert bounds.nscl_minimum(3, 2, 1, 1e-320) == -np.inf
    assert bounds.infonce_minimum(3, 1e-320) == 0
    np.testing.assert_allclose(bounds.infonce_minimum(3, np.inf), np.log(3), rtol=1e-15)
