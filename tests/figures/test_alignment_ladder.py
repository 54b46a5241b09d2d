"""The ladder of drift bounds, by its data."""

import numpy as np
import pytest

from figures import fig_alignment_ladder
from tests.figures.lines import assert_presentable, y_of


def test_the_ladder_is_drawn_in_order_with_the_drift_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fig_alignment_ladder, "TRIALS", 40)
    figure = fig_alignment_ladder.draw()
    assert_presentable(figure)
    left, right = figure.axes
    names = list(fig_alignment_ladder.LABELS.values())
    for text in names:
        assert text.endswith(("(sharper)", "(corrected)"))
        share = y_of(left, text)
        assert (np.diff(share) > 0).all()
        assert share[-1] == 1.0
    rungs = [y_of(right, name) for name in names]
    below = [y_of(right, "measured"), *rungs[:-1]]
    for lower, upper in zip(below, rungs, strict=True):
        assert (lower <= upper * (1 + 1e-9)).all()  # a printed picture; the claims have the digits
    trivial = y_of(right, "trivial")
    assert (trivial == 2 * fig_alignment_ladder.N).all()
    assert y_of(right, "Theorem 1")[-1] > 1000 * trivial[0]


def test_equal_visits_keep_the_row_sum_a_root_below_the_batch_form() -> None:
    ladder = fig_alignment_ladder.run()
    root = np.sqrt(fig_alignment_ladder.N / fig_alignment_ladder.B)
    assert ladder.row_sum[-1] <= ladder.kappa[-1] / root * (1 + 1e-9)
