"""Outside its hypotheses a calculator raises: NaN, what is no number, and how rules are read."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bounds
from bounds._domain import real, require, require_at_least

NAN = float("nan")
FULL = np.ones((2, 2))
EYES = np.stack([np.eye(2)] * 2)

COMPLETE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (bounds.dcl_nscl_gap, (10, 3, 1.0)),
    (bounds.dcl_nscl_gap_linear, (10, 3, 1.0)),
    (bounds.dcl_nscl_gap_balanced, (10, 1.0)),
    (bounds.dcl_nscl_gap_by_class, ([3, 4], 1.0)),
    (bounds.dcl_nscl_gap_chord, (10, 5, 1.0)),
    (bounds.dcl_nscl_gap_etf, (10, 5, 1.0)),
    (bounds.dcl_nscl_gap_constant, (10, 5)),
    (bounds.dcl_nscl_gap_anchor, (0.1, 0.2, 0.1, 0.2, 4, 5, 1.0)),
    (bounds.cl_nscl_gap_etf, (10, 5, 2, 1.0)),
    (bounds.nscl_minimum, (10, 5, 2, 1.0)),
    (bounds.dcl_minimum, (10, 2, 1.0)),
    (bounds.nscl_excess_at_dcl_minimum, (10, 5, 1.0)),
    (bounds.nscl_minimum_two_classes, ([3, 4], 2, 1.0)),
    (bounds.supcon_minimum, (10, 5, 1.0)),
    (bounds.infonce_minimum, (10, 1.0)),
    (bounds.ntxent_minimum, (10, 1.0)),
    (lambda *args: bounds.few_shot_error(*args[:-1], a=args[-1]), (0.1, 0.2, 0.3, 20, 3, 16)),
    (bounds.few_shot_error_a16, (0.1, 0.2, 0.3, 20, 3)),
    (bounds.few_shot_error_optimal, (0.1, 0.2, 0.3, 20, 3)),
    (bounds.few_shot_error_limit, (0.1, 3)),
    (bounds.few_shot_error_limit_sharp, (0.1, 3)),
    (bounds.few_shot_error_second_moment, (0.1, 0.2, 20, 3)),
    (bounds.few_shot_error_gaussian_limit, (0.1,)),
    (bounds.few_shot_error_by_pair, (FULL, FULL, 20)),
    (bounds.few_shot_error_gaussian, (np.eye(2), EYES, 20)),
    (bounds.orthogonal_noise_error, (0.1, 20)),
]


@pytest.mark.parametrize(("calculator", "args"), COMPLETE)
def test_nan_always_raises(calculator: Callable[..., Any], args: tuple[Any, ...]) -> None:
    calculator(*args)
    for position, value in enumerate(args):
        spoilt = np.full(np.shape(value), NAN)
        with pytest.raises(ValueError, match=r"^need .*nan"):
            calculator(*args[:position], spoilt, *args[position + 1 :])


@pytest.mark.parametrize(("calculator", "args"), COMPLETE)
def test_what_is_no_number_raises(calculator: Callable[..., Any], args: tuple[Any, ...]) -> None:
    for position in range(len(args)):
        for value in ("ten", None, 1j):
            with pytest.raises(ValueError, match=r"^need "):
                calculator(*args[:position], value, *args[position + 1 :])


def test_directional_above_total_variance_is_let_through() -> None:
    assert bounds.few_shot_error_second_moment(0.2, 0.2 * (1 - 1e-16), 5, 2) > 0
    assert bounds.few_shot_error_optimal(0.3, 0.2, 0.4, 5, 2).value > 0


def test_require_quotes_the_first_offender() -> None:
    with pytest.raises(ValueError, match=r"^need x < y, got x=3, y=2.5 at index \(0, 2\)$"):
        require(np.array([[1, 2, 3]]) < 2.5, "x < y", x=[[1, 2, 3]], y=2.5)
    with pytest.raises(ValueError, match=r"^need n >= 1, got n=nan$"):
        require_at_least(1, n=NAN)
    require(True, "nothing")


def test_integers_keep_their_digits_and_large_ones_pass() -> None:
    assert real(np.int8(5)).dtype == np.int64
    assert real([10**30, 1]).dtype == np.float64
    assert real(np.uint64(5)).dtype == real(True).dtype == np.float64
    assert real(np.float32(0.5)).dtype == np.float64
    gap = bounds.dcl_nscl_gap(2**60, 2**60 - 1)  # float64 cannot tell these two apart
    np.testing.assert_allclose(gap, 2 + 60 * np.log(2), rtol=1e-15)
    assert bounds.dcl_nscl_gap_etf(10**30, 5) > 0
    assert bounds.infonce_minimum(10**40, 1.0) > 90
