"""The figures of the alignment experiment, by their data, from runs too small to draw."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bounds import cka_floor, cka_floor_sharp, rsa_floor_sharp
from figures import (
    _alignment,
    fig_alignment_batch,
    fig_alignment_classes,
    fig_alignment_temperature,
    fig_alignment_training,
    fig_alignment_weights,
)
from figures._alignment import distances, runs
from tests.figures.lines import assert_presentable, y_of
from theory.alignment import setups
from theory.alignment.setups import TwinSetup

TINY = TwinSetup(steps=4, batch_size=16, n_total=100, n_reference=20, record_at=(0, 1, 2, 4))
AMONG = range(2)
MODULES = (
    fig_alignment_batch,
    fig_alignment_classes,
    fig_alignment_temperature,
    fig_alignment_training,
    fig_alignment_weights,
)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a few steps in place of both sizes."""
    monkeypatch.setattr(_alignment, "SMALL", TINY)
    monkeypatch.setattr(_alignment, "FULL", replace(TINY, steps=5))
    monkeypatch.setattr(_alignment, "FULL_SEEDS", 3)
    monkeypatch.setattr(fig_alignment_temperature, "EARLY", 2)
    monkeypatch.setattr(fig_alignment_batch, "FULL", TINY)
    monkeypatch.setattr(fig_alignment_batch, "SIZES", (8, 16))
    monkeypatch.setattr(setups, "EPOCHS", 1)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_axes_and_legend_say_what_they_show(module: ModuleType) -> None:
    figure: Figure = module.draw()
    for ax in figure.axes:
        if ax.get_label() == "<colorbar>":  # it has no x axis
            assert "[" in ax.get_ylabel()
            ax.remove()
    assert_presentable(figure)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_the_full_size_has_more_seeds_and_says_so(module: ModuleType) -> None:
    words = [t.get_text() for t in module.draw(full=True).findobj(Text)]
    assert any("3 seeds" in text for text in words)
    assert not any("of 5 steps" in text for text in words), "nothing is left out"


def test_a_size_below_the_full_one_is_named() -> None:
    assert _alignment.size(TINY, 2) == "4 of 5 steps, B = 16, 2 seeds"


@pytest.mark.parametrize("axis", [0, 1])
def test_curves_are_means_over_seeds_above_their_floors(axis: int) -> None:
    ax = fig_alignment_training.draw().axes[axis]
    shown = replace(TINY, n_classes=fig_alignment_training.N_CLASSES)
    field, gap, sharp = (
        ("cka", "gram_gap", cka_floor_sharp),
        ("rsa", "cosine_gap", rsa_floor_sharp),
    )[axis]
    for comparator, label in _alignment.NAMES.items():
        values = distances(shown, AMONG, field, comparator=comparator)[:, 1:]
        np.testing.assert_allclose(y_of(ax, label), values.mean(axis=0), rtol=1e-12)
    farthest = distances(shown, AMONG, gap).max(axis=0)[1:]
    floor = y_of(ax, "NSCL, certified floor")
    np.testing.assert_allclose(floor, sharp(farthest), rtol=1e-12)
    assert (floor <= distances(shown, AMONG, field).min(axis=0)[1:]).all()
    assert (y_of(ax, "NSCL, printed floor") <= floor).all()


def test_the_band_spans_the_seeds() -> None:
    (nscl, *_) = fig_alignment_training.draw().axes[0].collections
    values = distances(replace(TINY, n_classes=20), AMONG, "cka")[:, 1:]
    (path,) = nscl.get_paths()
    heights = np.asarray(path.vertices)[:, 1]
    assert heights.min() == values.min()
    assert heights.max() == values.max()


def test_the_heat_map_holds_every_cell_as_written_in_it() -> None:
    ax = fig_alignment_classes.draw().axes[0]
    (image,) = ax.images
    table = np.asarray(image.get_array())
    shown = replace(TINY, comparators=("nscl",))
    for row, c in enumerate(fig_alignment_classes.CLASSES):
        found = distances(replace(shown, n_classes=c), AMONG, "cka").mean(axis=0)[1:]
        np.testing.assert_allclose(table[row], found, rtol=1e-12)
    assert [t.get_text() for t in ax.texts] == [f"{v:.2f}".removeprefix("0") for v in table.flat]


def test_temperatures_are_compared_at_the_last_and_at_an_early_step() -> None:
    (ax,) = fig_alignment_temperature.draw().axes
    shown = replace(TINY, comparators=("nscl",))

    def at(field: str, stop: int) -> Any:
        each = [distances(replace(shown, tau=t), AMONG, field)[:, stop] for t in _alignment.TAUS]
        return np.array(each)

    np.testing.assert_allclose(y_of(ax, "CKA, step 2"), at("cka", 2).mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(y_of(ax, "CKA, step 4"), at("cka", -1).mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(y_of(ax, "RSA, step 4"), at("rsa", -1).mean(axis=1), rtol=1e-12)
    printed = cka_floor(at("gram_gap", -1).max(axis=1))
    np.testing.assert_allclose(y_of(ax, "CKA, printed floor"), printed, rtol=1e-12)


def test_batch_sizes_are_drawn_for_each_rule() -> None:
    (ax,) = fig_alignment_batch.draw().axes
    shown = replace(TINY, comparators=("nscl",))
    for power in setups.RATES:
        values = [
            distances(setups.with_batch_size(shown, size, power), AMONG, "rsa")[:, -1].mean()
            for size in (8, 16)
        ]
        label = f"${fig_alignment_batch.NAMES[power]}$"
        np.testing.assert_allclose(y_of(ax, label), values, rtol=1e-12)


def test_paths_of_weights_and_representations_stay_below_what_is_certified() -> None:
    (ax,) = fig_alignment_weights.draw().axes
    shown = replace(TINY, comparators=("nscl",))
    measured, certified = ax.lines[::2], ax.lines[1::2]
    for tau, line, most in zip(fig_alignment_weights.TAUS, measured, certified, strict=True):
        here = replace(shown, tau=tau)
        weights = distances(here, AMONG, "weight_gap").mean(axis=0)[1:]
        apart = 1 - distances(here, AMONG, "cka").mean(axis=0)[1:]
        np.testing.assert_allclose(np.asarray(line.get_xdata()), weights, rtol=1e-12)
        np.testing.assert_allclose(np.asarray(line.get_ydata()), apart, rtol=1e-9)
        assert (np.asarray(most.get_ydata()) >= np.asarray(line.get_ydata())).all()


def test_runs_are_trained_once_for_all_figures() -> None:
    setup = replace(TINY, comparators=("nscl",))
    assert runs(setup, AMONG) is runs(setup, AMONG)
    assert [run.setup.seed for run in runs(setup, AMONG)] == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_the_default_figures_can_be_drawn(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    figure: Figure = module.draw()
    assert figure.axes
