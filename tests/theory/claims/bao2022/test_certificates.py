"""The covers behind theorems B, B1, B2 (K <= 2) and D, certified again by ball arithmetic."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from tests.theory.claims.bao2022.balls import (
    admissible,
    ball,
    bits,
    exp_remainder,
    flint,
    h1,
    h2,
    sinh_ratio,
)
from tests.theory.claims.bao2022.covers import Ball, Box, Cover, NotCoveredError, cover

ZERO = Fraction(0)


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with bits(200):
        yield


def certificate_b(a: str, least: str) -> Cover:
    """a h1 <= h2 for eps <= 1/4 and y <= 2a (1 - eps)."""
    top = 2 * Fraction(a)

    def margin(box: Box) -> Ball | None:
        (e0, e1), (y0, y1) = box
        return h2(e0, y0) - flint.arb(a) * h1(e1, y1) if admissible(box) else None

    return cover(
        ((ZERO, Fraction(1, 4)), (ZERO, top)),
        margin,
        least=flint.arb(least),
        outside=lambda box: box[1][0] >= top * (1 - box[0][0]),
    )


def certificate_b1(a: str) -> Cover:
    """2 sinh(y)/y - 1 >= 2 a (e^y - 1 - y)/y^2 for y <= 2a."""

    def margin(box: Box) -> Ball:
        ((y0, y1),) = box
        return 2 * sinh_ratio(y0) - 1 - 2 * flint.arb(a) * exp_remainder(y1) / ball(y1) ** 2

    return cover(((ZERO, 2 * Fraction(a)),), margin)


def certificate_two_negatives(bound: str) -> Cover:
    """M_2(1) <= bound."""

    def margin(box: Box) -> Ball:
        ((y0, y1),) = box
        rising = exp_remainder(y1) + 2 * ball(y1) ** 2 / 3
        return flint.arb(bound) - (rising - ball(y0) * ball(y0).sinh())

    return cover(((ZERO, Fraction(2)),), margin)


def certificate_d(a: str) -> Cover:
    """sinh(y)/y >= a (e^y - 1 - y)/y^2 for y <= 2a."""

    def margin(box: Box) -> Ball:
        ((y0, y1),) = box
        return sinh_ratio(y0) - flint.arb(a) * exp_remainder(y1) / ball(y1) ** 2

    return cover(((ZERO, 2 * Fraction(a)),), margin)


def test_theorem_b_holds_up_to_four_fifths() -> None:
    found = certificate_b("0.8", "1e-6")
    assert (found.accepted, found.discarded) == (1539, 17)
    assert found.margin > 9.6e-6


def test_theorem_b_leaves_room_for_rounding_in_the_norm() -> None:
    assert certificate_b("0.805", "1e-7").accepted == 6123


def test_theorem_b1_holds_up_to_909_thousandths() -> None:
    found = certificate_b1("0.909")
    assert found.accepted == 164
    assert found.margin > 2.6e-7


def test_theorem_b1_is_easy_at_four_fifths() -> None:
    found = certificate_b1("0.8")
    assert found.accepted == 6
    assert found.margin > 0.045


def test_one_negative_at_unit_norm_is_maximal_at_one() -> None:
    """phi = e^y - 1 - y - y sinh y + y^2/2 has phi' = (1 - y)(cosh y - 1): both printed forms."""
    phi = flint.arb(1).exp() - 2 - flint.arb(1).sinh() + flint.arb("0.5")
    constant = flint.arb(1).cosh() - flint.arb("1.5")
    assert phi.overlaps(constant)
    assert constant < flint.arb("0.04308063482")
    assert constant > flint.arb("0.04308063480")
    for y in map(ball, (Fraction(1, 3), Fraction(3, 2))):
        slope = y.exp() - 1 - y.sinh() - y * y.cosh() + y
        assert slope.overlaps((1 - y) * (y.cosh() - 1))


def test_two_negatives_at_unit_norm() -> None:
    found = certificate_two_negatives("0.296")
    assert found.accepted == 2097
    assert found.margin > 2e-8


def test_theorem_d_holds_up_to_161_hundredths() -> None:
    found = certificate_d("1.61")
    assert found.accepted == 310
    assert found.margin > 5.2e-6


def test_a_wrong_constant_is_not_certified() -> None:
    with pytest.raises(NotCoveredError):
        certificate_b("0.806", "1e-6")
    with pytest.raises(NotCoveredError):
        certificate_b1("0.91")
    with pytest.raises(NotCoveredError):
        certificate_two_negatives("0.295")
    with pytest.raises(NotCoveredError):
        certificate_d("1.611")


def test_a_margin_that_is_not_a_number_is_not_certified() -> None:
    with pytest.raises(NotCoveredError):
        cover(((ZERO, Fraction(1)),), lambda box: flint.arb("nan"))
