"""The functions of the intercept's certificates, in ball arithmetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import pytest

from tests.theory.claims.bao2022.covers import Ball, Box

flint = pytest.importorskip("flint", reason="certificates need the extra `cert`")


@contextmanager
def bits(precision: int) -> Iterator[None]:
    """Balls with midpoints of `precision` bits."""
    before = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        yield
    finally:
        flint.ctx.prec = before


def ball(x: Fraction) -> Ball:
    """The smallest ball around a rational number."""
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def negatives_sum(eps: Fraction, y: Ball) -> Ball:
    """G_N at N = 1/eps, where eps e^y < 1; eps = 0 is the limit."""
    if eps == 0:
        return ((2 * y).exp() - 1) / 2
    e = ball(eps)
    return (1 - e) / e * (1 - y.exp() - ((1 - e * y.exp()) / (1 - e)).log() / e)


def linear_excess(eps: Fraction, y: Fraction) -> Ball:
    """G_N(y) - y, that is y^2 h1."""
    return negatives_sum(eps, ball(y)) - ball(y)


def odd_part(eps: Fraction, y: Fraction) -> Ball:
    """G_o(y)/(1 - eps), that is y h2."""
    t = ball(y)
    return (negatives_sum(eps, t) - negatives_sum(eps, -t)) / 2 / (1 - ball(eps))


def h1(eps: Fraction, y: Fraction) -> Ball:
    """(9), for y > 0."""
    return linear_excess(eps, y) / ball(y) ** 2


def h2(eps: Fraction, y: Fraction) -> Ball:
    """(9); at y = 0 the limit."""
    return odd_part(eps, y) / ball(y) if y else 1 / (1 - ball(eps))


def admissible(box: Box) -> bool:
    """Away from the logarithm's pole: e1 e^{y1} < .95."""
    (_, eps), (_, y) = box
    return bool(ball(eps) * ball(y).exp() < ball(Fraction(95, 100)))


def sinh_ratio(y: Fraction) -> Ball:
    """sinh(y)/y."""
    return ball(y).sinh() / ball(y) if y else flint.arb(1)


def exp_remainder(y: Fraction) -> Ball:
    """e^y - 1 - y."""
    return ball(y).exp() - 1 - ball(y)
