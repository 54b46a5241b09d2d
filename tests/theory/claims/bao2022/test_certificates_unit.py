"""The covers behind theorem B2 for three and more negatives: the brace of (8) is at most 0.6."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from tests.theory.claims.bao2022.balls import (
    admissible,
    ball,
    bits,
    flint,
    h1,
    h2,
    linear_excess,
    odd_part,
)
from tests.theory.claims.bao2022.covers import Ball, Box, Cover, NotCoveredError, cover
from theory.claims.bao2022 import intercept_certificate as claimed

ZERO = Fraction(0)


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with bits(200):
        yield


def slack(bound: str, box: Box) -> Ball:
    """The bound less y^2 (h1 - h2), each term at the corner where it is worst."""
    (e0, e1), (y0, y1) = box
    return flint.arb(bound) - linear_excess(e1, y1) + ball(y0) * odd_part(e0, y0)


def six_laws_and_more(bound: str) -> Cover:
    """Eps <= 1/6, y <= 2 (1 - eps)."""
    return cover(
        ((ZERO, Fraction(1, 6)), (ZERO, Fraction(2))),
        lambda box: slack(bound, box) if admissible(box) else None,
        least=flint.arb("1e-6"),
        outside=lambda box: box[1][0] >= 2 * (1 - box[0][0]),
    )


def five_laws(bound: str) -> Cover:
    """Eps = 1/5, y <= 8/5."""
    fifth = (Fraction(1, 5), Fraction(1, 5))
    return cover(
        ((ZERO, Fraction(8, 5)),),
        lambda box: slack(bound, (fifth, box[0])),
        least=flint.arb("1e-6"),
    )


@pytest.mark.slow
def test_the_brace_is_at_most_six_tenths() -> None:
    found = six_laws_and_more("0.6")
    assert (found.accepted, found.discarded) == (57877, 50)
    assert found.margin > 1.3e-6


def test_the_brace_is_at_most_seven_tenths() -> None:
    """The quick form of the cover above: the same rules, a larger constant."""
    found = six_laws_and_more("0.7")
    assert (found.accepted, found.discarded) == (10120, 49)
    assert found.margin > 2e-5


def test_the_brace_of_five_laws_is_at_most_six_tenths() -> None:
    found = five_laws("0.6")
    assert (found.accepted, found.discarded) == (198, 0)
    assert found.margin > 2.9e-4


def test_a_wrong_constant_is_not_certified() -> None:
    with pytest.raises(NotCoveredError):
        six_laws_and_more("0.4")
    with pytest.raises(NotCoveredError):
        five_laws("0.5")


@pytest.mark.parametrize("eps", [ZERO, Fraction(1, 1000), Fraction(1, 6), Fraction(1, 5)])
@pytest.mark.parametrize("y", [Fraction(1, 10), Fraction(1), Fraction(8, 5)])
def test_closed_forms_are_the_series(eps: Fraction, y: Fraction) -> None:
    """With the tail bounded by a geometric series."""
    e, t = ball(eps), ball(y)
    first = second = flint.arb(0)
    for j in range(2, 3000):
        jt = j * t
        first += (1 - e) * e ** (j - 2) * (jt.exp() - 1 - jt) / (j * t**2)
        second += e ** (j - 2) * jt.sinh() / jt
    tail = (e * t.exp()) ** 2998 * (2 * t).exp() / (t**2 * (1 - e * t.exp()))
    assert first <= h1(eps, y) + flint.arb("1e-40")
    assert h1(eps, y) <= first + tail + flint.arb("1e-40")
    assert second <= h2(eps, y) + flint.arb("1e-40")
    assert h2(eps, y) <= second + tail + flint.arb("1e-40")


@pytest.mark.parametrize("eps", [0.0, 1e-9, 0.01, 0.125, 0.2, 0.25])
@pytest.mark.parametrize("y", [1e-9, 1e-3, 0.1, 0.24, 0.26, 1.0, 1.2])
def test_the_claims_evaluate_the_certified_functions(eps: float, y: float) -> None:
    """Within their derived rounding error of the balls at the same doubles."""
    corner = claimed.Corner(eps=eps, y=y)
    exact = Fraction(eps), Fraction(y)
    with bits(500):
        first, second = h1(*exact), h2(*exact)
        assert abs(first - claimed.h1(corner)) <= claimed.relative_error(corner) * first
        assert abs(second - claimed.h2(corner)) <= claimed.relative_error(corner) * second
