"""Bad callables get one sentence."""

import pytest
import torch

from theory.conventions import LAYOUTS, identify
from theory.losses import ntxent


def test_an_unknown_layout() -> None:
    with pytest.raises(ValueError, match=r"need a layout among views, labels; .*, got 'view'$"):
        identify(ntxent, layout="view")


def test_no_callable() -> None:
    with pytest.raises(ValueError, match=r"need a callable loss, got float$"):
        identify(0.5)  # type: ignore[arg-type]  # that is the point


def test_the_callables_own_error_is_shown_once_in_one_line() -> None:
    def loss(*_: torch.Tensor) -> torch.Tensor:
        raise KeyError("no such\nfeature")

    with pytest.raises(ValueError, match="need a loss callable in a layout") as caught:
        identify(loss)
    message = str(caught.value)
    assert message.count("KeyError") == 1
    assert "\n" not in message
    assert all(f"'{layout}'" in message for layout in LAYOUTS)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("x", "got str"),
        ({"loss": 1.0}, "got dict"),
        (float("nan"), r"got \[nan\]"),
        (3, r"got \[3\]"),
    ],
)
def test_values_that_are_no_loss(value: object, got: str) -> None:
    with pytest.raises(ValueError, match=got):
        identify(lambda z: value, layout="views")


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(ValueError, match=r"TypeError: ntxent\(\) missing .*'tau'"):
        identify(ntxent, layout="views")
