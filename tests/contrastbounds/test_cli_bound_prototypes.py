"""The prototype calculators from the shell."""

import pytest

import bounds
from contrastbounds.cli.app import run

LINES = (
    ("alignment_threshold n_terms=3 alpha=5 similarity=0.5", bounds.alignment_threshold(3, 5, 0.5)),
    (
        "balanced_contrastive_minimum n_items=4 repulsion=1 alpha=10",
        bounds.balanced_contrastive_minimum(4, 1, 10),
    ),
    ("balanced_supervised_minimum n_classes=5 repulsion=1", -1.25),
    ("best_alpha n_classes=10", bounds.best_alpha(10)),
    ("critical_repulsion n_classes=2", float("inf")),
    ("free_prototype_minimum n_classes=5 repulsion=4", -3.0),
    ("jensen_gap alpha=1e-3", bounds.jensen_gap(1e-3)),
    ("repel_gap n_classes=10 alpha=5", bounds.repel_gap(10, 5)),
    (
        "same_view_contrastive_minimum n_items=4 repulsion=1 alpha=10",
        bounds.same_view_contrastive_minimum(4, 1, 10),
    ),
    (
        "supervised_certificate ntxent=0.7 tau=0.25 squared_bias=0.1 items_per_class=2",
        bounds.supervised_certificate(0.7, 0.25, 0.1, 2),
    ),
)


@pytest.mark.parametrize(("words", "value"), LINES)
def test_a_line_in_the_shell_is_a_call(
    words: str, value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bound", *words.split()]) == 0
    assert float(capsys.readouterr().out) == pytest.approx(float(value), rel=1e-15)


def test_every_one_is_called_here() -> None:
    assert {words.split()[0] for words, _ in LINES} == set(bounds.prototypes.__all__)


def test_two_classes_have_no_best_alpha(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bound", "best_alpha", "n_classes=2"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err == "contrastbounds: need n_classes >= 3, got n_classes=2\n"
