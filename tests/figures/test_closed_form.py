"""The figures of bounds, by their data: order of the ladder, rates, collapse."""

import numpy as np
import pytest

from bounds import dcl_nscl_gap_etf, nscl_collapse, nscl_simplex_deviation
from figures import fig_collapse, fig_few_shot, fig_loss_gap
from figures._gap_by_classes import CLASSES, N_PER_CLASS, TAU, observed
from tests.figures.lines import assert_presentable, y_of
from theory.losses import loss_rounding


def test_observed_gaps_climb_no_further_than_the_ladder_allows() -> None:
    figure = fig_loss_gap.draw()
    assert_presentable(figure)
    (ax,) = figure.axes
    names = ("equal similarities", "supremum", "chord", "Theorem 1")
    level, supremum, chord, published = (y_of(ax, name) for name in names)
    trained, random = y_of(ax, "DCL-trained"), y_of(ax, "random initialisation")
    assert (trained < supremum).all()
    assert (random < supremum).all()
    assert (level < random).all()
    assert (supremum <= chord * (1 + 1e-12)).all()
    assert (chord < published).all()
    for values in (trained, published, supremum):
        slope = np.polyfit(np.log(CLASSES[2:]), np.log(values[2:]), 1)[0]
        assert slope == pytest.approx(-1.0, abs=0.1)


def test_few_shot_bounds_stand_above_the_measured_error_in_order() -> None:
    figure = fig_few_shot.draw()
    assert_presentable(figure)
    (ax,) = figure.axes
    optimal = y_of(ax, "Prop. 1, best a")
    averages, pairs = y_of(ax, "second moments"), y_of(ax, "by pair")
    gaussian, measured = y_of(ax, "Gaussian classes"), y_of(ax, "measured")
    assert (averages <= np.minimum(optimal, 1.0) * (1 + 1e-9)).all()
    assert (pairs <= averages * (1 + 1e-9)).all()
    assert measured[0] < gaussian[0]
    assert (y_of(ax, "Prop. 1, a = 16") >= optimal[-len(y_of(ax, "Prop. 1, a = 16")) :]).all()
    assert y_of(ax, "sharp limit")[0] < y_of(ax, "limit $4")[0]


def test_descent_stays_under_the_variance_bound_and_ends_at_the_simplex() -> None:
    figure = fig_collapse.draw()
    assert_presentable(figure)
    values = fig_collapse.series()
    bound = y_of(figure.axes[1], "$(C-1)")
    variance = values["variance"]
    c, n, d, tau = (getattr(fig_collapse, x) for x in ("N_CLASSES", "N_PER_CLASS", "DIM", "TAU"))
    rounding = 2 * loss_rounding(c * n, d, tau, np.finfo(float).eps)
    assert (variance <= bound + (c - 1) * tau * rounding).all()
    assert (np.diff(values["excess"]) <= rounding).all()
    last = max(values["excess"][-1], 0.0) + rounding
    assert values["deviation"][-1] <= nscl_simplex_deviation(last, c, n, 1, tau)
    assert variance[-1] <= nscl_collapse(last, c, tau)


@pytest.mark.slow
def test_trained_gaps_stay_below_the_supremum_at_full_length() -> None:
    """Five seeds and 600 steps per number of classes."""
    before, after = observed(seeds=5, steps=600)
    supremum = dcl_nscl_gap_etf(CLASSES, N_PER_CLASS, TAU)
    assert (before < supremum).all()
    assert (after < supremum).all()
    slope = np.polyfit(np.log(CLASSES[2:]), np.log(np.median(after, axis=0)[2:]), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.1)
