"""The figures of the toy experiment, by their data."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from bounds import (
    contrastive_floor,
    supervised_floor,
    surrogate_lower,
    surrogate_upper,
    surrogate_upper_unit,
)
from figures import _toy, fig_surrogate_negatives, fig_surrogate_toy
from synthetic.toy import ToyHistory, ToySetup, read_histories, train_toy
from tests.figures.lines import assert_presentable, y_of

C, K = 20, (1, 4, 16)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[ToyHistory]:
    """Smaller runs than the figures', read back from where the experiment leaves its epochs."""
    folder: Path = tmp_path_factory.mktemp("toy")
    for k in K:
        for seed in (1, 2):
            setup = ToySetup(
                n_classes=C, n_per_class=40, n_negatives=k, batch_size=120, width=16, seed=seed
            )
            train_toy(setup, 4, folder=folder)
    return read_histories(folder)


def test_the_trajectories_are_inside_the_band_that_is_drawn(runs: list[ToyHistory]) -> None:
    mine = [run for run in runs if run.setup.seed == 1]
    figure = fig_surrogate_toy.draw(mine)
    assert_presentable_but_the_colourbar(figure)
    x = fig_surrogate_toy.CONTRASTIVE
    for ax, run, k in zip(figure.axes, mine, K, strict=False):
        assert ax.get_title() == f"K = {k}"
        labels = {
            r"$R_{cont} + \Delta_U$": surrogate_upper(C, k),
            r"$R_{cont} + \Delta_L$": surrogate_lower(C, k),
            "$R_{cont}$ + proved": surrogate_upper_unit(C, k),
            r"$R_{cont} + \ln(C/(K+1))$ (conjecture)": np.log(C / (k + 1)),
        }
        for label, intercept in labels.items():
            np.testing.assert_allclose(y_of(ax, label) - x, intercept, atol=1e-14)
        floors = [line for line in ax.lines if line.get_color() == "#56B4E9"]
        assert np.ravel(floors[0].get_xdata())[0] == contrastive_floor(C, k)
        assert np.ravel(floors[1].get_ydata())[0] == supervised_floor(C)
        points = np.asarray(ax.collections[-1].get_offsets())
        contrastive, supervised = run.column("contrastive"), run.column("supervised")
        assert np.array_equal(points, np.stack((contrastive, supervised), axis=1))
    excess = figure.axes[len(mine)]
    for run, k in zip(mine, K, strict=True):
        drawn = y_of(excess, f"K = {k}")
        np.testing.assert_allclose(drawn, run.gap - np.log(C / (k + 1)), rtol=1e-12)


def test_the_best_of_every_run_is_averaged_over_seeds(runs: list[ToyHistory]) -> None:
    figure = fig_surrogate_negatives.draw(runs)
    assert_presentable(figure)
    loss, accuracy = figure.axes
    for ax, column, best, unit in (
        (loss, "supervised", np.min, 1.0),
        (accuracy, "accuracy", np.max, 100.0),
    ):
        each = [[best(r.column(column)) for r in runs if r.setup.n_negatives == k] for k in K]
        np.testing.assert_allclose(y_of(ax, "mean"), unit * np.mean(each, axis=1), rtol=1e-12)
        (container,) = ax.containers
        ends = np.asarray(container.lines[2][0].get_segments())[:, :, 1]  # type: ignore[attr-defined]
        np.testing.assert_allclose(
            (ends[:, 1] - ends[:, 0]) / 2, unit * np.std(each, axis=1), atol=1e-12
        )


def test_titles_say_how_small_the_drawn_runs_are() -> None:
    run = train_toy(ToySetup(n_classes=3, n_per_class=20, batch_size=18, width=8), 2)
    assert _toy.size(run) == (
        "circle data, C = 3: 20 of 1000 per class, 8 of 256 units, 18 of 1024 in a batch, "
        "2 of 300 epochs"
    )
    assert _toy.SMALL.n_classes == 100


@pytest.mark.slow
def test_the_drawn_runs_stay_in_the_band() -> None:
    """The default figures themselves: at a tenth of the points, the room is for sampling error."""
    figure = fig_surrogate_toy.draw()
    assert_presentable_but_the_colourbar(figure)
    for run in _toy.trajectories():
        k = run.setup.n_negatives
        assert (run.gap >= surrogate_lower(100, k) - 0.05).all()
        assert (run.gap <= surrogate_upper(100, k) + 0.05).all()
    assert_presentable(fig_surrogate_negatives.draw())


def assert_presentable_but_the_colourbar(figure: Figure) -> None:
    """The colour bar has no x axis; its epochs have no unit."""
    bar = figure.axes[-1]
    assert bar.get_label() == "<colorbar>"
    bar.remove()
    assert_presentable(figure)
