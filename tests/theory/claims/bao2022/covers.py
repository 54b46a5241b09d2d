"""Finite covers: an inequality on a box, certified by finitely many smaller boxes."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Ball = Any  # a real ball: comparisons are true only if they hold for all of it
Side = tuple[Fraction, Fraction]
Box = tuple[Side, ...]

DEEPEST = 40


class NotCoveredError(Exception):
    """The inequality fails at a point, or some box stays undecided however small it gets."""


@dataclass(frozen=True, kw_only=True)
class Cover:
    """How a bisection ended: every box accepted, or outside the region."""

    accepted: int
    discarded: int
    margin: float
    """The least certified margin, rounded down by the ball's own radius."""


def cover(
    box: Box,
    margin: Callable[[Box], Ball | None],
    *,
    least: Ball = 0,
    outside: Callable[[Box], bool] = lambda box: False,
) -> Cover:
    """Bisect `box` until `margin` is certainly above `least` on every part inside the region.

    `margin(part)` bounds the inequality's slack from below on a part, or is None where it cannot
    say. The side that is longer relative to the whole is halved, the last one on ties. Raises
    NotCoveredError where the margin is certainly negative at a part's low corner, and after
    `DEEPEST` halvings of a side.
    """
    accepted = discarded = 0
    lowest: Ball = float("inf")
    stack = [(box, (0,) * len(box))]
    while stack:
        part, depths = stack.pop()
        if outside(part):
            discarded += 1
            continue
        slack = margin(part)
        if slack is not None and slack > least:
            accepted += 1
            lowest = min(lowest, float(slack.lower()))
            continue
        i = max(range(len(part)), key=lambda i: (-depths[i], i))
        at_corner = margin(tuple((low, low) for low, _ in part))
        if depths[i] == DEEPEST or (at_corner is not None and at_corner < 0):
            raise NotCoveredError(f"not so in {[tuple(map(float, side)) for side in part]}")
        deeper = (*depths[:i], depths[i] + 1, *depths[i + 1 :])
        stack += [((*part[:i], half, *part[i + 1 :]), deeper) for half in halves(part[i])]
    return Cover(accepted=accepted, discarded=discarded, margin=lowest)


def halves(side: Side) -> tuple[Side, Side]:
    """Both halves, exactly."""
    low, high = side
    middle = (low + high) / 2
    return (low, middle), (middle, high)
