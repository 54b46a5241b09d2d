"""The figures of prototype bias, by their data, from runs too small to draw."""

import itertools
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bounds import best_alpha, critical_repulsion, free_prototype_minimum, repel_gap
from figures import (
    _prototypes,
    fig_prototype_bias,
    fig_prototype_bounds,
    fig_prototype_certificate,
    fig_prototype_phase,
    fig_prototype_sweep,
)
from figures._prototypes import runs, trained
from tests.figures.lines import assert_presentable, y_of
from theory.prototypes.experiment import ViewSetup, train_on_views

TINY = ViewSetup(steps=4, batch_size=10, n_per_class=6, n_test_per_class=10, n_views=2)
MODULES = (
    fig_prototype_bias,
    fig_prototype_bounds,
    fig_prototype_certificate,
    fig_prototype_phase,
    fig_prototype_sweep,
)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a few steps in place of both sizes."""
    monkeypatch.setattr(_prototypes, "SETUP", TINY)
    monkeypatch.setattr(_prototypes, "SWEPT", replace(TINY, resampled=8))
    monkeypatch.setattr(_prototypes, "FULL_SEEDS", 3)
    monkeypatch.setattr(fig_prototype_sweep, "FULL_SEEDS", 3)
    monkeypatch.setattr(fig_prototype_sweep, "FULL_ALPHAS", (0.5, 5.0))
    monkeypatch.setattr(fig_prototype_sweep, "REPULSIONS", (0.5, 5.0))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_axes_and_legend_say_what_they_show(module: ModuleType) -> None:
    figure: Figure = module.draw()
    for ax in figure.axes:
        if ax.get_label() == "<colorbar>":  # it has no x axis
            assert "[" in ax.get_ylabel()
            ax.remove()
    assert_presentable(figure)


@pytest.mark.parametrize("module", [fig_prototype_bias, fig_prototype_sweep])
def test_seeds_are_counted_in_the_title(module: ModuleType) -> None:
    for full, words in ((False, "mean of 2 seeds"), (True, "mean of 3 seeds")):
        shown = [t.get_text() for t in module.draw(full=full).findobj(Text)]
        assert any(words in text for text in shown)
    assert _prototypes.plural(1) == "1 seed"


def test_paths_are_means_over_seeds_of_runs_made_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    still = replace(TINY, steps=0)  # stacked or alone, the same bits
    monkeypatch.setattr(_prototypes, "SETUP", still)
    figure = fig_prototype_bias.draw()
    for ax, of in zip(figure.axes, fig_prototype_bias.BIASES, strict=True):
        for path, views in fig_prototype_bias.PATHS.items():
            (line,) = (line for line in ax.lines if line.get_label() == path)
            alone = [
                [
                    train_on_views(replace(still, resampled=j, content_noise=s, swap=p, seed=seed))
                    for seed in (0, 1)
                ]
                for j, s, p in views[-2:]
            ]
            x = [np.mean([getattr(run, of) for run in each]) for each in alone]
            np.testing.assert_allclose(np.asarray(line.get_xdata())[-2:], x, rtol=1e-12)
            assert len(np.asarray(line.get_xdata())) == len(views)


def test_the_views_that_lose_content_are_pointed_out() -> None:
    first, _, last = fig_prototype_bias.draw().axes
    assert [t.get_text() for t in first.texts] == ["less bias,\nworse accuracy"]
    assert [t.get_text() for t in last.texts] == ["more bias,\nworse accuracy"]


def test_heat_maps_hold_every_cell_as_written_in_it() -> None:
    left, middle, right = fig_prototype_sweep.draw().axes
    for ax, of in ((left, "accuracy"), (middle, "cosine")):
        (image,) = ax.images
        values = np.asarray(image.get_array())
        written = [f"{v:.2f}".removeprefix("0") for v in values.flat]
        assert [t.get_text() for t in ax.texts] == written
        for (row, column), value in np.ndenumerate(values):
            setups = tuple(
                replace(
                    _prototypes.SWEPT,
                    alpha=fig_prototype_sweep.ALPHAS[row],
                    repulsion=fig_prototype_sweep.REPULSIONS[column],
                    seed=seed,
                )
                for seed in (0, 1)
            )
            assert value == pytest.approx(np.mean([getattr(r, of) for r in runs(setups)]), rel=1e-9)
    left_out, within = y_of(right, "positive left out"), y_of(right, "positive in")
    assert left_out.shape == within.shape == (2,)
    assert (left_out != within).all()


def test_bounds_are_above_the_similarity_and_in_order() -> None:
    left, right = fig_prototype_bounds.draw().axes
    drawn = [y_of(left, label) for label, _ in fig_prototype_bounds.LEVELS.values()]
    for upper, lower in itertools.pairwise(drawn):
        assert (upper >= lower - 1e-12).all()
    assert np.ptp(drawn[-1]) == 0.0, "the similarity knows no alpha"
    for k in fig_prototype_bounds.CLASSES:
        (line,) = (line for line in right.lines if line.get_label() == f"K = {k} (sharper)")
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        np.testing.assert_array_equal(y, repel_gap(k, x))
        best = float(repel_gap(k, best_alpha(k)))
        assert (y >= best).all()
        assert any(np.asarray(dot.get_ydata()).ravel().tolist() == [best] for dot in right.lines)


def test_certificates_are_above_the_objective_and_in_order() -> None:
    (ax,) = fig_prototype_certificate.draw().axes
    drawn = [y_of(ax, label) for label, _ in fig_prototype_certificate.CHAIN.values()]
    for upper, lower in itertools.pairwise(drawn):
        assert (upper >= lower - 1e-12).all()


def test_the_minimum_follows_the_lower_branch_and_bends_at_the_critical_repulsion() -> None:
    left, right, _ = fig_prototype_phase.draw().axes
    simplex, collapse = y_of(left, "simplex"), y_of(left, "collapse")
    np.testing.assert_array_equal(y_of(left, "minimum"), np.minimum(simplex, collapse))
    critical = float(critical_repulsion(fig_prototype_phase.K))
    after = fig_prototype_phase.REPULSIONS > critical
    assert (collapse[after] < simplex[after]).all()
    assert (collapse[~after] >= simplex[~after]).all()
    (mesh,) = right.collections
    excess: Any = np.asarray(mesh.get_array()).reshape(len(after), -1)
    for column, k in enumerate(fig_prototype_phase.CLASSES):
        weight = fig_prototype_phase.REPULSIONS
        minimum = free_prototype_minimum(k, weight)
        np.testing.assert_allclose(
            np.minimum(excess[:, column], 0.0) - 1.0 - weight / (k - 1), minimum, atol=1e-12
        )


def test_a_trained_encoder_is_trained_once() -> None:
    assert trained(TINY) is trained(replace(TINY))


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_the_default_figures_can_be_drawn(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    figure: Figure = module.draw()
    assert figure.axes
