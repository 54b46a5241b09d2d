"""The calculators of alignment against fifty digits, worked values and the paper's own scale."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bounds
from bounds.alignment import _scaled
from tests.bounds.oracle import TAU, Number, agrees, exact

STEP_SUM = st.one_of(st.integers(1, 10**6), st.floats(-12.0, 6.0).map(lambda x: 10.0**x))
SIZE = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))
GAP = st.floats(-300.0, 300.0).map(lambda x: 10.0**x)
COUNT = st.one_of(st.integers(0, 10**6), st.floats(0.0, 1e6))


def theorem_1(s: Any, b: Any, tau: Any, gap: Any) -> Any:
    return mp.exp(s / (2 * tau**2 * b)) * s * gap / (tau * mp.sqrt(b))


def parameters(s: Any, beta: Any, norm: Any, tau: Any, gap: Any) -> Any:
    return norm * gap / (beta * tau) * mp.expm1(beta * s) if beta else norm * gap * s / tau


def log_parameters(s: Any, beta: Any, norm: Any, tau: Any, gap: Any) -> Any:
    """Where x is below 1e-12 the fifty digits of (e^x - 1)/x would lose those of its logarithm."""
    x = beta * s
    growth = mp.log(mp.expm1(x) / x) if x > 1e-12 else x / 2 + x**2 / 24
    return growth + mp.log(s) + mp.log(norm) - mp.log(tau) + mp.log(gap)


def gronwall(s: Any, b: Any, tau: Any, gap: Any) -> Any:
    return parameters(s, 1 / (2 * tau**2 * b), 1 / mp.sqrt(b), tau, gap)


def nonexpansive(s: Any, b: Any, tau: Any, gap: Any) -> Any:
    return gap * s / (tau * mp.sqrt(b))


def delta_gap(u: Any, room: Any, tau: Any) -> Any:
    return 2 * mp.exp(2 / tau) * u / room


def mass(n_same: Any, n_different: Any, tau: Any) -> Any:
    return n_same * mp.exp(2 / tau) / (n_same * mp.exp(2 / tau) + n_different)


DRIFTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any] | None]] = {
    "Theorem 1": (bounds.similarity_drift, theorem_1, bounds.log_similarity_drift),
    "Gronwall": (bounds.similarity_drift_gronwall, gronwall, bounds.log_similarity_drift_gronwall),
    "non-expansive": (bounds.similarity_drift_nonexpansive, nonexpansive, None),
}


@pytest.mark.parametrize("name", DRIFTS)
@given(s=STEP_SUM, b=SIZE, tau=TAU, gap=GAP)
@example(s=2**40, b=2**40, tau=1e-3, gap=1.0)
@example(s=1e-300, b=1e300, tau=1e-200, gap=1e300)
@example(s=1e300, b=1e300, tau=1e-3, gap=1e-300)
@example(s=1e-300, b=1.0, tau=1e3, gap=1e300)
@example(s=1e6, b=1.0, tau=21.0, gap=1e-300)
@example(s=1.99, b=1.0, tau=1.0, gap=1.0)
def test_drifts_have_twelve_digits(name: str, s: Number, b: Number, tau: float, gap: float) -> None:
    calculator, formula, logarithm = DRIFTS[name]
    truth = exact(formula, s, b, tau, gap)
    assert agrees(calculator(s, b, tau, gap), truth)
    if logarithm is not None:
        terms = (s, b, tau, gap, mp.exp(mp.mpf(s) / tau / tau / b / 2))
        size = max(abs(mp.log(term)) for term in terms)
        with mp.workdps(50):
            assert agrees(logarithm(s, b, tau, gap), mp.log(truth), size=size)


@given(s=STEP_SUM, beta=st.one_of(st.just(0), GAP), norm=GAP, tau=TAU, gap=GAP)
@example(s=5.0, beta=0, norm=1.0, tau=1.0, gap=1.0)
@example(s=1.0, beta=1e-17, norm=1.0, tau=1.0, gap=1.0)
@example(s=1, beta=1e-39, norm=1.0, tau=1.0, gap=1.0)
@example(s=1.0, beta=0.999, norm=1.0, tau=1.0, gap=1.0)
@example(s=1e-200, beta=1e-200, norm=1e200, tau=1.0, gap=1.0)
@example(s=1.0, beta=710.0, norm=1e-300, tau=1.0, gap=1.0)
def test_parameter_drift_has_twelve_digits(
    s: Number, beta: float, norm: float, tau: float, gap: float
) -> None:
    truth = exact(parameters, s, beta, norm, tau, gap)
    exponent = float(beta) * s
    # The exponent is rounded once, and its error is what the exponential multiplies.
    assert agrees(bounds.parameter_drift(s, beta, norm, tau, gap), truth)
    size = max(exponent, *(abs(float(mp.log(x))) for x in (s, norm, tau, gap)))
    if np.isfinite(exponent):
        got = bounds.log_parameter_drift(s, beta, norm, tau, gap)
        assert agrees(got, exact(log_parameters, s, beta, norm, tau, gap), size=size)


@given(s=STEP_SUM, b=SIZE, tau=TAU, gap=GAP)
def test_gronwall_is_parameter_drift_in_the_space_of_similarities(
    s: Number, b: Number, tau: float, gap: float
) -> None:
    smoothness = 1.0 / (2.0 * tau * tau * b)
    got = bounds.parameter_drift(s, smoothness, 1.0 / np.sqrt(b), tau, gap)
    want = bounds.similarity_drift_gronwall(s, b, tau, gap)
    # e^x turns the few roundings of x = beta S, at most 1400 where e^x gap is finite, into x eps.
    assert got == want or abs(got / want - 1.0) <= 1e-12


@given(prior=st.floats(1e-6, 1.0), epsilon=st.floats(0.0, 1.0), tau=TAU)
@example(prior=0.5, epsilon=0.5 - 2**-53, tau=1.0)
@example(prior=0.1, epsilon=0.9 - 2**-52, tau=1e-3)
@example(prior=1e-300, epsilon=0.0, tau=1e3)
@example(prior=1e-300, epsilon=0.0, tau=2e-3)
def test_gradient_gap_has_twelve_digits(prior: float, epsilon: float, tau: float) -> None:
    value, logarithm = (
        f(prior, epsilon, tau) for f in (bounds.gradient_gap, bounds.log_gradient_gap)
    )
    if prior + epsilon >= 1:
        assert value == logarithm == np.inf
        return
    with mp.workdps(50):
        u = mp.mpf(prior) + mp.mpf(epsilon)
        truth = delta_gap(u, 1 - u, mp.mpf(tau))
        assert agrees(value, truth)
        size = max(2 / mp.mpf(tau), -mp.log(u), -mp.log(1 - u))
        assert agrees(logarithm, mp.log(truth), size=size)


@given(n_same=COUNT, n_different=COUNT, tau=TAU)
@example(n_same=1e-300, n_different=1e300, tau=1e-3)
@example(n_same=1, n_different=10**6, tau=1e-3)
@example(n_same=1e-300, n_different=1.0, tau=1e3)
def test_mass_has_twelve_digits(n_same: Number, n_different: Number, tau: float) -> None:
    if n_same + n_different > 0:
        got = bounds.same_class_mass(n_same, n_different, tau)
        assert agrees(got, exact(mass, n_same, n_different, tau) if n_same else 0)


def concentration(n: Any, tau: Any) -> Any:
    """The printed maximum: at the stationary share of entries, or at one entry."""
    x = mp.exp(2 / tau)
    share = max(1 / (1 + x), 1 / n)
    return (1 + share * (x**2 - 1)) / (1 + share * (x - 1)) ** 2 / n


def distance(n_same: Any, n_different: Any, tau: Any) -> Any:
    both = concentration(n_same, tau) + concentration(n_different, tau)
    return mass(n_same, n_different, tau) * mp.sqrt(both)


REAL_COUNT = st.one_of(st.integers(1, 10**6), st.floats(1.0, 1e6))


@given(n_same=REAL_COUNT, n_different=REAL_COUNT, tau=TAU)
@example(n_same=1, n_different=1, tau=1e-3)
@example(n_same=2**40, n_different=2**40, tau=1e-3)
@example(n_same=1e308, n_different=1e308, tau=1e3)
def test_reweighting_distance_has_twelve_digits(
    n_same: Number, n_different: Number, tau: float
) -> None:
    got = bounds.reweighting_distance(n_same, n_different, tau)
    assert agrees(got, exact(distance, n_same, n_different, tau))


@pytest.mark.parametrize("tau", [0.2, 0.7, 1.0, 3.0, 50.0])
@pytest.mark.parametrize("n", [1, 2, 3, 9, 40])
def test_no_softmax_is_more_concentrated(n: int, tau: float) -> None:
    """Over all vertices exactly, over the inside by drawing; whole counts come within a percent."""
    kappa = bounds.same_class_mass(1, n, tau)
    bound = (bounds.reweighting_distance(1, n, tau) / kappa) ** 2 - 1
    x, a = np.exp(2 / tau), np.arange(1, n + 1)
    best = ((a * x**2 + n - a) / (a * x + n - a) ** 2).max()
    assert best <= bound * (1 + 1e-12)
    assert best >= 0.9 * bound
    s = np.random.default_rng(0).uniform(-1, 1, (2000, n))
    weights = np.exp(s / tau) / np.exp(s / tau).sum(axis=1, keepdims=True)
    assert (weights**2).sum(axis=1).max() <= bound * (1 + 1e-12)


def test_the_largest_class_need_not_have_the_largest_distance() -> None:
    """As one-step.md says of a batch of 1001."""
    few, many = bounds.reweighting_distance([33, 481], [967, 519], 0.5)
    assert (round(few, 3), round(many, 3)) == (0.420, 0.233)


@given(n_same=st.integers(0, 10**6), n_different=st.integers(1, 10**6), tau=TAU)
def test_reweighting_distance_is_below_both_older_forms(
    n_same: int, n_different: int, tau: float
) -> None:
    got = bounds.reweighting_distance(n_same, n_different, tau)
    share = n_same / (n_same + n_different)
    half = bounds.gradient_gap(share, 0, tau) / 2 if n_same else 0.0
    kappa = bounds.same_class_mass(n_same, n_different, tau)
    assert got <= min(np.sqrt(2) * kappa, half) * (1 + 1e-11)


@given(
    b=SIZE,
    steps=st.one_of(st.integers(1, 10**12), st.floats(1.0, 1e12)),
    delta=st.floats(-300.0, -1e-9).map(lambda x: 10.0**x),
)
@example(b=1, steps=1, delta=1 - 2**-53)
@example(b=2**40, steps=2**40, delta=1e-300)
def test_deviation_has_twelve_digits(b: Number, steps: Number, delta: float) -> None:
    truth = exact(lambda b, t, d: mp.sqrt(mp.log(t * b / d) / (2 * b)), b, steps, delta)
    assert agrees(bounds.composition_deviation(b, steps, delta), truth)


@given(s=STEP_SUM, n=SIZE, tau=TAU, kappa=st.floats(0.0, 1.0))
def test_rowwise_has_twelve_digits(s: Number, n: Number, tau: float, kappa: float) -> None:
    truth = exact(lambda s, n, tau, k: mp.sqrt(2) * k * s / (tau * mp.sqrt(n)), s, n, tau, kappa)
    assert agrees(bounds.similarity_drift_rowwise(s, n, tau, kappa), truth)


@given(rows=st.lists(st.one_of(st.just(0.0), GAP), min_size=1, max_size=8), b=SIZE, tau=TAU)
@example(rows=[1e300, 1e300], b=1e6, tau=1e3)
@example(rows=[1e-300, 0.0], b=1, tau=1e-3)
def test_row_sum_has_twelve_digits(rows: list[float], b: Number, tau: float) -> None:
    truth = exact(
        lambda b, tau, *r: mp.sqrt(2) / (tau * b) * mp.sqrt(mp.fsum(x * x for x in r)),
        b,
        tau,
        *rows,
    )
    assert agrees(bounds.similarity_drift_by_row(rows, b, tau), truth)


@given(x=st.one_of(st.floats(0.0, 2.0), GAP))
@example(x=1 - 2**-53)
@example(x=1.0)
@example(x=1 + 2**-52)
@example(x=1e-200)
def test_floors_have_twelve_digits(x: float) -> None:
    printed = exact(lambda x: (1 - x) / (1 + x), x)
    sharp = exact(lambda x: mp.sqrt(1 - x * x), x) if x <= 1 else None
    assert agrees(bounds.cka_floor(x), printed)
    assert agrees(bounds.rsa_floor(x), -1 if sharp is None else printed)
    assert agrees(bounds.cka_floor_sharp(x), 0 if sharp is None else sharp)
    assert agrees(bounds.rsa_floor_sharp(x), -1 if sharp is None else sharp)


def test_worked_values() -> None:
    epsilon = bounds.composition_deviation(1024, 1000, 0.05)
    gap = bounds.gradient_gap(0.01, epsilon, 1)
    run = (100, 1024, 1, gap)
    got = (
        epsilon,
        gap,
        bounds.similarity_drift(*run),
        bounds.similarity_drift_nonexpansive(*run),
        bounds.same_class_mass(1, 3, 0.5),
        2 / 3 * bounds.same_class_mass(1, 1, 1),
        bounds.cka_floor(0.1),
        bounds.cka_floor_sharp(0.1),
        # f(w) = -beta w^2/2 - g w against -beta w^2/2, for ever smaller steps.
        bounds.parameter_drift(5, 2, 0.3, 1, 1),
    )
    worked = (
        (0.0906652910384654, 16),
        (1.65415940313767, 14),
        (5.42791658585651, 14),
        (5.16924813480522, 14),
        (0.947914993827516, 15),
        (0.587198, 6),
        (0.81818, 5),
        (0.99499, 5),
        (0.15 * float(np.expm1(10.0)), 15),
    )
    for value, (want, digits) in zip(got, worked, strict=True):
        assert value == pytest.approx(want, abs=0.51 * 10.0**-digits, rel=1e-15)


# tau, Delta, log10 of Theorem 1, then as printed: non-expansive with Delta and with sqrt(2) kappa
# (in brackets at k* = 32), row by row (likewise).
SCALE = """
1   1.846  10.79 2035   748     300     107  43
.5  13.64  34.40 3.0e4  2720    1990    389  285
.1  1.21e8 760.3 1.3e12 1.56e4  1.56e4  2231 2231
"""


def test_the_scale_of_the_paper() -> None:
    size, steps, total = 1024, 58800, 35280
    epsilon = bounds.composition_deviation(size, steps, 0.05)
    u = 0.01 + epsilon
    k = bounds.composition_quantile(size, steps, 0.05, 0.01)
    assert k == 32
    for line in SCALE.strip().splitlines():
        tau, *printed = line.split()
        at = float(tau)
        gap = bounds.gradient_gap(0.01, epsilon, at)
        kappa = bounds.same_class_mass([u, k], [1 - u, size - 1 - k], at)
        log_1 = bounds.log_similarity_drift(total, size, at, 1) + bounds.log_gradient_gap(
            0.01, epsilon, at
        )
        got = [
            gap,
            log_1 / np.log(10),
            bounds.similarity_drift_nonexpansive(total, size, at, gap),
            *bounds.similarity_drift_nonexpansive(total, size, at, np.sqrt(2) * kappa),
            *bounds.similarity_drift_rowwise(total, 50000, at, kappa),
        ]
        for value, text in zip(got, printed, strict=True):
            digits = len(text.split("e")[0].replace(".", ""))
            assert float(f"{float(value):.{digits - 1}e}") == float(text), (tau, text)
        # Certified CKA at ||K||_F = 0.2 N.
    floors = bounds.cka_floor_sharp(np.array([107.097, 389.194, 2231.303]) / (0.2 * 50000))
    assert (floors >= [0.9999, 0.999, 0.974]).all()


def test_shares_of_the_one_over_c_reading() -> None:
    size, steps, classes = 1024, 1e5, np.array([10, 100, 1000, 10**4])
    epsilon = bounds.composition_deviation(size, steps, 0.05)
    share = bounds.gradient_gap(1 / classes, epsilon, 1.0) / 2 / np.exp(2.0)
    np.testing.assert_allclose(share, [0.2536, 0.1265, 0.1152, 0.1141], atol=5.1e-5)
    k = bounds.composition_quantile(size, steps, 0.05, 1 / classes)
    np.testing.assert_allclose(k / (size - 1 - k), [0.1799, 0.0323, 0.0109, 0.0049], atol=5.1e-5)


def test_saboteur_a_dropped_factor_in_the_exponent_is_seen() -> None:
    without_two = float(bounds.similarity_drift(200, 1024, 1, 1) / 2)  # e^(S / (tau^2 B))
    assert not agrees(without_two, exact(theorem_1, 100, 1024, 1, 1))
    assert not agrees(
        bounds.similarity_drift(100, 1024, 1, 1) * (1 + 3e-12), exact(theorem_1, 100, 1024, 1, 1)
    )


def test_saboteur_a_changed_calculator_fails_the_property(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bounds.alignment.drift._smoothness_times",
        lambda s, b, tau: _scaled.quotient([s], [tau, tau, b]),
    )
    with pytest.raises((AssertionError, ExceptionGroup)):
        test_drifts_have_twelve_digits(name="Theorem 1")
