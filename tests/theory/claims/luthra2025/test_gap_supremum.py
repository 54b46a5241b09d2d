"""The numerical facts in the proof of the loss-gap supremum, certified by ball arithmetic."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

flint = pytest.importorskip("flint", reason="certificates need the extra `cert`")
arb = flint.arb
Ball = Any  # a real ball: comparisons are true only if they hold for all of it

PROOF = Path(__file__).parents[4] / "docs/theory/luthra2025/gap-supremum.md"


def c(h: Ball, beta: Ball) -> Ball:
    h, beta = arb(h), arb(beta)
    return 2 * (1 + beta) * (1 + h - 1 / (2 * beta)) * (-h).exp()


def ell(h: Ball, beta: Ball) -> Ball:
    h, beta = arb(h), arb(beta)
    return 2 * h - 4 * (1 + beta) + (1 + beta).log()


def cb(h: Ball) -> Ball:
    h = arb(h)
    return 2 * ((-h).exp() + (-h / 2 - 2).exp()) * (1 + h - (-(h - 4) / 2).exp() / 2)


def psib(h: Ball) -> Ball:
    return (arb("0.33") + arb("2.68") * (2 * arb(h) - 8).exp()).log()


def case_1a(h: str, scale: str, weight: int, shift: str) -> Ball:
    x = arb(h)
    return arb(scale) * x * (x + arb(shift)) * (-x).exp() + weight * x / (x.exp() - 1)


def case_2a(h: str) -> Ball:
    x = arb(h)
    return 2 * x * (1 + x) * ((-x).exp() + (-x / 2 - 2).exp()) + 2 * x / (x.exp() - 1)


def cell(h1: str, b1: str, h2: str, b2: str) -> Ball:
    return c(arb(h1), arb(b1)) + ell(arb(h2), arb(b2)) / 12


FACTS: dict[str, Callable[[], Ball]] = {
    "0": lambda: 5 * arb(-2).exp() * (1 + arb(-1).exp()),
    "1A-i": lambda: case_1a("4.4", "3", 5, "0"),
    "1A-ii": lambda: case_1a("4.8", "4", 3, "0.5"),
    "1B-1": lambda: cell("2.62", "0.31", "3", "0.25"),
    "1B-2": lambda: cell("3", "0.31", "3.4", "0.25"),
    "1B-3": lambda: cell("3.4", "0.31", "3.8", "0.25"),
    "1B-4": lambda: cell("3.8", "0.31", "4.1", "0.25"),
    "1B-5": lambda: cell("4.1", "0.31", "4.4", "0.25"),
    "1B-6": lambda: 9 * arb(-3).exp() + arb("1.7").log() / 12,
    "1B-7": lambda: c(arb("3.4"), arb("0.7")) + arb(2).log() / 12,
    "1B-8": lambda: cell("4.4", "0.5", "4.4", "0.31"),
    "1B-9": lambda: cell("4.8", "0.75", "4.8", "0.5"),
    "1B-10": lambda: cell("4.8", "1", "4.8", "0.75"),
    "1B-u": lambda: 1 / arb("0.62"),
    "2A": lambda: case_2a("5.4"),
    "2B-p": lambda: arb("0.7").exp() / (1 + arb("0.7").exp()),
    "2B-1": lambda: cb("4") + psib("4.4") / 12,
    "2B-2": lambda: cb("4.4") + psib("4.7") / 12,
    "2B-3": lambda: cb("4.7") + psib("5") / 12,
    "2B-4": lambda: cb("5") + psib("5.25") / 12,
    "2B-5": lambda: cb("5.25") + psib("5.4") / 12,
}


def printed() -> dict[str, tuple[str, str]]:
    """Label, stated upper bound and limit of each row of the proof's table."""
    rows = {}
    for line in PROOF.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and re.fullmatch(r"0\.\d+|1\.\d+", cells[3]):
            rows[cells[0]] = (cells[3], cells[4])
    return rows


def test_every_row_of_the_table_is_certified() -> None:
    table = printed()
    assert table.keys() == FACTS.keys()
    for label, (upper, limit) in table.items():
        value = FACTS[label]()
        below = arb(1) / 2 if limit == "1/2" else arb(limit)
        assert value <= arb(upper), label
        assert arb(upper) < below, label


def test_a_wrong_row_is_not_certified() -> None:
    assert not cell("4.1", "0.31", "4.8", "0.25") < arb("0.5")


def bisect(
    negative: Callable[[Ball, Ball], bool],
    drop: Callable[[Ball, Ball], bool],
    box: tuple[tuple[str, str], tuple[str, str]],
) -> int:
    """How many boxes it takes to certify `negative` on all of `box`."""
    stack = [tuple((arb(low), arb(high)) for low, high in box)]
    boxes = 0
    while stack:
        (h1, h2), (b1, b2) = stack.pop()
        h, beta = h1.union(h2), b1.union(b2)
        if drop(h2, b1):
            continue
        boxes += 1
        assert boxes < 5000, "the bisection does not end"
        if negative(h, beta):
            continue
        if bool(h2 - h1 > 2 * (b2 - b1)):
            middle = (h1 + h2) / 2
            stack += [((h1, middle), (b1, b2)), ((middle, h2), (b1, b2))]
        else:
            middle = (b1 + b2) / 2
            stack += [((h1, h2), (b1, middle)), ((h1, h2), (middle, b2))]
    return boxes


@pytest.mark.parametrize("box", [(("2.5", "4.4"), ("0.25", "0.5")), (("3", "4.8"), ("0.5", "1"))])
def test_bisection_certifies_case_1b(box: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """None of the monotonicity of 1B is used: G < 0.4999 on the region h >= 2 (1 + beta)."""
    boxes = bisect(
        lambda h, beta: bool(c(h, beta) + ell(h, beta) / 12 < arb("0.4999")),
        lambda h2, b1: bool(h2 < 2 * (1 + b1)),
        box,
    )
    assert boxes > 1


def test_bisection_certifies_case_2b() -> None:
    boxes = bisect(
        lambda h, _: bool(cb(h) + psib(h) / 12 < arb("0.4999")),
        lambda h2, b1: False,
        (("4", "5.4"), ("0", "0.001")),
    )
    assert boxes > 1
