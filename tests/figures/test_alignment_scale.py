"""The ladder at the authors' scale, read back from the plot."""

import math

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

import bounds
from figures import fig_alignment_scale as fig
from tests.figures.lines import assert_presentable, y_of

ROWS = ("Theorem 1", "closed Gronwall", r"no exponential, $\Delta$", "no exponential, $\\sqrt",
        "row by row (", "row by row, $\\kappa$", "row by row, $\\kappa\\sqrt")  # fmt: skip


def direct(tau: float, n_classes: float) -> list[float]:
    """The rungs one by one, the first three from their values where those are finite."""
    epsilon = bounds.composition_deviation(1024, 58800, 0.05)
    u = 1 / n_classes + epsilon
    k = bounds.composition_quantile(1024, 58800, 0.05, 1 / n_classes)
    gap = bounds.gradient_gap(1 / n_classes, epsilon, tau)
    kappa = bounds.same_class_mass(u, 1 - u, tau)
    values = [
        bounds.similarity_drift(35280, 1024, tau, gap),
        bounds.similarity_drift_gronwall(35280, 1024, tau, gap),
        bounds.similarity_drift_nonexpansive(35280, 1024, tau, gap),
        bounds.similarity_drift_nonexpansive(35280, 1024, tau, math.sqrt(2) * kappa),
        bounds.similarity_drift_rowwise(35280, 50000, tau, kappa),
        bounds.similarity_drift_rowwise(
            35280, 50000, tau, bounds.same_class_mass(k, 1023 - k, tau)
        ),
        max(
            bounds.reweighting_distance(n_same, 1023 - n_same, tau) * 35280 / tau / 50000**0.5
            for n_same in range(int(k) + 1)
        ),
    ]
    return [float(np.log10(v)) for v in values]


def test_the_lines_are_the_calculators_values() -> None:
    figure = fig.draw()
    assert_presentable(figure)
    left, right = figure.axes
    panels = (
        (left, [(tau, float(tau), 100.0) for tau in fig.TAUS]),
        (right, [(c, 0.5, float(c)) for c in fig.MANY]),
    )
    for ax, points in panels:
        drawn = np.stack([y_of(ax, name) for name in ROWS])
        for i in range(0, len(points), 7):
            x, tau, n_classes = points[i]
            assert ax.get_lines()[0].get_xdata()[i] == x  # type: ignore[index]  # an array
            for value, want in zip(drawn[:, i], direct(tau, n_classes), strict=True):
                assert value == pytest.approx(want, rel=1e-12) or math.isinf(want)
        assert (np.diff(drawn, axis=0) <= 1e-12).all(), "the ladder is out of order"
        assert (np.diff(drawn, axis=1) <= 1e-12).all(), "a bound rises along the axis"
        assert y_of(ax, "trivial")[0] == 5.0
        low, high = ax.get_ylim()
        assert ((low < drawn) & (drawn < high)).all()


def test_the_printed_table_lies_on_the_lines() -> None:
    at_tau = {1.0: (10.79, 2035, 748, 107, 43, 8.4),
              0.5: (34.40, 3.0e4, 2720, 389, 285, 131),
              0.1: (760.3, 1.3e12, 1.56e4, 2231, 2231, 2231)}  # fmt: skip
    for tau, (log_theorem, *others) in at_tau.items():
        values = list(fig.ladder(tau, 100).values())
        assert values[0] == pytest.approx(log_theorem, abs=0.05)
        for value, printed in zip(values[2:], others, strict=True):
            assert value == pytest.approx(math.log10(printed), abs=0.02)


def test_the_quantile_serves_whole_epochs_too() -> None:
    """Row by row supposes distinct items: there the tail at k* is the hypergeometric one."""
    for c in fig.MANY:
        k = bounds.composition_quantile(1024, 58800, 0.05, 1 / c)
        of_class = math.ceil(50000 / c)
        tail = hypergeom.sf(k, 49999, of_class - 1, 1023)
        assert 58800 * 1024 / (k + 2) * tail <= 0.05
        assert tail <= binom.sf(k, 1023, 1 / c)


def test_every_rung_names_its_status() -> None:
    (name, *others) = fig.LOOKS
    assert name.endswith("(published)")
    assert all(other.endswith("(sharper)") for other in others)


def test_saboteur_a_rung_without_its_root_of_two_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = bounds.similarity_drift_rowwise
    monkeypatch.setattr(fig, "similarity_drift_rowwise", lambda *run: honest(*run) / math.sqrt(2))
    with pytest.raises(AssertionError):
        test_the_lines_are_the_calculators_values()
