"""Gaussian classes: the bound from fourth moments, and the exactly solvable counterexample."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import integrate, stats

import bounds
from tests.bounds.oracle import agrees


def random_classes(seed: int, c: int = 3, d: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    roots = 0.3 * rng.normal(size=(c, d, d))
    return rng.normal(size=(c, d)), roots @ roots.transpose(0, 2, 1) + 0.02 * np.eye(d)


def naive(means: Any, covs: Any, m: float) -> Any:
    """4.2(c) pair by pair in fifty digits."""
    with mp.workdps(50):
        mu = [mp.matrix(row) for row in means.tolist()]
        sigma = [mp.matrix(block) for block in covs.tolist()]

        def trace(a: Any) -> Any:
            return mp.fsum(a[k, k] for k in range(a.rows))

        total = mp.mpf(0)
        for i in range(len(mu)):
            row = mp.mpf(0)
            for j in range(len(mu)):
                if i == j:
                    continue
                v = mu[i] - mu[j]
                d2 = (v.T * v)[0]
                margin = 1 + (trace(sigma[j]) - trace(sigma[i])) / d2 / m
                along = (v.T * sigma[i] * v)[0] + (v.T * sigma[j] * v)[0] / m
                own, last = trace(sigma[i] * sigma[i]), trace(sigma[j] * sigma[j])
                w = 4 * along + 4 * (own + trace(sigma[i] * sigma[j])) / m
                w = (w + 2 * (own + last) / mp.mpf(m) ** 2) / d2**2
                row += w / (w + margin**2) if margin > 0 else 1
            total += min(row, mp.mpf(1))
        return total / len(mu)


@given(seed=st.integers(0, 2**32 - 1), m=st.floats(0, 5).map(lambda x: 10.0**x))
def test_gaussian_has_twelve_digits(seed: int, m: float) -> None:
    means, covs = random_classes(seed)
    truth = naive(means, covs, m)
    assert agrees(bounds.few_shot_error_gaussian(means, covs, m), truth)
    shifted = bounds.few_shot_error_gaussian(1e-3 * means, 1e-6 * covs, m)
    assert agrees(shifted, naive(1e-3 * means, 1e-6 * covs, m))


def test_saboteur_the_oracle_sees_a_dropped_term() -> None:
    means, covs = random_classes(3)
    got = bounds.few_shot_error_gaussian(means, covs * (1 + 1e-10), 30)
    assert not agrees(got, naive(means, covs, 30))


@given(seed=st.integers(0, 2**32 - 1), m=st.integers(1, 50))
def test_mean_and_variance_are_those_of_the_quadratic_form(seed: int, m: int) -> None:
    """T = z'Qz + l'z + D^2 in z = (xi, delta_i, delta_j): its moments are known exactly."""
    means, covs = random_classes(seed, c=2)
    d = means.shape[1]
    eye, zero = np.eye(d), np.zeros((d, d))
    q = np.block([[zero, eye, -eye], [eye, -eye, zero], [-eye, zero, eye]])
    errors = []
    for i, j in ((0, 1), (1, 0)):
        v = means[i] - means[j]
        linear = np.concatenate([2 * v, 0 * v, -2 * v])
        blocks = [covs[i], covs[i] / m, covs[j] / m]
        z_cov = np.zeros((3 * d, 3 * d))
        for k, block in enumerate(blocks):
            z_cov[k * d : (k + 1) * d, k * d : (k + 1) * d] = block
        mean = np.trace(q @ z_cov) + v @ v
        variance = 2 * np.trace(q @ z_cov @ q @ z_cov) + linear @ z_cov @ linear
        errors.append(variance / (variance + mean**2) if mean > 0 else 1.0)
    got = bounds.few_shot_error_gaussian(means, covs, m)
    np.testing.assert_allclose(got, np.mean(errors), rtol=1e-11)


def axis_aligned(c: int, d: int, par: float, orth: float) -> tuple[Any, Any]:
    cov = np.diag([par**2] * c + [orth**2] * (d - c))
    return np.eye(c, d), np.stack([cov] * c)


TABLE = [  # C, d, par, orth, V, V~, optimal, (b) exact, (b), (c), m = 1, 10, 100
    (2, 10, 0.2, 0.2, 0.2, 0.02, (6.03, 1.286, 0.555), (0.832, 0.220, 0.111),
     (1, 0.255, 0.114), (0.172, 0.0837, 0.0750)),
    (2, 50, 0.15, 0.25, 1.522, 0.0112, (22.0, 3.58, 1.24), (1, 0.561, 0.141),
     (1, 1, 0.340), (0.396, 0.0818, 0.0469)),
    (5, 60, 0.12, 0.2, 1.136, 0.0072, (68, 11.0, 3.75), (1, 1, 0.387),
     (1, 1, 0.910), (0.98, 0.192, 0.120)),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_table_of_section_7(row: tuple[Any, ...]) -> None:
    c, d, par, orth, v, vt, optimal, exact_pairs, pairs, fourth = row
    means, covs = axis_aligned(c, d, par, orth)
    m = [1, 10, 100]
    squared = 2.0
    cdnv = np.trace(covs[0]) / squared
    directional = par**2 / squared
    np.testing.assert_allclose([cdnv, directional], [v, vt], atol=6e-4)
    best = bounds.few_shot_error_optimal(directional, cdnv, cdnv**0.5, m, c)
    np.testing.assert_allclose(best.value, optimal, rtol=6e-3)
    full = np.ones((c, c))
    q = np.trace(covs[0] @ covs[0]) / squared**2 * full
    got = bounds.few_shot_error_by_pair(directional * full, cdnv * full, m, cross=(q, q))
    np.testing.assert_allclose(got, exact_pairs, atol=6e-4)
    got = bounds.few_shot_error_by_pair(directional * full, cdnv * full, m)
    np.testing.assert_allclose(got, pairs, atol=6e-4)
    got = bounds.few_shot_error_gaussian(means, covs, m)
    np.testing.assert_allclose(got, fourth, atol=6e-4)


def test_a_margin_below_zero_gives_one() -> None:
    covs = np.stack([100 * np.eye(2), 0.01 * np.eye(2)])
    first, second = bounds.few_shot_error_gaussian(np.eye(2), covs, 1), 0.5
    assert second < first <= 1
    assert bounds.few_shot_error_gaussian(np.eye(2), 0 * covs, 1) == 0
    assert bounds.few_shot_error_gaussian(np.eye(2), covs, [[1, 2]]).shape == (1, 2)


def test_invariant_to_shift_rotation_and_scale() -> None:
    means, covs = random_classes(5)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    here = bounds.few_shot_error_gaussian(means, covs, 20)
    for scale in (1.0, 2.0**-300, 2.0**300):
        moved = scale * (means @ turn.T + 0.25), scale * (scale * (turn @ covs @ turn.T))
        got = bounds.few_shot_error_gaussian(*moved, 20)
        np.testing.assert_allclose(got, here, rtol=1e-12)


@given(v=st.floats(-3.2, 6), m=st.floats(0, 6))
@example(v=2.0, m=4.0)
@example(v=-3.2, m=0.0)
def test_orthogonal_noise_has_twelve_digits(v: float, m: float) -> None:
    v, m = 10.0**v, 10.0**m
    with mp.workdps(25):
        x = 1 / mp.sqrt((2 * mp.mpf(v) / m) * (4 * mp.mpf(v) + 2 * mp.mpf(v) / m))
        assume(x < 745)
        w = 1 / mp.sqrt(1 + x)  # the width of the peak at u = 0
        nodes = [w * k for k in (0, 2, 4, 7, 11, 20, 45, 110)]
        peak = mp.quad(lambda u: mp.exp(-2 * x * mp.sinh(u / 2) ** 2) / mp.cosh(u), nodes)
        truth = mp.exp(-x) * peak / mp.pi
    assert agrees(bounds.orthogonal_noise_error(v, m), truth)


@pytest.mark.parametrize(("v", "m"), [(0.05, 1), (1, 1), (100, 10**4)])
def test_orthogonal_noise_is_the_bessel_integral_and_the_probability(v: float, m: float) -> None:
    k = ((2 * v / m) * (4 * v + 2 * v / m)) ** 0.5
    got = bounds.orthogonal_noise_error(v, m)
    bessel = mp.quad(lambda x: mp.besselk(0, x), [1 / k, 1 / k + 1, 1 / k + 5, mp.inf]) / mp.pi
    assert abs(got / float(bessel) - 1) < 1e-9
    # P(1 + p q <= 0) for independent p ~ N(0, 2V/m), q ~ N(0, 4V + 2V/m)
    probability = integrate.quad(
        lambda z: 2 * stats.norm.pdf(z) * stats.norm.sf(1 / (k * z)), 0, np.inf, epsabs=1e-13
    )[0]
    assert abs(got - probability) < 1e-9


def test_orthogonal_noise_refutes_the_earlier_form() -> None:
    got = bounds.orthogonal_noise_error([100, 300], [1e4, 9e4])
    assert abs(got[0] - 0.254473786995) < 1e-12
    assert abs(got[1] - 0.254471) < 1e-6
    m, v = np.array([1e4, 9e4]), np.array([100, 300])
    earlier = 2**1.5 * (4 + 2**2.5 / m) * v / m
    np.testing.assert_allclose(earlier, [0.113153085, 0.0377130], rtol=1e-5)
    assert (got > 2 * earlier).all()
    proposition = bounds.few_shot_error_optimal(0, 100, 10, 1e4, 2)
    np.testing.assert_allclose([proposition.value, proposition.a], [2.7625, 5], rtol=1e-12)


def test_orthogonal_noise_at_its_ends() -> None:
    got = bounds.orthogonal_noise_error([0, 1e-300, 1e300], [1, 1e300, 1])
    np.testing.assert_allclose(got, [0, 0, 0.5], rtol=1e-12)
    assert bounds.orthogonal_noise_error(np.ones((3, 1)), np.ones(4)).shape == (3, 4)
