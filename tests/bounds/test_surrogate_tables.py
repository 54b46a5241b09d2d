"""The surrogate bounds at the values of the published figures and of worked examples."""

from typing import Any

import numpy as np
import pytest

import bounds

SKEWED = [0.7, 0.2, 0.1]
VERY_SKEWED = [0.9, 0.07, 0.03]


@pytest.mark.parametrize(
    ("got", "worked"),
    [
        (bounds.surrogate_upper(10, 32), -0.2955891488396264890),
        (bounds.surrogate_lower(10, 32), -2.0922557881052426139),
        (bounds.surrogate_upper_sharp(10, 32), -0.7601416379894073644),
        (bounds.surrogate_lower_sharp(10, 32), -1.6505196263612497423),
        (bounds.surrogate_upper(SKEWED, 5), 1.0986733819294410033),
        (bounds.surrogate_lower(SKEWED, 5), -2.0398241344447266925),
        (bounds.contrastive_floor(10, 32), 2.0753361154103308075),
        (bounds.contrastive_floor_etf(10, 32), 2.6125837345332612662),
        (bounds.surrogate_upper(VERY_SKEWED, 1), 2.959425722644448),
        (bounds.surrogate_upper_vertex(VERY_SKEWED, 1) + np.log(2), 2.558623675679513),
        (bounds.surrogate_upper_intercept(10, 32, 0.8), -1.1939224684724346),
        (bounds.surrogate_upper_intercept(2, 32, np.sqrt(2)), -2.8033603809065350),
        (bounds.surrogate_upper_unit(10, 32), -1.1757406502906165),
        (bounds.surrogate_upper_unit(100, 1), 3.9551036402433898),
        (bounds.surrogate_upper_unit(10, 2), 1.4999728043259361),
        (bounds.surrogate_upper_unit(10, 4), 0.8131471805599453),
        (bounds.surrogate_upper_unit(2, 32), -2.8033603809065350),
    ],
)
def test_worked_values(got: Any, worked: float) -> None:
    assert abs(got / worked - 1) < 5e-15


@pytest.mark.parametrize(
    ("prior", "a", "box"),
    [([0.98, 0.01, 0.01], 0.5, 0.5714447139320511), (VERY_SKEWED, 1.0, 0.43954476622188454)],
)
def test_worked_values_of_the_box(prior: list[float], a: float, box: float) -> None:
    got = bounds.surrogate_lower_box(prior, 3, np.sqrt(a)) + np.log(4)
    assert abs(got + np.log(np.cosh(a) + np.sinh(a) / 4) - box) < 2e-15


def test_least_risks_of_the_published_figure() -> None:
    published = [0.7966138010, 2.0322750989, 2.6671027154]
    np.testing.assert_allclose(bounds.supervised_floor([10, 50, 100]), published, rtol=1e-10)
    np.testing.assert_allclose(
        bounds.supervised_floor_etf([50, 100]), [2.9264862436, 3.6123773059], rtol=1e-10
    )


# Columns C, K, upper, lower, contrastive floor, its attained value.
FIGURE_3 = np.array([
    [50, 1, 4.7795847, 1.6581670, .13825239, .31552057],
    [50, 10, 2.4769996, .55125589, .91710451, 1.5527747],
    [50, 50, .86756166, -.90716692, 2.1507292, 2.9781762],
    [50, 99, .18446482, -1.5707592, 2.7767313, 3.6360137],
    [100, 1, 5.4727318, 2.3513142, .13259020, .31438104],
    [100, 10, 3.1701468, 1.2444031, .88679974, 1.5478787],
    [100, 50, 1.5607088, -.21401973, 2.1014299, 2.9715419],
    [100, 99, .87761200, -.87761200, 2.7233306, 3.6290842],
])  # fmt: skip


def test_band_of_the_published_figure() -> None:
    classes, negatives, upper, lower, floor, attained = FIGURE_3.T
    for row, c in enumerate(classes):
        k = negatives[row]
        np.testing.assert_allclose(bounds.surrogate_upper(c, k), upper[row], rtol=5e-8)
        np.testing.assert_allclose(bounds.surrogate_lower(c, k), lower[row], rtol=5e-8)
    np.testing.assert_allclose(bounds.contrastive_floor(classes, negatives), floor, rtol=5e-8)
    np.testing.assert_allclose(
        bounds.contrastive_floor_etf(classes, negatives), attained, rtol=5e-8
    )


# Columns K, least contrastive risk, published and sharp bound at it; ten classes.
FIGURE_4 = np.array([
    [1, .18354993, 3.3536967, 2.2267687],
    [4, .6027412, 2.3865936, 1.7296692],
    [9, 1.0659393, 2.0388615, 1.4997202],
    [11, 1.2058327, 1.9780842, 1.4572920],
    [16, 1.4897028, 1.8872609, 1.3928554],
    [24, 1.8243924, 1.8164853, 1.3418825],
    [32, 2.0753361, 1.7797470, 1.3151945],
    [64, 2.7116924, 1.7229561, 1.2736711],
    [99, 3.1273733, 1.7024002, 1.2585690],
])  # fmt: skip


def test_bounds_at_the_least_contrastive_risk() -> None:
    negatives, floor, published, sharp = FIGURE_4.T
    least = bounds.contrastive_floor(10, negatives)
    np.testing.assert_allclose(least, floor, rtol=5e-8)
    np.testing.assert_allclose(least + bounds.surrogate_upper(10, negatives), published, rtol=5e-8)
    np.testing.assert_allclose(
        least + bounds.surrogate_upper_sharp(10, negatives), sharp, rtol=5e-8
    )


def test_published_bound_falls_over_the_figure() -> None:
    negatives = np.arange(1, 100)
    values = bounds.contrastive_floor(10, negatives) + bounds.surrogate_upper(10, negatives)
    assert values.argmin() == 98
    np.testing.assert_allclose(values.min(), 1.7024, rtol=2e-5)


# C or prior, K, L^2, largest gap found, upper: published, sharp, vertex, prior-free;
# least gap found, lower: published, sharp.
SEARCHED: list[tuple[Any, int, float, tuple[float, ...], tuple[float, ...]]] = [
    (2, 1, 1.0, (0.0, 1.56071, .43378, .43378, .54964), (-.28311, -1.56071, -.75644)),
    (4, 4, 1.0, (-.22314, .86756, .21064, .23132, .32650), (-.58588, -1.31385, -.79870)),
    (4, 4096, 1.0, (-6.93172, -6.06391, -6.49794, -6.47726, -6.38208),
     (-7.36543, -7.79952, -7.36568)),
    (4, 4, 0.25, (-.22314, .06186, -.19221, -.19221, -.13827), (-.27402, -.50815, -.30190)),
    (VERY_SKEWED, 2, 1.0, (.12191, 2.26628, np.nan, 1.46001, .54964),
     (-.66866, -1.98547, -1.37245)),
]  # fmt: skip


@pytest.mark.parametrize(("prior", "k", "a", "upper", "lower"), SEARCHED)
def test_bounds_beside_the_extremes_that_a_search_found(
    prior: Any, k: int, a: float, upper: tuple[float, ...], lower: tuple[float, ...]
) -> None:
    norm, n_classes = np.sqrt(a), prior if np.ndim(prior) == 0 else len(prior)
    largest, published, sharp, vertex, prior_free = upper
    np.testing.assert_allclose(bounds.surrogate_upper(prior, k, norm), published, atol=6e-6)
    if np.ndim(prior) == 0:
        np.testing.assert_allclose(bounds.surrogate_upper_sharp(prior, k, norm), sharp, atol=6e-6)
        assert bounds.surrogate_upper_many_negatives(prior, k, norm) >= largest - 6e-6
    np.testing.assert_allclose(bounds.surrogate_upper_vertex(prior, k, norm), vertex, atol=6e-6)
    free = bounds.surrogate_upper_prior_free(n_classes, k, norm)
    np.testing.assert_allclose(free, prior_free, atol=6e-6)
    least, below, below_sharp = lower
    np.testing.assert_allclose(bounds.surrogate_lower(prior, k, norm), below, atol=6e-6)
    np.testing.assert_allclose(bounds.surrogate_lower_sharp(prior, k, norm), below_sharp, atol=6e-6)
    assert below <= below_sharp <= least <= largest <= free


def test_many_negatives_constant() -> None:
    a = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0])
    v = [0.0, 0.0370565, 0.1773156, 1.0508335, 11.1450994, 643.8492]
    got = bounds.surrogate_upper_many_negatives(1, 1, np.sqrt(a))
    np.testing.assert_allclose(got, v, rtol=5e-7, atol=6e-8)


def test_mean_bound_constants() -> None:
    np.testing.assert_allclose(
        bounds.mean_bound_excess([1, 2], 1.0), [np.cosh(1) - 1.5, 0.2958571], rtol=1e-7
    )
    below, above = np.array([1.6106752, 0.9093855]), np.array([1.6106754, 0.9093857])
    assert (bounds.mean_bound_excess([0, 1], np.sqrt(below)) == 0).all()
    assert (bounds.mean_bound_excess([0, 1], np.sqrt(above)) > 0).all()


def test_three_classes_of_small_norm_prefer_the_vertex() -> None:
    intercept = bounds.surrogate_upper_intercept(3, 7, 0.5)
    assert abs(bounds.surrogate_upper_vertex(3, 7, 0.5) - intercept - 0.0290978141) < 1e-10
    assert abs(bounds.surrogate_upper_sharp(3, 7, 0.5) - intercept - 0.0309298036) < 1e-10


def test_saboteur_the_tables_tell_negatives_from_terms() -> None:
    terms = bounds.surrogate_upper_sharp(10, FIGURE_4[:, 0] + 1)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(FIGURE_4[:, 1] + terms, FIGURE_4[:, 3], rtol=5e-8)
