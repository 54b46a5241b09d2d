"""Batches of equally many items per class: their mean loss bounds the population's objective."""

import functools
import itertools
import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point
from theory.claims.lee2025._population import (
    ALPHA,
    OFF_ZERO,
    REPULSION,
    SCALE,
    Population,
    build_population,
)
from theory.claims.lee2025._source import CERTIFICATE, ours, reconstructed
from theory.losses import balanced, dcl
from theory.prototypes import prototype_bias, supervised_objective

# classes, items of each, items of each that a batch draws, whether the same one may come again
DESIGNS = Choices(
    (2, 1, 1, 0),
    (2, 2, 1, 0),
    (2, 2, 2, 0),
    (2, 1, 2, 1),
    (2, 2, 2, 1),
    (3, 1, 1, 0),
    (3, 2, 1, 0),
    (3, 2, 2, 0),
)
DOMAIN: Domain = {
    "design": DESIGNS,
    "d": Integers(1, 4),
    "layout": Choices(*OFF_ZERO, "antipodal-items", "antipodal-views", "crossed"),
    "item_scale": SCALE,
    "view_scale": SCALE,
    "alpha": ALPHA,
}
WEIGHED: Domain = {
    **DOMAIN,
    "repulsion": REPULSION,
    "negatives": Choices("other-classes", "other-items", "same-view"),
    "include_positive": Choices(False, True),
}
ONE_EACH: Point = {
    "design": (2, 1, 1, 0),
    "d": 3,
    "layout": "still",
    "item_scale": 1.0,
    "view_scale": 1.0,
    "alpha": 5.0,
    "repulsion": 2.0,
    "negatives": "other-items",
    "include_positive": False,
}
CROSSED: Point = {**{name: ONE_EACH[name] for name in DOMAIN}, "layout": "crossed", "d": 2}


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """A population of two views per item, and how batches are drawn from it."""

    population: Population
    per_class: int  # b, drawn of every class; of each of them two views, i.i.d.
    again: bool  # i.i.d. items, or without replacement
    negatives: str = "other-items"
    include_positive: bool = False

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same in another precision, on another device."""
        return replace(self, population=self.population.to(dtype=dtype, device=device))

    @property
    def labels(self) -> Tensor:
        """The classes of a batch, (c b,)."""
        classes = torch.arange(len(self.population.sizes), device=self.population.z.device)
        return classes.repeat_interleave(self.per_class)

    def batches(self) -> Tensor:
        """All equally likely batches, (batch, c b, 2, d)."""
        sizes = self.population.sizes
        at = _every_batch(len(sizes), sizes[0], self.per_class, self.again)
        at = at.to(self.population.z.device)
        return self.population.z[at[..., :1], at[..., 1:]]

    @property
    def roundoff(self) -> float:
        """Of similarities, and of a logarithm of at most all rows of a batch, over the batches."""
        items = len(self.labels)
        batches = (4 * self.population.sizes[0]) ** items
        size = 2.0 + (2.0 + math.log(2 * items)) / self.population.alpha
        eps = self.population.eps
        return 4.0 * self.population.roundoff + size * (
            accumulated_rounding(4 * items + 16, eps)
            + accumulated_rounding(int(math.log2(batches)) + 64, eps)
        )


@functools.cache
def _every_batch(n_classes: int, n: int, per_class: int, again: bool) -> Tensor:
    """Every item of every batch and the two views seen of it, (batch, c b, 3)."""
    items, views = range(n), list(itertools.product(range(2), repeat=2))
    chosen = (
        list(itertools.product(items, repeat=per_class))
        if again
        else list(itertools.combinations(items, per_class))
    )
    of_class = [
        list(zip(drawn, seen, strict=True))
        for drawn in chosen
        for seen in itertools.product(views, repeat=per_class)
    ]
    return torch.tensor(
        [
            [(y * n + i, *seen) for y, drawn in enumerate(batch) for i, seen in drawn]
            for batch in itertools.product(of_class, repeat=n_classes)
        ]
    )


def build(
    *,
    design: tuple[int, int, int, int],
    d: int,
    layout: str,
    item_scale: float,
    view_scale: float,
    alpha: float,
    repulsion: float = 1.0,
    negatives: str = "other-items",
    include_positive: bool = False,
    generator: torch.Generator,
) -> Stratified:
    """`crossed`: the two views of an item opposite, every item's on an axis of its own, if any."""
    n_classes, n, per_class, again = design
    found = build_population(
        n_classes=n_classes,
        n_max=n,
        imbalance="equal",
        k=2,
        d=d,
        layout="orthogonal" if layout == "crossed" else layout,
        class_scale=1.0,
        item_scale=item_scale,
        view_scale=view_scale,
        alpha=alpha,
        repulsion=repulsion,
        generator=generator,
    )
    if layout == "crossed":
        sign = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
        found = replace(found, z=sign * found.z)
    return Stratified(
        population=found,
        per_class=per_class,
        again=bool(again),
        negatives=negatives,
        include_positive=include_positive,
    )


def objective(case: Stratified) -> float:
    """E sup_lambda of the population."""
    at = case.population
    return supervised_objective(at.z, at.labels, at.repulsion).item()


def expected_certificate(case: Stratified) -> float:
    """E balanced + B2sq - (lambda/alpha) log(2b), or log b with the same view alone."""
    at, labels = case.population, case.labels

    def loss(batch: Tensor) -> Tensor:
        return balanced(
            batch,
            at.alpha,
            at.repulsion,
            negatives=case.negatives,
            labels=labels,
            include_positive=case.include_positive,
        )

    mean = torch.func.vmap(loss)(case.batches()).mean().item()
    rows = case.per_class * (1 if case.negatives == "same-view" else 2)
    squared = prototype_bias(at.z, at.labels).squared.item()
    return mean + squared - at.repulsion / at.alpha * math.log(rows)


def with_own_view(case: Stratified) -> float:
    """tau (E dcl - log(2b)) + B2sq."""
    at, tau = case.population, 1.0 / case.population.alpha
    mean: Tensor = torch.func.vmap(lambda batch: dcl(batch, tau))(case.batches()).mean()
    squared = prototype_bias(at.z, at.labels).squared.item()
    return tau * (mean.item() - math.log(2 * case.per_class)) + squared


def rounding(case: Stratified) -> ArrayLike:
    """The repelling part counts lambda times."""
    return (2.0 + 2.0 * case.population.repulsion) * case.roundoff


CLAIMS = (
    Claim(
        name="lee2025-certificate-expected",
        statement=r"\forall \text{ populations of } K \text{ equal classes},\ \alpha>0,\ \lambda"
        r"\ge0,\ b\ge1:\quad \mathbb E\bigl[-\langle z,M_Y\rangle+\lambda\max_{y'\ne Y}\langle z,"
        r"M_{y'}\rangle\bigr]\le\mathbb E\,\mathcal L_{\mathrm{bal}}+\mathbb E\|M_Y-m_X\|^2-\tfrac"
        r"\lambda\alpha\log(2b),\quad \text{batches of } b \text{ items of every class, two i.i.d."
        r" views each; other items or other classes, positive in or out; } \log b \text{ for the"
        r" same view}",
        source=ours("the supervised objective of a population from its stratified batches"),
        proof=f"{CERTIFICATE}#the-certificate-in-expectation",
        status="sharper",
        kind="for-all",
        domain=WEIGHED,
        build=build,
        measured=objective,
        bound=expected_certificate,
        rounding=rounding,
        attained_by=(
            ONE_EACH,
            {**ONE_EACH, "design": (2, 2, 1, 0), "negatives": "other-classes"},
            {**ONE_EACH, "negatives": "same-view"},
        ),
        cost=10.0,
    ),
    Claim(
        name="lee2025-certificate-own-view-literal",
        statement=r"\forall \text{ populations of } K \text{ equal classes},\ \tau>0,\ b\ge1:\quad "
        r"\mathbb E\bigl[-\langle z,M_Y\rangle+\max_{y'\ne Y}\langle z,M_{y'}\rangle\bigr]\le\tau("
        r"\mathbb E\,\mathcal L^{\mathrm{DCL}}-\log(2b))+\mathbb E\|M_Y-m_X\|^2,\quad \text{batches"
        r" of } b \text{ items of every class, two i.i.d. views each, } \mathcal L^{\mathrm{DCL}}"
        r" \text{ with a view's similarity to itself among its positives}",
        source=reconstructed("the certificate in expectation, with a loss over all pairs of views"),
        proof=f"{CERTIFICATE}#a-view-with-itself-in-expectation-fails",
        status="refuted",
        kind="for-all",
        domain=DOMAIN,
        build=build,
        measured=objective,
        bound=with_own_view,
        rounding=rounding,
        counterexample=CROSSED,
        cost=10.0,
    ),
)
