"""The rounding model: its formula, its direction, and its domain."""

import math

import pytest

from theory.losses import loss_rounding


def test_is_the_stated_product() -> None:
    assert loss_rounding(100, 8, 0.5, 2.0**-52) == 24 * 2.0**-52 * (2 + math.log(100) + 1)


def test_grows_with_rows_dimensions_and_coldness() -> None:
    base = loss_rounding(100, 8, 0.5, 1e-7)
    assert base < loss_rounding(101, 8, 0.5, 1e-7)
    assert base < loss_rounding(100, 9, 0.5, 1e-7)
    assert base < loss_rounding(100, 8, 0.4, 1e-7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 8, 1.0, 1e-7), "need n_rows >= 1 and d >= 1, got n_rows=0, d=8"),
        ((9, 0, 1.0, 1e-7), "need n_rows >= 1 and d >= 1, got n_rows=9, d=0"),
        ((9, 8, math.nan, 1e-7), "need tau > 0 and eps > 0, got tau=nan"),
        ((9, 8, 1.0, 0.0), r"need tau > 0 and eps > 0, got tau=1.0, eps=0.0"),
    ],
)
def test_outside_the_domain(arguments: tuple[int, int, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loss_rounding(*arguments)
