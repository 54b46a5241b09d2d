"""CKA and RSA of two matrices, with intervals and a null where they have one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from contrastbounds.audit.comparison.pair import Pair
from theory.alignment import IndexInference, cka, compare, rsa

LEVEL = 0.95

Rows = Literal["as given", "unit"]
QUANTITY = {("CKA, biased", "unit"): "CKA of cosines", ("RSA", "unit"): "RSA"}  # of the floors


@dataclass(frozen=True, kw_only=True)
class Index:
    """One index of similarity; None where it is undefined, or has no interval or null."""

    title: str
    on: Rows
    """Which rows: as they were given, or scaled to unit length."""
    value: float | None
    low: float | None = None
    high: float | None = None
    null_mean: float | None = None
    null_high: float | None = None
    """What the index exceeds in a share 1 - `LEVEL` of the permutations of one side's items."""
    p_value: float | None = None

    @property
    def label(self) -> str:
        """The title, with the rows where there is a choice."""
        if self.title == "RSA":
            return self.title
        return f"{self.title}, {'unit rows' if self.on == 'unit' else 'rows as given'}"


@dataclass(frozen=True, kw_only=True)
class Indices:
    """All indices, and why some of them could not be computed."""

    every: tuple[Index, ...]
    undefined: tuple[str, ...]

    def of_unit_rows(self, title: str) -> float | None:
        """The index of that name."""
        return next(i.value for i in self.every if (i.title, i.on) == (title, "unit"))


def indices(given: Pair, *, generator: torch.Generator, permutations: int) -> Indices:
    """Debiased CKA and RSA with interval and null, then biased CKA; CKA of unit rows too."""
    x, y = given.first, given.other
    biased, raw = partial(cka, debiased=False), _raw(given)
    wanted: tuple[tuple[str, Rows, Callable[[Tensor, Tensor], Tensor]], ...] = (
        ("CKA, debiased", raw, cka),
        ("RSA", "unit", rsa),
        ("CKA, biased", raw, biased),
    )
    if raw != "unit":
        wanted += (("CKA, debiased", "unit", cka), ("CKA, biased", "unit", biased))
    values: dict[tuple[str, Rows], float] = {}
    undefined: dict[str, list[str]] = {}
    for title, on, index in wanted:
        try:
            sides = (x.unit, y.unit) if on == "unit" else (x.rows, y.rows)
            values[title, on] = index(*sides).item()
        except ValueError as error:
            label = Index(title=title, on=on, value=None).label
            undefined.setdefault(_of_files(error, given), []).append(label)
    inferred: dict[tuple[str, Rows], IndexInference] = {}
    if not {("CKA, debiased", raw), ("RSA", "unit")} - values.keys():
        try:
            found = compare(
                x.rows, y.rows, generator=generator, permutations=permutations, level=LEVEL
            )
            inferred = {("CKA, debiased", raw): found.cka, ("RSA", "unit"): found.rsa}
        except ValueError as error:
            undefined.setdefault(_of_files(error, given), []).append("intervals and null")
    every = (
        _index(title, on, values.get((title, on)), inferred.get((title, on)))
        for title, on, _ in wanted
    )
    return Indices(
        every=tuple(every),
        undefined=tuple(f"{'; '.join(who)}: {why}" for why, who in undefined.items()),
    )


def _index(title: str, on: Rows, value: float | None, found: IndexInference | None) -> Index:
    if found is None:
        return Index(title=title, on=on, value=value)
    return Index(
        title=title,
        on=on,
        value=value,
        low=found.low,
        high=found.high,
        null_mean=found.null_mean,
        null_high=found.null_high,
        p_value=found.p_value,
    )


def _raw(given: Pair) -> Rows:
    """What the rows as given are called."""
    return "unit" if given.unit else "as given"


def _of_files(error: ValueError, given: Pair) -> str:
    """The theory's sentence with the files' names: it calls the sides x and y."""
    names = {"x": given.first.name, "y": given.other.name}
    return re.sub(r"\b[xy]\b", lambda found: names[found[0]], str(error))
