"""Batches of equally many items per class: their mean loss bounds the population's objective."""

import math

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Point
from theory.claims.lee2025._population import REPULSION
from theory.claims.lee2025._source import CERTIFICATE, ours, reconstructed
from theory.claims.lee2025._stratified import STRATIFIED, Stratified, build
from theory.losses import balanced, dcl
from theory.prototypes import prototype_bias, supervised_objective

WEIGHED: Domain = {
    **STRATIFIED,
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
CROSSED: Point = {**{name: ONE_EACH[name] for name in STRATIFIED}, "layout": "crossed", "d": 2}


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
        domain=STRATIFIED,
        build=build,
        measured=objective,
        bound=with_own_view,
        rounding=rounding,
        counterexample=CROSSED,
        cost=10.0,
    ),
)
