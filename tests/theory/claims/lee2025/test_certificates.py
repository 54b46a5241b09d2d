"""Totals and certificates against fifty digits, listed batches, the fan, and broken bounds."""

import dataclasses
import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bounds import supervised_certificate
from tests.strategies import parameters
from tests.theory.prototypes.exact import Exact, as_mp, dot
from theory.claims import Claim, all_claims
from theory.claims.lee2025 import certificate_expected as expected
from theory.claims.lee2025._population import Population
from theory.claims.lee2025._stratified import Stratified
from theory.claims.lee2025.certificate import TWO_COLLAPSED
from theory.claims.lee2025.total import ALONE
from theory.losses import balanced, loss_rounding, nscl, ntxent
from theory.prototypes import prototype_bias, supervised_certificates, supervised_objective
from theory.verify import verify

CLAIMS = all_claims()
SEEDS = st.integers(0, 2**31 - 1)


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"lee2025-{name}"]


class Certified(Exact):
    """The totals and certificates too, as sums over pairs of views."""

    def __init__(self, case: Population) -> None:
        """The views of a population at its alpha."""
        super().__init__(as_mp(case.z), case.labels.tolist())
        self.alpha, self.repulsion = mpmath.mpf(case.alpha), mpmath.mpf(case.repulsion)

    @property
    def fewest(self) -> int:
        """Items in the smallest class."""
        return min(map(self.labels.count, self.labels))

    @property
    def aligned(self) -> Any:
        """E s(z, z+), all pairs of views."""
        k = len(self.views[0])
        pairs = [dot(a, b) for item in self.views for a in item for b in item]
        return mpmath.fsum(pairs) / (k * k * len(self.views))

    def soft(self, u: list[Any], keep: Callable[[int], bool]) -> Any:
        """(1/alpha) log sum e^{alpha s} over the rows of the items kept."""
        rows = [z for j, item in enumerate(self.views) if keep(j) for z in item]
        return mpmath.log(mpmath.fsum(mpmath.exp(self.alpha * dot(u, z)) for z in rows)) / (
            self.alpha
        )

    def anchors(self) -> Iterator[tuple[int, int, list[Any]]]:
        """Item, view and row."""
        for i, item in enumerate(self.views):
            for t, u in enumerate(item):
                yield i, t, u

    def average(self, value: Callable[[int, list[Any]], Any]) -> Any:
        """Mean over anchors."""
        values = [value(i, u) for i, _, u in self.anchors()]
        return mpmath.fsum(values) / len(values)

    def total(self) -> Any:
        """The right side of the total, the smallest other class for every anchor."""
        k = len(self.views[0])

        def repelled(i: int, u: list[Any]) -> Any:
            fewest = min(self.labels.count(y) for y in self.classes if y != self.labels[i])
            log = mpmath.log(k * fewest) / self.alpha
            return self.soft(u, lambda j: j != i) - log

        return -self.aligned + self.squared + self.repulsion * self.average(repelled)

    def chain(self) -> list[Any]:
        """The certificates by nscl and dcl; for two views also one positive and ntxent."""
        k, log = len(self.views[0]), mpmath.log(len(self.views[0]) * self.fewest) / self.alpha
        classes = self.average(lambda i, u: self.soft(u, lambda j: self.foreign(i, j)))
        items = self.average(lambda i, u: self.soft(u, lambda j: j != i))
        found = [log_sum - self.aligned + self.squared - log for log_sum in (classes, items)]
        if k == 2:
            positive = mpmath.fsum(dot(a, b) for a, b in self.views) / len(self.views)
            found.append(items - positive + self.squared - log)
            with_positive = mpmath.mpf(0)
            for i, t, u in self.anchors():
                other = mpmath.exp(self.alpha * dot(u, self.views[i][1 - t]))
                rest = mpmath.exp(self.alpha * self.soft(u, functools.partial(operator.ne, i)))
                with_positive += mpmath.log(other + rest) / self.alpha
            mean = with_positive / (2 * len(self.views))
            found.append(mean - positive + self.squared - log)
        return found

    def foreign(self, i: int, j: int) -> bool:
        """Whether two items are of different classes."""
        return bool(self.labels[j] != self.labels[i])


@settings(max_examples=20)
@given(point=parameters(claim("total")), seed=SEEDS)
def test_total_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case: Population = claim("total").case(seed=seed, **{**point, "n_max": 1 + point["n_max"] % 3})
    exact = Certified(case)
    rounding = float(claim("total").rounding(case))  # type: ignore[arg-type]  # a number here
    assert abs(float(claim("total").bound(case)) - exact.total()) <= rounding  # type: ignore[arg-type]
    assert exact.objective(case.repulsion, "raw") <= exact.total() + rounding


@settings(max_examples=20)
@given(point=parameters(claim("total-cosine")), seed=SEEDS)
def test_cosine_total_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    cosine = claim("total-cosine")
    case: Population = cosine.case(seed=seed, **{**point, "n_max": 1 + point["n_max"] % 3})
    exact = Certified(case)
    own = [mpmath.sqrt(dot(exact.classes[y], exact.classes[y])) for y in exact.labels]
    bias = exact.squared - mpmath.fsum(r * (1 - r) for r in own) / len(own)
    found = exact.total() - exact.squared + bias + exact.repulsion * (1 - min(own))
    rounding = float(cosine.rounding(case))  # type: ignore[arg-type]  # a number here
    assert abs(float(cosine.bound(case)) - found) <= rounding  # type: ignore[arg-type]
    assert exact.objective(case.repulsion, "cosine") <= found + rounding


@settings(max_examples=25)
@given(point=parameters(claim("certificate-batch")), seed=SEEDS)
def test_certificates_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    batch = claim("certificate-batch")
    case: Population = batch.case(seed=seed, **{**point, "n_max": 1 + point["n_max"] % 3})
    exact = Certified(case)
    found = supervised_certificates(case.z, case.labels, 1 / case.alpha)
    rounding = float(batch.rounding(case))  # type: ignore[arg-type]  # a number here
    values = [x for x in (found.nscl, found.dcl, found.decoupled, found.ntxent) if x is not None]
    for mine, digits in zip(values, exact.chain(), strict=True):
        assert abs(mine.item() - digits) <= rounding
    chain = [exact.objective(1.0, "raw"), *exact.chain()]
    assert all(a <= b + mpmath.mpf("1e-40") for a, b in itertools.pairwise(chain))


@given(
    point=parameters(claim("certificate-ntxent")),
    seed=SEEDS,
    repulsion=st.floats(0, 5),
    negatives=st.sampled_from(["other-classes", "other-items"]),
)
def test_certificate_at_every_repulsion(
    point: dict[str, Any], seed: int, repulsion: float, negatives: str
) -> None:
    case: Population = claim("certificate-ntxent").case(seed=seed, **point)
    loss = balanced(case.z, case.alpha, repulsion, negatives=negatives, labels=case.labels).item()
    squared = prototype_bias(case.z, case.labels).squared.item()
    bound = loss + squared - repulsion / case.alpha * math.log(2 * min(case.sizes))
    rounding = (1 + repulsion) * (6 * case.roundoff + 2 * case.log_roundoff)
    assert supervised_objective(case.z, case.labels, repulsion).item() <= bound + rounding


@given(seed=SEEDS, tau=st.floats(0.05, 3), scale=st.floats(0.1, 3))
def test_certificates_need_no_unit_rows(seed: int, tau: float, scale: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    z = scale * torch.randn(6, 2, 3, generator=generator, dtype=torch.float64)
    found = supervised_certificates(z, torch.tensor([0, 0, 0, 1, 1, 2]), tau)
    assert found.decoupled is not None
    assert found.ntxent is not None
    chain = [found.objective, found.nscl, found.dcl, found.decoupled, found.ntxent]
    longest = z.square().sum(dim=2).max().item()  # what unit rows have as 1
    error = 4 * tau * loss_rounding(12, 3, tau / longest, torch.finfo(z.dtype).eps)
    assert all(a <= b + error for a, b in itertools.pairwise(chain))


def listed_batches(case: Stratified) -> Iterator[list[list[list[float]]]]:
    """Every batch as lists: the views of the b items of every class in turn."""
    z, n, b = case.population.z.tolist(), case.population.sizes[0], case.per_class
    n_classes = len(case.population.sizes)
    for items in itertools.product(itertools.product(range(n), repeat=b), repeat=n_classes):
        if not case.again and any(len(set(drawn)) < b for drawn in items):
            continue
        chosen = [y * n + i for y, drawn in enumerate(items) for i in drawn]
        for views in itertools.product(itertools.product((0, 1), repeat=2), repeat=len(chosen)):
            yield [[z[i][t] for t in seen] for i, seen in zip(chosen, views, strict=True)]


def naive(case: Stratified, batch: list[list[list[float]]]) -> float:
    """The balanced loss of a batch by loops."""
    alpha, labels = case.population.alpha, case.labels.tolist()

    def s(a: Sequence[float], b: Sequence[float]) -> float:
        return math.fsum(x * y for x, y in zip(a, b, strict=True))

    total = 0.0
    for i, item in enumerate(batch):
        for t, u in enumerate(item):
            terms = [item[1 - t]] if case.include_positive else []
            for j, other in enumerate(batch):
                if j == i or (case.negatives == "other-classes" and labels[i] == labels[j]):
                    continue
                terms += [other[t]] if case.negatives == "same-view" else other
            soft = math.log(math.fsum(math.exp(alpha * s(u, v)) for v in terms)) / alpha
            total += case.population.repulsion * soft - s(u, item[1 - t])
    return total / (2 * len(batch))


@settings(max_examples=15)
@given(
    point=parameters(claim("certificate-expected")),
    design=st.sampled_from([(2, 1, 1, 0), (2, 2, 1, 0), (2, 2, 2, 0), (2, 1, 2, 1), (3, 1, 1, 0)]),
    seed=SEEDS,
)
def test_expectation_over_batches_by_listing_them(
    point: dict[str, Any], design: tuple[int, ...], seed: int
) -> None:
    case: Stratified = claim("certificate-expected").case(seed=seed, **{**point, "design": design})
    losses = [naive(case, batch) for batch in listed_batches(case)]
    squared = Exact(as_mp(case.population.z), case.population.labels.tolist()).squared
    rows = case.per_class * (1 if case.negatives == "same-view" else 2)
    shift = case.population.repulsion / case.population.alpha * math.log(rows)
    bound = math.fsum(losses) / len(losses) + float(squared) - shift
    rounding = float(expected.rounding(case))  # type: ignore[arg-type]  # a number here
    assert abs(expected.expected_certificate(case) - bound) <= rounding


@pytest.mark.parametrize("tau", [0.02, 0.5, 3.0])
def test_own_view_costs_one_half_at_every_temperature(tau: float) -> None:
    check = claim("certificate-own-view-literal").check(**{**expected.CROSSED, "alpha": 1 / tau})
    assert check.measured == 0.0
    assert abs(check.bound + 0.5) < check.rounding < 1e-12


def test_own_view_does_not_contradict_the_certificate_of_a_batch() -> None:
    case: Stratified = claim("certificate-own-view-literal").case(**expected.CROSSED)
    for batch in case.batches():
        found = supervised_certificates(batch, case.labels, 0.5)
        assert found.objective <= found.nscl + 1e-14


def test_unbalanced_batches_need_their_smallest_class() -> None:
    """Five items at a pole against one at the other: n_min = 1, where n_max = 5 would fail."""
    point = {**TWO_COLLAPSED, "n_max": 5, "imbalance": "one-large", "layout": "poles", "k": 2}
    case: Population = claim("certificate-batch").case(**point)
    found = supervised_certificates(case.z, case.labels, 0.2)
    assert abs(found.objective.item() + 2.0) < 1e-14
    assert found.nscl > found.objective + 0.01
    assert found.nscl - 0.2 * math.log(5) < found.objective


def saboteurs() -> Iterator[Any]:
    """Bounds that are not the claims'."""

    def by(value: Callable[[Population], float]) -> Callable[[Population], Any]:
        """The certificate by nscl alone, changed by a value."""
        return lambda case: (
            supervised_certificates(case.z, case.labels, 1 / case.alpha).nscl.item() + value(case)
        )

    def largest(case: Population) -> float:
        return math.log(min(case.sizes) / max(case.sizes)) / case.alpha

    def debiased(case: Population) -> float:
        if case.z.shape[1] == 1:
            return 0.0
        bias = prototype_bias(case.z, case.labels)
        return (bias.debiased_squared - bias.squared).item()

    def no_bias(case: Population) -> float:
        return -prototype_bias(case.z, case.labels).squared.item()

    def one_item(case: Stratified) -> float:
        factor = case.population.repulsion / case.population.alpha
        return expected.expected_certificate(case) - factor * math.log(2)

    def total_without_bias(case: Population) -> float:
        return float(claim("total").bound(case)) + no_bias(case)  # type: ignore[arg-type]

    yield pytest.param("certificate-batch", by(largest), id="n_max for n_min")
    yield pytest.param("certificate-batch", by(debiased), id="debiased for plug-in")
    yield pytest.param("certificate-batch", by(no_bias), id="no bias")
    yield pytest.param("certificate-expected", one_item, id="4b for 2b")
    yield pytest.param("certificate-expected", expected.with_own_view, id="dcl for balanced")
    yield pytest.param("total", total_without_bias, id="no bias in the total")
    yield pytest.param("certificate-ntxent", lambda case: math.nan, id="NaN")


@pytest.mark.parametrize(("name", "bound"), list(saboteurs()))
def test_saboteur_is_violated(name: str, bound: Callable[[Any], Any]) -> None:
    measured = {"certificate-batch": lambda case: supervised_objective(case.z, case.labels).item()}
    broken = dataclasses.replace(
        claim(name), bound=bound, measured=measured.get(name, claim(name).measured), attained_by=()
    )
    generator = torch.Generator().manual_seed(0)
    assert verify(broken, 60, generator).outcome == "violated"


def test_the_raw_total_does_not_bound_the_cosine_objective() -> None:
    """Two classes of one item with the same views, so that cosines are R and products R^2."""
    point = {**ALONE, "k": 4, "layout": "duplicates", "alpha": 0.1, "repulsion": 5.0}
    cosine = claim("total-cosine")
    assert cosine.check(**point).outcome == "holds"
    raw = dataclasses.replace(cosine, bound=claim("total").bound)
    assert raw.check(**point).outcome == "violated"


def test_a_certificate_that_forgets_the_views_is_no_longer_attained() -> None:
    """log n_min for log(k n_min) is a bound, and looser by tau log k."""
    true = claim("certificate-batch")

    def forgotten(case: Population) -> Any:
        return np.asarray(true.bound(case)) + math.log(case.z.shape[1]) / case.alpha

    assert true.check(**TWO_COLLAPSED).attained
    assert not dataclasses.replace(true, bound=forgotten).check(**TWO_COLLAPSED).attained


@given(point=parameters(claim("certificate-ntxent")), seed=SEEDS)
def test_calculator_is_as_valid_for_the_supervised_loss(point: dict[str, Any], seed: int) -> None:
    """Its loss may be negative: NSCL is, and gives the sharpest member."""
    case: Population = claim("certificate-ntxent").case(seed=seed, **point)
    tau, b = 1 / case.alpha, min(case.sizes)
    squared = prototype_bias(case.z, case.labels).squared.item()
    sharp = supervised_certificate(nscl(case.z, case.labels, tau).item(), tau, squared, b)
    loose = supervised_certificate(ntxent(case.z, tau).item(), tau, squared, b)
    found = supervised_certificates(case.z, case.labels, tau)
    rounding = float(claim("certificate-ntxent").rounding(case))  # type: ignore[arg-type]
    assert found.ntxent is not None
    assert abs(found.nscl.item() - sharp.item()) <= rounding
    assert abs(found.ntxent.item() - loose.item()) <= rounding


@pytest.mark.parametrize(
    "name", ["total", "total-cosine", "certificate-batch", "certificate-ntxent"]
)
def test_single_precision_stays_within_its_rounding(name: str) -> None:
    verdict = verify(claim(name), 60, torch.Generator().manual_seed(3), dtype=torch.float32)
    assert verdict.outcome == "holds", verdict
