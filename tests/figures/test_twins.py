"""The figures of the training run, by their data."""

from collections.abc import Mapping

import numpy as np
import pytest
from matplotlib.figure import Figure

from bounds import dcl_nscl_gap_balanced, nscl_minimum
from figures import fig_cdnv, fig_losses, fig_nscl_of_twins
from figures._twins import N_CLASSES, N_PER_CLASS, N_VIEWS, TAU
from tests.figures.lines import assert_presentable, y_of

MODULES = {m.__name__: m for m in (fig_losses, fig_nscl_of_twins, fig_cdnv)}
Figures = Mapping[str, Figure]


@pytest.fixture(scope="module")
def drawn() -> Figures:
    """Not at import, where every process that only collects the tests would train the twins."""
    return {name: module.draw() for name, module in MODULES.items()}


@pytest.mark.parametrize("name", MODULES)
def test_axes_and_legend_say_what_they_show(name: str, drawn: Figures) -> None:
    assert_presentable(drawn[name])


def test_dcl_lies_between_nscl_and_the_bounds(drawn: Figures) -> None:
    (ax,) = drawn["figures.fig_losses"].axes
    nscl, dcl = y_of(ax, "NSCL, measured"), y_of(ax, "DCL, measured")
    supremum, published = y_of(ax, "NSCL + supremum"), y_of(ax, "NSCL + Theorem 1")
    assert (nscl < dcl).all()
    assert (dcl < supremum).all()
    assert (supremum < published).all()
    assert np.ptp(published - nscl) < 1e-12
    assert published[0] - nscl[0] == pytest.approx(dcl_nscl_gap_balanced(10, 1.0).item())


def test_minimising_dcl_minimises_nscl(drawn: Figures) -> None:
    """Both losses fall, and move together, as the paper's correlation of 1.00 says."""
    (ax,) = drawn["figures.fig_losses"].axes
    nscl, dcl = y_of(ax, "NSCL, measured"), y_of(ax, "DCL, measured")
    assert dcl[-1] < dcl[0]
    assert np.corrcoef(nscl, dcl)[0, 1] > 0.99


def test_dcl_training_ends_within_its_guarantee(drawn: Figures) -> None:
    (ax,) = drawn["figures.fig_nscl_of_twins"].axes
    own, other = y_of(ax, "NSCL-trained"), y_of(ax, "DCL-trained")
    floor = nscl_minimum(N_CLASSES, N_PER_CLASS, N_VIEWS, TAU)
    assert own[0] == other[0], "twins start together"
    assert floor < own[-1] < other[-1] < y_of(ax, "guarantee, supremum")[0]


def test_directional_variance_collapses_for_both_and_variance_for_nscl(drawn: Figures) -> None:
    (ax,) = drawn["figures.fig_cdnv"].axes
    fall = {
        label: y_of(ax, label)[0] / y_of(ax, label)[-1]
        for label in ("CDNV $V$, DCL", "CDNV $V$, NSCL", r"directional $\tilde V$, DCL")
    }
    assert fall["CDNV $V$, NSCL"] > 10
    assert fall[r"directional $\tilde V$, DCL"] > 5
    assert fall["CDNV $V$, DCL"] < fall[r"directional $\tilde V$, DCL"]
