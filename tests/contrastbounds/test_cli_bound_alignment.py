"""The alignment calculators from the shell."""

import pytest

import bounds
from contrastbounds.calculators import calculators
from contrastbounds.cli.app import run


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("gradient_gap pi_max=0.01 epsilon=0.09 tau=1", bounds.gradient_gap(0.01, 0.09, 1)),
        (
            "similarity_drift_by_row row_sums=3,4 batch_size=2 tau=0.5",
            bounds.similarity_drift_by_row([3, 4], 2, 0.5),
        ),
        ("similarity_drift_by_row row_sums=3, batch_size=2 tau=1", 3 / 2**0.5),
        ("similarity_drift step_sum=1 batch_size=8 tau=1 gap=inf", float("inf")),
        ("composition_quantile batch_size=8 n_steps=1 delta=0.3 pi_max=0.5", 5.0),
    ],
)
def test_a_line_in_the_shell_is_a_call(
    words: str, value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bound", *words.split()]) == 0
    assert float(capsys.readouterr().out) == pytest.approx(float(value), rel=1e-15)


def test_all_are_offered() -> None:
    assert set(bounds.alignment.__all__) <= set(calculators())


def test_a_scalar_for_the_rows_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bound", "similarity_drift_by_row", "row_sums=3", "batch_size=2", "tau=1"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert "at least one item on the last axis of row_sums" in err
