"""The loss-gap bounds against each other: order, identities, limits, monotonicity."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import bounds
from tests.bounds.oracle import COUNT, SEVERAL, TAU, Number

REL = 1e-12  # each side is promised to this


def ladder(c: Number, n: Number, tau: float) -> list[NDArray[np.float64]]:
    return [
        bounds.dcl_nscl_gap_constant(c, n),
        bounds.dcl_nscl_gap_etf(c, n, tau),
        bounds.dcl_nscl_gap_chord(c, n, tau),
        bounds.dcl_nscl_gap_anchor(1, 1, -1, -1, n - 1, n * (c - 1), tau).upper,
        bounds.dcl_nscl_gap_balanced(c, tau),
        bounds.dcl_nscl_gap_linear(c, 1, tau),
    ]


def in_order(rungs: list[NDArray[np.float64]]) -> bool:
    return all(low <= high * (1 + 4 * REL) for low, high in pairwise(rungs))


@given(c=SEVERAL, n=COUNT, tau=TAU)
def test_constant_etf_chord_by_class_balanced_linear(c: Number, n: Number, tau: float) -> None:
    assert in_order(ladder(c, n, tau))


def test_saboteur_the_order_sees_two_rungs_exchanged() -> None:
    rungs = ladder(10, 5, 1.0)
    rungs[1], rungs[2] = rungs[2], rungs[1]
    assert not in_order(rungs)


@given(c=st.integers(2, 40), n=st.integers(1, 500), tau=TAU)
def test_equal_sizes_make_by_class_a_single_term(c: int, n: int, tau: float) -> None:
    one = bounds.dcl_nscl_gap_anchor(1, 1, -1, -1, n - 1, n * (c - 1), tau).upper
    np.testing.assert_allclose(bounds.dcl_nscl_gap_by_class([n] * c, tau), one, rtol=2 * REL)
    balanced = bounds.dcl_nscl_gap_balanced(c, tau)
    np.testing.assert_allclose(bounds.dcl_nscl_gap(c * n, n, tau), balanced, rtol=2 * REL)


@given(sizes=st.lists(st.integers(1, 10**6), min_size=2, max_size=8), tau=TAU)
def test_by_class_is_below_theorem_1_without_the_anchor(sizes: list[int], tau: float) -> None:
    others = sum(sorted(sizes)[:-1])
    top = bounds.dcl_nscl_gap_anchor(1, 1, -1, -1, max(sizes) - 1, others, tau).upper
    by_class = bounds.dcl_nscl_gap_by_class(sizes, tau)
    assert by_class <= top * (1 + 4 * REL)
    assert top <= bounds.dcl_nscl_gap(sum(sizes), max(sizes), tau) * (1 + 4 * REL)


@given(n=COUNT, tau=TAU)
def test_two_classes_make_chord_and_etf_one(n: Number, tau: float) -> None:
    chord, etf = bounds.dcl_nscl_gap_chord(2, n, tau), bounds.dcl_nscl_gap_etf(2, n, tau)
    np.testing.assert_allclose(chord, etf, rtol=2 * REL)


@given(c=SEVERAL, n=COUNT, k=st.integers(2, 100), tau=TAU)
def test_coupled_bound_lies_between(c: Number, n: Number, k: int, tau: float) -> None:
    others = bounds.cl_nscl_gap_etf(c, n, k, tau)
    everything = bounds.cl_nscl_gap_etf(c, n, k, tau, own_views="all")
    above = bounds.dcl_nscl_gap_balanced(c, tau)
    below = bounds.dcl_nscl_gap_etf(c, n, tau)
    assert in_order([below, others, everything, above])


@given(c=SEVERAL, n=SEVERAL, tau=TAU)
def test_one_view_makes_the_coupled_loss_decoupled(c: Number, n: Number, tau: float) -> None:
    coupled, decoupled = bounds.cl_nscl_gap_etf(c, n, 1, tau), bounds.dcl_nscl_gap_etf(c, n, tau)
    np.testing.assert_allclose(coupled, decoupled, rtol=2 * REL)


def test_one_sample_per_class_leaves_no_gap() -> None:
    tau = np.array([1e-320, 1e-3, 1.0, 1e3, np.inf])
    assert not bounds.dcl_nscl_gap_etf(5, 1, tau).any()
    assert not bounds.dcl_nscl_gap_chord(5, 1, tau).any()
    assert not bounds.dcl_nscl_gap_by_class([1, 1, 1], tau).any()
    assert bounds.dcl_nscl_gap_constant(5, 1) == 0


def test_an_anchor_alone_in_its_class_has_no_gap_and_needs_no_similarities() -> None:
    gap = bounds.dcl_nscl_gap_anchor(
        [np.nan, 0.2], [np.inf, 0.3], 0.1, 0.2, [0, 4], 5, [[1.0], [1e-320]]
    )
    assert gap.lower.shape == gap.upper.shape == (2, 2)
    assert not gap.lower[:, 0].any()
    assert not gap.upper[:, 0].any()
    assert (gap.upper[:, 1] > 0).all()


@given(n_max=st.integers(1, 1000), n=st.integers(1001, 10**6), tau=TAU)
def test_more_data_never_loosens_the_bound(n_max: int, n: int, tau: float) -> None:
    larger = bounds.dcl_nscl_gap(n + 1, n_max, tau)
    assert larger <= bounds.dcl_nscl_gap(n, n_max, tau) * (1 + 4 * REL)


@given(c=SEVERAL, n=COUNT, tau=TAU)
def test_more_classes_and_higher_temperature_close_the_gap(
    c: Number, n: Number, tau: float
) -> None:
    here = ladder(c, n, tau)
    for moved in (ladder(2 * c, n, tau), ladder(c, n, 2 * tau)):
        assert all(m <= h * (1 + 4 * REL) for m, h in zip(moved, here, strict=True))


def test_rate_is_one_over_c_not_exponential() -> None:
    c = np.array([1e4, 1e6])
    np.testing.assert_allclose(c * bounds.dcl_nscl_gap_balanced(c), np.exp(2), rtol=1e-3)
    np.testing.assert_allclose(c * bounds.dcl_nscl_gap_etf(c, 1e9), np.e, rtol=1e-3)
    np.testing.assert_allclose(c * bounds.dcl_nscl_gap_constant(c, 1e9), 1, rtol=1e-3)
    np.testing.assert_allclose(
        c * bounds.dcl_nscl_gap_chord(c, 1e9), (1 + np.exp(2)) / 2, rtol=1e-3
    )


def test_cold_bounds_are_finite_and_the_linear_one_is_silently_infinite() -> None:
    assert bounds.dcl_nscl_gap_linear(10, 3, 1e-3) == np.inf
    np.testing.assert_allclose(bounds.dcl_nscl_gap(10, 3, 1e-3), 2000 + np.log(3 / 7), rtol=1e-15)
    assert bounds.dcl_nscl_gap(10, 3, 1e-320) == np.inf
    np.testing.assert_allclose(bounds.dcl_nscl_gap(10, 3, np.inf), np.log(10 / 7), rtol=1e-15)


def test_broadcasts() -> None:
    rows, columns = np.full((3, 1), 100), np.ones(4)
    assert bounds.dcl_nscl_gap(rows, 10, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_linear(rows, 10, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_balanced(rows, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_chord(rows, 10, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_etf(rows, 10, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_constant(rows, 2 * columns).shape == (3, 4)
    assert bounds.cl_nscl_gap_etf(rows, 10, 2, columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap_by_class(np.ones((3, 1, 7)), columns).shape == (3, 4)
    assert bounds.dcl_nscl_gap(100, 10).dtype == np.float64
    assert bounds.dcl_nscl_gap(np.float32(100), np.int8(10), np.float32(0.5)).dtype == np.float64
