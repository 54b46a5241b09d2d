"""Every loss of `theory.losses` is told from all the others, with its constants."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from tests.theory.losses.cases import agree
from theory import losses
from theory.conventions import Convention, identify
from theory.losses import (
    balanced,
    cl,
    dcl,
    dhel,
    loss_rounding,
    nscl,
    ntxent,
    paired_dcl,
    paired_nscl,
    supcon,
)

Make = Callable[[float], Callable[..., Tensor]]
EPS = 2.0**-52

OURS: dict[str, tuple[str, str, Make]] = {
    "ntxent": ("ntxent", "views", lambda t: lambda z: ntxent(z, t)),
    "dcl": ("dcl", "views", lambda t: lambda z: dcl(z, t)),
    "cl": ("cl", "views", lambda t: lambda z: cl(z, t)),
    "cl-all": ("cl", "views", lambda t: lambda z: cl(z, t, "all")),
    "paired_dcl": ("paired_dcl", "views", lambda t: lambda z: paired_dcl(z, t)),
    "dhel": ("dhel", "views", lambda t: lambda z: dhel(z, t)),
    "dhel-one": ("dhel", "views", lambda t: lambda z: dhel(z, t, both_energies=False)),
    "nscl": ("nscl", "views, labels", lambda t: lambda z, y: nscl(z, y, t)),
    "supcon": ("supcon", "views, labels", lambda t: lambda z, y: supcon(z, y, t)),
    "paired_nscl": ("paired_nscl", "views, labels", lambda t: lambda z, y: paired_nscl(z, y, t)),
    "paired_nscl-with": (
        "paired_nscl",
        "views, labels",
        lambda t: lambda z, y: paired_nscl(z, y, t, positive_in_denominator=True),
    ),
}
BALANCED: list[dict[str, Any]] = [
    {},
    {"include_positive": True},
    {"mean": True},
    {"negatives": "same-view", "mean": True},
    {"negatives": "other-classes"},
    {"negatives": "other-classes", "include_positive": True, "mean": True},
]


def views() -> tuple[Tensor, Tensor]:
    """A batch unlike the probes: nine samples of four classes in three dimensions."""
    generator = torch.Generator().manual_seed(9)
    z = normalize(torch.randn(9, 2, 3, generator=generator, dtype=torch.float64), dim=-1)
    return z, torch.tensor([4, 4, 7, 7, 7, -2, -2, 0, 0])


def evaluate(expression: str, z: Tensor, labels: Tensor) -> float:
    """The line that a user would paste."""
    names = {name: getattr(losses, name) for name in losses.__all__}
    return float(eval(expression, names | {"z": z, "labels": labels}))


def computes(found: Convention, loss: Callable[..., Any]) -> bool:
    """Whether the expression has the callable's value, to rounding of losses and constants."""
    z, labels = views()
    theirs = float(loss(z, labels) if "labels" in found.layout else loss(z))
    ours = evaluate(found.expression, z, labels)
    count = 1 if found.reduction == "mean" else z[..., 0].numel()
    weight = count * abs(found.scale) * (1.0 + found.repulsion)
    slack = 2 * weight * loss_rounding(18, 3, found.tau, EPS) + 2 * EPS * abs(theirs)
    return agree(ours, theirs, slack + found.rounding)


def grid() -> Iterator[Any]:
    """Every loss over the temperatures, factors changing along."""
    factors = [1.0, 7.25, 0.5 / 0.07]
    for i, case in enumerate(OURS):
        for j, tau in enumerate((0.05, 0.5, 2.0)):
            marks = () if j == i % 3 else (pytest.mark.slow,)
            yield pytest.param(case, tau, factors[(i + j) // 3 % 3], marks=marks)


@pytest.mark.parametrize(("case", "tau", "factor"), list(grid()))
def test_a_loss_of_ours_is_named(case: str, tau: float, factor: float) -> None:
    name, layout, make = OURS[case]

    def loss(*arguments: Tensor) -> Tensor:
        return factor * make(tau)(*arguments)

    found = identify(loss, layout=layout)
    assert (found.name, found.tau, found.reduction) == (name, tau, "mean")
    assert found.scale == pytest.approx(factor, rel=1e-9)
    assert (found.normalises, found.offset) == (False, 0)
    assert computes(found, loss)
    assert any("scaled" in line for line in found.warnings) == (factor != 1)


@pytest.mark.parametrize("options", BALANCED, ids=str)
def test_balanced_is_told_with_its_repulsion(options: dict[str, Any]) -> None:
    labelled = options.get("negatives") == "other-classes"

    def loss(z: Tensor, labels: Tensor | None = None) -> Tensor:
        return balanced(z, 4.0, 0.7, labels=labels, **options)

    found = identify(loss, layout="views, labels" if labelled else "views")
    assert (found.name, found.tau) == ("balanced", 0.25)
    assert found.repulsion == 0.7
    assert computes(found, loss)


def test_every_temperature_of_use_is_found() -> None:
    for tau in (0.01, 0.07, 10.0):
        found = identify(lambda z, tau=tau: ntxent(z, tau), layout="views")
        assert (found.name, found.tau, found.scale) == ("ntxent", tau, 1.0)


def test_sums_and_values_for_each_anchor() -> None:
    def total(z: Tensor) -> Tensor:
        return z[..., 0].numel() * dcl(z, 0.5)

    found = identify(total, layout="views")
    assert (found.name, found.reduction, found.scale) == ("dcl", "sum", 1)
    assert any("a sum over anchors" in line for line in found.warnings)
    assert computes(found, total)
    found = identify(lambda z: len(z) * dcl(z, 0.5), layout="views")
    assert (found.reduction, found.scale) == ("sum over samples", 1)

    def anchors(z: Tensor) -> Tensor:
        rows = z.flatten(0, 1)
        s = (rows @ rows.mT / 0.2).fill_diagonal_(-math.inf)
        positive = torch.arange(len(rows)) ^ 1
        return torch.nn.functional.cross_entropy(s, positive, reduction="none")

    found = identify(anchors, layout="views")
    assert (found.name, found.tau, found.reduction) == ("ntxent", 0.2, "none")


def test_an_offset_is_told() -> None:
    found = identify(lambda z: dcl(z, 0.5) - 3.5, layout="views")
    assert (found.name, found.scale, found.offset) == ("dcl", 1, -3.5)
    assert computes(found, lambda z: dcl(z, 0.5) - 3.5)


def test_what_coincides_is_reported_as_equal() -> None:
    found = identify(lambda z: ntxent(z, 0.5), layout="views")
    assert "paired_dcl(z, tau=0.5, positive_in_denominator=True)" in found.equal
    z, labels = views()
    ours = evaluate(found.expression, z, labels)
    slack = 4 * loss_rounding(18, 3, 0.5, EPS)
    assert all(agree(evaluate(line, z, labels), ours, slack) for line in found.equal)


def test_the_answer_does_not_hang_on_the_probes() -> None:
    for seed in (1,):
        found = identify(
            lambda z, y: supcon(z, y, 0.1),
            layout="views, labels",
            generator=torch.Generator().manual_seed(seed),
        )
        assert (found.name, found.tau, found.scale) == ("supcon", 0.1, 1)


def test_numbers_are_taken_as_they_come() -> None:
    for returned in (float, lambda value: value.numpy(), lambda value: [value.item()]):
        found = identify(lambda z, as_=returned: as_(dcl(z, 0.5)), layout="views")
        assert (found.name, found.tau) == ("dcl", 0.5)
