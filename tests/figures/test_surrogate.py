"""The closed-form figures of the surrogate gap hold the authors' constants."""

import math

import numpy as np
import pytest

from bounds import collision_probability, contrastive_floor, coverage_probability
from bounds import expected_log_collisions as log_collisions
from figures import fig_surrogate_band, fig_surrogate_bounds
from tests.figures.lines import assert_presentable, y_of

DIGITS = 6e-8  # the tables have eight significant digits

# C, K, Delta_U, Delta_L, R*_cont, its value at the simplex; and R*_mu, the same at the simplex.
BAND = """
50   1 4.7795847  1.6581670  .13825239 .31552057
50  10 2.4769996  .55125589  .91710451 1.5527747
50  50 .86756166 -.90716692  2.1507292 2.9781762
50  99 .18446482 -1.5707592  2.7767313 3.6360137
100  1 5.4727318  2.3513142  .13259020 .31438104
100 10 3.1701468  1.2444031  .88679974 1.5478787
100 50 1.5607088 -.21401973  2.1014299 2.9715419
100 99 .87761200 -.87761200  2.7233306 3.6290842
"""
SUPERVISED = {50: (2.0322750989, 2.9264862436), 100: (2.6671027154, 3.6123773059)}

# K, collision probability, coverage by K + 1 draws, R*_cont, E ln(1 + Col), then the bounds.
BOUNDS = """
1  .1        0           .18354993 .069314718 3.3536967 2.2267687 inf       inf       inf       12.926711 12.676565
4  .3439     0           .6027412  .26066588  2.3865936 1.7296692 inf       inf       inf       13.274626 13.017747
9  .61257951 .00036288   1.0659393 .5331728   2.0388615 1.4997202 3789.582  1468.1617 4405.6047 15.561176 15.26005
11 .6861894  .0061871040 1.2058327 .62879308  1.9780842 1.4572920 297.20124 137.67676 288.15943 17.024561 16.695117
16 .81469798 .10009443   1.4897028 .84104378  1.8872609 1.3928554 34.97248  21.778323 21.363446 22.281628 21.850454
24 .92023356 .43660393   1.8243924 1.1189031  1.8164853 1.3418825 20.257346 16.117541 5.7944546 37.530947 36.804681
32 .96566316 .71857287   2.0753361 1.3424888  1.7797470 1.3151945 29.701775 26.555094 3.9080009 67.925652 66.611215
64 .99882098 .98941142   2.7116924 1.9434247  1.7229561 1.2736711 658.58988 654.75122 3.5172023 1303.2327 1303.2327
99 .99997049 .9997344    3.1273733 2.3485053  1.7024002 1.2585690 26397.986 26393.024 3.9072791 52781.95  52781.95
"""  # noqa: E501 - a table
COLUMNS = (
    "$R_{cont} + \\Delta_U$",
    "$R_{cont} + \\ln",
    "Arora et al. (p",
    "Arora et al., ",
    "Nozawa",
    "Ash et al., exact",
    "Ash et al., as coded",
)


def table(text: str) -> list[list[float]]:
    return [[float(value) for value in line.split()] for line in text.strip().splitlines()]


def test_the_band_goes_through_the_published_anchors() -> None:
    figure = fig_surrogate_band.draw()
    assert_presentable(figure)
    axes = {
        (c, side): figure.axes[2 * row + column]
        for row, c in enumerate(fig_surrogate_band.CLASSES)
        for column, side in enumerate(("left", "right"))
    }
    for c, k, upper, lower, floor, simplex in table(BAND):
        left, right, at = axes[int(c), "left"], axes[int(c), "right"], int(k) - 1
        least, least_simplex = SUPERVISED[int(c)]
        expected = {
            (left, "$\\Delta$ at the authors'"): floor + upper,
            (left, "$\\Delta$ at the attained"): simplex + upper,
            (right, "$\\Delta$ at the authors'"): least - lower,
            (right, "$\\Delta$ at the attained"): least_simplex - lower,
            (left, "authors' floors"): least,
            (left, "attained floors"): least_simplex,
            (right, "authors' floors"): floor,
            (right, "attained floors"): simplex,
        }
        for (ax, label), value in expected.items():
            # Two addends, each below 10 and rounded to eight digits.
            assert y_of(ax, label)[at] == pytest.approx(value, abs=1e-7)


def test_the_strip_lies_inside_the_band_of_the_same_floors() -> None:
    for ax in fig_surrogate_band.draw().axes:
        sharper, published = y_of(ax, "intercepts at"), y_of(ax, "$\\Delta$ at the attained")
        assert (y_of(ax, "authors' floors") < y_of(ax, "attained floors")).all()
        assert (y_of(ax, "attained floors") < sharper).all()
        assert (sharper < published).all()


def test_the_bounds_go_through_the_published_table() -> None:
    figure = fig_surrogate_bounds.draw()
    assert_presentable(figure)
    drawn = fig_surrogate_bounds.values()
    names = [next(n for n in drawn if n.startswith(start)) for start in COLUMNS]
    for k, collision, cover, floor, collisions, *bounds in table(BOUNDS):
        k = int(k)
        assert collision_probability(10, k) == pytest.approx(collision, rel=DIGITS)
        assert coverage_probability(10, k + 1) == pytest.approx(cover, rel=DIGITS)
        assert contrastive_floor(10, k) == pytest.approx(floor, rel=DIGITS)
        assert log_collisions(10, k) == pytest.approx(collisions, rel=DIGITS)
        for name, value in zip(names, bounds, strict=True):
            assert drawn[name][k - 1] == pytest.approx(value, rel=DIGITS), (name, k)
            plotted = y_of(figure.axes[1], name)[k - 1]
            assert plotted == drawn[name][k - 1] if math.isfinite(value) else np.isnan(plotted)
    assert y_of(figure.axes[1], "least")[0] == pytest.approx(0.7966138010, abs=6e-11)


@pytest.mark.parametrize(
    ("start", "least", "k"),
    [
        ("$R_{cont} + \\Delta_U$", 1.7024, 99),
        ("Arora et al. (p", 20.1219, 23),
        ("Nozawa", 3.3921, 48),
        ("Ash et al., as coded", 12.6766, 1),
    ],
)
def test_each_bound_is_least_where_the_authors_have_it(start: str, least: float, k: int) -> None:
    (values,) = (v for n, v in fig_surrogate_bounds.values().items() if n.startswith(start))
    assert values.min() == pytest.approx(least, abs=6e-5)
    assert fig_surrogate_bounds.K[values.argmin()] == k


def test_coefficients_are_those_of_the_formulas_and_unified_is_the_least_of_its_kind() -> None:
    coefficients = fig_surrogate_bounds.coefficients()
    k = fig_surrogate_bounds.K
    risk = contrastive_floor(10, k)
    for name, bound in fig_surrogate_bounds.MULTIPLICATIVE.items():
        step = bound(risk + 1.0) - np.where(np.isfinite(bound(risk)), bound(risk), 0.0)
        finite = np.isfinite(step)
        # The difference cancels bounds of up to 8 times the coefficient.
        np.testing.assert_allclose(coefficients[name][finite], step[finite], rtol=1e-7)
    cover = coverage_probability(10, k[9:] + 1)
    (nozawa,) = (v for n, v in coefficients.items() if n.startswith("Nozawa"))
    np.testing.assert_allclose(nozawa[9:], 2 / cover, rtol=1e-8)
    for start in ("Arora et al. (p", "Arora et al., ", "Ash et al., exact"):
        (rival,) = (v for n, v in coefficients.items() if n.startswith(start))
        assert (coefficients["unified (sharper)"] <= rival * (1 + 1e-9)).all()
    for start in COLUMNS[:2]:
        assert all((v == 1).all() for n, v in coefficients.items() if n.startswith(start))
