"""How alike two sets of embeddings of the same items are, measured and certified."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Progress
from contrastbounds.audit.comparison.by_class import ByClass, by_class
from contrastbounds.audit.comparison.floors import Measured, floor_rows
from contrastbounds.audit.comparison.gram import gram_difference
from contrastbounds.audit.comparison.indices import LEVEL, QUANTITY, Index, indices
from contrastbounds.audit.comparison.pair import Pair, pair
from contrastbounds.audit.comparison.sample import CosineCounts, cosine_counts
from contrastbounds.embeddings import Items
from theory.alignment import cka_rounding, rsa_rounding

PERMUTATIONS = (19, 999)  # fewest that `LEVEL` allows, and most by default
WORK = 6e10  # products in all permutations by default
STAGES = 3  # that `progress` is told of


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two representations."""

    source: str
    sha256: str | None
    k: int
    d: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Similarity of two representations, and what their distance proves about it."""

    first: Side
    other: Side
    n: int
    unit: bool
    """Whether the rows had unit length, so that `as given` and `unit` mean the same."""
    level: float
    permutations: int
    seed: int
    indices: tuple[Index, ...]
    undefined: tuple[str, ...]
    """What could not be computed, and why."""
    rho: float
    """||H(S - S')H||/||HSH|| of the cosine Gram matrices, S the first's; NaN if undefined."""
    rho_least: float
    """The same over the larger of the two norms."""
    r: float
    """||b - a||/(sqrt M sigma_a) of the cosine dissimilarities a, b."""
    r_least: float
    """The same without the mean difference, over the larger of the two deviations."""
    by_class: ByClass | None
    cosines: CosineCounts
    rows: tuple[Row, ...]
    seconds: float

    @property
    def cka(self) -> Index:
        """Debiased CKA of the rows as they were given, with its interval."""
        return self.indices[0]

    @property
    def rsa(self) -> Index:
        """RSA, with its interval."""
        return self.indices[1]

    def floors_of(self, index: Index) -> tuple[Row, ...]:
        """The certified floors of one index."""
        quantity = QUANTITY.get((index.title, index.on))
        return tuple(row for row in self.rows if row.quantity == quantity)


def default_permutations(n: int, d: int, other_d: int) -> int:
    """999, fewer for large files: a function of the sizes alone."""
    fewest, most = PERMUTATIONS
    each = n * (d * other_d if max(d, other_d) <= n else n)
    return min(most, max(fewest, int(WORK / each)))


def compare(
    first: Items,
    other: Items,
    *,
    seed: int = 0,
    permutations: int | None = None,
    device: torch.device | str = "cpu",
    labelled: bool = True,
    progress: Progress = lambda stage: None,
) -> Comparison:
    """Compare two representations of the same items in the same order, in float64.

    Symbols
        first, other  any numbers of dimensions and views; the views of an item are averaged
        permutations  of the items, for the null; None: as many as `default_permutations` says
        labelled      whether to tell pairs within classes from pairs between them

    Errors
        ValueError unless both have the same number of items, at least 4, that differ, with the
        same labels where both have labels; and for a negative seed.
    """
    if seed < 0:
        raise ValueError(f"need seed >= 0, got seed={seed}")
    start = time.monotonic()
    given = pair(first, other, device=device, labelled=labelled)
    x, y = given.first, given.other
    wanted = default_permutations(given.n, x.d, y.d) if permutations is None else permutations
    generator = torch.Generator().manual_seed(seed)
    progress("alignment: distances")
    at = gram_difference(x.unit, y.unit)
    counts = cosine_counts(given, generator=generator)
    progress("alignment: intervals and null")
    found = indices(given, generator=generator, permutations=wanted)
    progress("alignment: classes")
    cka, rsa = found.of_unit_rows("CKA, biased"), found.of_unit_rows("RSA")
    return Comparison(
        first=Side(source=x.name, sha256=x.sha256, k=x.views, d=x.d),
        other=Side(source=y.name, sha256=y.sha256, k=y.views, d=y.d),
        n=given.n,
        unit=given.unit,
        level=LEVEL,
        permutations=wanted,
        seed=seed,
        indices=found.every,
        undefined=found.undefined,
        rho=_ratio(cka, at.difference, at.norms[0]),
        rho_least=_ratio(cka, at.difference, max(at.norms)),
        r=_ratio(rsa, at.rdm_difference, at.spreads[0]),
        r_least=_ratio(rsa, at.rdm_difference_centred, max(at.spreads)),
        by_class=by_class(given),
        cosines=counts,
        rows=floor_rows(
            at,
            cka=_measured(cka, partial(cka_rounding, debiased=False), given),
            rsa=_measured(rsa, rsa_rounding, given),
        ),
        seconds=time.monotonic() - start,
    )


def _measured(
    value: float | None, rounding: Callable[[Tensor, Tensor], float], given: Pair
) -> Measured | None:
    if value is None:
        return None
    return Measured(value=value, rounding=rounding(given.first.unit, given.other.unit))


def _ratio(index: float | None, distance: float, size: float) -> float:
    """NaN where the index is undefined: the size is rounding."""
    return math.nan if index is None or size == 0 else distance / size
