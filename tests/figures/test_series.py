"""The data beside a figure is the data in it."""

import csv
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import figures._save
from figures._data import plotted, write_csv
from figures._save import caption, find, names, save
from figures._series import Series

X = np.array([1.0, 2.0, 4.0])
Y = np.array([0.1, 1 / 3, np.pi])


@pytest.fixture
def ax() -> Axes:
    figure = Figure()
    axes: Axes = figure.subplots()
    axes.set(xlabel="classes", ylabel="gap [nats]")
    return axes


def only(ax: Axes) -> Series:
    """The one series on the axes."""
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    ((axes, series),) = plotted(figure)
    assert axes == "gap [nats] against classes"
    return series


def columns(series: Series) -> dict[str, list[float]]:
    """Its coordinates as columns."""
    points = list(series.points())
    return {name: [point[name] for point in points] for name in points[0]}


def test_a_line_on_logarithmic_axes_is_in_data_units(ax: Axes) -> None:
    ax.loglog(X, Y, label="bound")
    assert only(ax).name == "bound"
    assert columns(only(ax)) == {"x": X.tolist(), "y": Y.tolist()}


def test_a_reference_line_has_one_coordinate(ax: Axes) -> None:
    ax.axhline(0.5, label="chance")
    assert columns(only(ax)) == {"y": [0.5, 0.5]}


@pytest.mark.parametrize("where", [slice(None), slice(0, 2)])
def test_a_band_has_two_edges(ax: Axes, where: slice) -> None:
    ax.fill_between(X[where], Y[where] + 1, Y[where], label="range")
    assert columns(only(ax)) == {
        "x": X[where].tolist(),
        "low": Y[where].tolist(),
        "high": (Y[where] + 1).tolist(),
    }


def test_a_band_on_its_side_has_two_edges(ax: Axes) -> None:
    ax.fill_betweenx(X, Y, Y + 1, label="range")
    assert columns(only(ax)) == {"y": X.tolist(), "low": Y.tolist(), "high": (Y + 1).tolist()}


def test_error_bars_are_one_series_with_their_ends(ax: Axes) -> None:
    ax.errorbar(X, Y, yerr=[[0.1, 0.1, 0.1], [0.2, 0.3, 0.4]], capsize=2, label="measured")
    assert only(ax).name == "measured"
    found = columns(only(ax))
    assert (found["x"], found["y"]) == (X.tolist(), Y.tolist())
    assert found["low"] == (Y - 0.1).tolist()
    assert found["high"] == (Y + np.array([0.2, 0.3, 0.4])).tolist()


def test_error_bars_at_some_points_are_kept_apart(ax: Axes) -> None:
    ax.errorbar(X, Y, yerr=0.5, errorevery=2, label="measured")
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    line, bars = (columns(series) for _, series in plotted(figure))
    assert line == {"x": X.tolist(), "y": Y.tolist()}
    assert bars["x"] == X[::2].tolist()


def test_scattered_points_carry_their_colour_s_value(ax: Axes) -> None:
    ax.scatter(X, Y, c=[3.0, 2.0, 1.0], label="seeds")
    assert columns(only(ax)) == {"x": X.tolist(), "y": Y.tolist(), "z": [3.0, 2.0, 1.0]}


@pytest.mark.parametrize("horizontal", [False, True])
def test_bars_have_a_centre_and_an_end(ax: Axes, horizontal: bool) -> None:
    (ax.barh if horizontal else ax.bar)(X, Y, 0.5, label="counts")
    found = columns(only(ax))
    along, end = ("y", "x") if horizontal else ("x", "y")
    assert found[along] == X.tolist()
    assert found[end] == Y.tolist()


@pytest.mark.parametrize("origin", ["upper", "lower"])
def test_an_image_has_a_value_at_every_centre(ax: Axes, origin: str) -> None:
    values = np.arange(6.0).reshape(2, 3)
    ax.imshow(values, origin=origin)  # type: ignore[arg-type]  # a Literal to matplotlib
    found = columns(only(ax))
    assert found["z"] == values.ravel().tolist()
    assert found["x"] == [0.0, 1.0, 2.0] * 2
    assert found["y"] == [0.0] * 3 + [1.0] * 3


def test_a_mesh_has_a_value_in_every_cell(ax: Axes) -> None:
    mesh = ax.pcolormesh([0.0, 2.0, 4.0], [0.0, 1.0], [[5.0, 6.0]])
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    figure.colorbar(mesh)  # its own axes is no data
    assert columns(only(ax)) == {"x": [1.0, 3.0], "y": [0.5, 0.5], "z": [5.0, 6.0]}


def test_a_masked_point_is_not_a_number(ax: Axes) -> None:
    ax.plot(X, np.ma.masked_array(Y, mask=[False, True, False]), label="gaps")
    assert np.isnan(columns(only(ax))["y"][1])


def test_the_table_has_every_digit_and_only_the_columns_in_use(tmp_path: Path) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot(X, Y, label="a, b")
    left.set_title("left")
    right.fill_between(X, Y, Y + 1)
    write_csv(figure, tmp_path / "data.csv")
    with (tmp_path / "data.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["axes", "series", "x", "y", "low", "high"]
    assert [(row["axes"], row["series"]) for row in table[:3]] == [("left", "a, b")] * 3
    assert [float(row["y"]) for row in table[:3]] == Y.tolist()
    assert [row["y"] for row in table[3:]] == [""] * 3
    assert {row["axes"] for row in table[3:]} == {"(2)"}


def test_a_figure_is_saved_in_four_forms_and_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("figures.fig_probe", "A line rises.")

    def draw() -> Figure:
        figure = Figure()
        figure.subplots().plot(X, Y, label="line")
        return figure

    module.draw = draw  # type: ignore[attr-defined]  # what a figure's module offers
    monkeypatch.setattr(figures._save, "_module", lambda name: module)
    first, second = save("probe", tmp_path / "1"), save("probe", tmp_path / "2")
    assert [path.name for path in first] == ["probe.svg", "probe.pdf", "probe.png", "probe.csv"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert caption("probe") == "A line rises."


@pytest.mark.parametrize("sized", [True, False])
def test_full_size_is_drawn_where_there_is_one(
    sized: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, asked = ModuleType("figures.fig_probe"), []

    def draw(*, full: bool = False) -> Figure:
        asked.append(full)
        figure = Figure()
        figure.subplots().plot(X, Y, label="line")
        return figure

    module.draw = draw if sized else lambda: draw()  # type: ignore[attr-defined]  # as above
    monkeypatch.setattr(figures._save, "_module", lambda name: module)
    save("probe", tmp_path)
    save("probe", tmp_path, full=True)
    assert asked == [False, sized]


def test_names_go_with_and_without_prefix() -> None:
    known = names()
    assert known
    assert find([]) == known
    assert find([f"fig_{known[0]}", known[0], f"figures/fig_{known[0]}.py"]) == known[:1]
    with pytest.raises(ValueError, match=f"no figure named '{known[0]}x'; did you mean {known[0]}"):
        find([f"{known[0]}x"])
