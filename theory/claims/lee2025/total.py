"""The whole supervised objective below alignment, bias and a label-free logarithm."""

import torch

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Point
from theory.claims.lee2025._population import (
    ALPHA,
    COSINE_DOMAIN,
    DOMAIN,
    REPULSION,
    Population,
    build_population,
)
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, every_view
from theory.claims.lee2025._source import CERTIFICATE, reconstructed
from theory.prototypes import prototype_bias, supervised_objective

WEIGHTS: Domain = {"alpha": ALPHA, "repulsion": REPULSION}
ALONE: Point = {name: x for name, x in ONE_VIEW_EACH.items() if name != "anchor"} | {
    "repulsion": 2.0
}


def objective(case: Population) -> float:
    """E sup_lambda with raw prototypes."""
    return supervised_objective(case.z, case.labels, case.repulsion).item()


def cosine_objective(case: Population) -> float:
    """E sup_lambda with normalised prototypes."""
    return supervised_objective(case.z, case.labels, case.repulsion, similarity="cosine").item()


def total(case: Population) -> float:
    """-E s(z,z+) + B2sq + (lambda/alpha) E[log sum E e^{alpha s} - log n_min]."""
    aligned = torch.einsum("ntd,nsd->nts", case.z, case.z).mean()
    repelled = every_view(case).label_free().mean()
    squared = prototype_bias(case.z, case.labels).squared
    return (squared - aligned + case.repulsion * repelled).item()


def cosine_total(case: Population) -> float:
    """The same less E R (1-R), and lambda (1 - min R) added."""
    lengths = every_view(case).lengths
    own = lengths[case.labels]
    added = case.repulsion * (1.0 - lengths.min()) - (own * (1.0 - own)).mean()
    return total(case) + added.item()


def rounding(case: Population) -> float:
    """Averages of inner products for the attraction, logarithms for the repulsion."""
    return 6.0 * case.roundoff + case.repulsion * (2.0 * case.log_roundoff + 2.0 * case.roundoff)


def rounding_of_cosines(case: Population) -> float:
    """A similarity to another prototype is divided by its norm."""
    shortest = every_view(case).lengths.min().item()
    return rounding(case) + 2.0 * (1.0 + case.repulsion) * case.roundoff / shortest


CLAIMS = (
    Claim(
        name="lee2025-total",
        statement=r"\forall\|z_{i,t}\|=1,\ \alpha>0,\ \lambda\ge0:\quad \mathbb E\bigl[-\langle z,"
        r"M_Y\rangle+\lambda\max_{y'\ne Y}\langle z,M_{y'}\rangle\bigr]\le-\mathbb E\,s(z,z^+)+"
        r"\mathbb E\|M_Y-m_X\|^2+\tfrac\lambda\alpha\,\mathbb E\Bigl[\log\sum_{i'\ne i}\mathbb E"
        r"_{t'}e^{\alpha s(z,z_{i',t'})}-\log\min_{y'\ne Y}n_{y'}\Bigr],\quad z,z^+ \text{ two "
        r"i.i.d. views of } i",
        source=reconstructed("both bounds together, with the smallest class and the squared bias"),
        proof=f"{CERTIFICATE}#the-total",
        status="corrected",
        kind="for-all",
        domain={**DOMAIN, **WEIGHTS},
        build=build_population,
        measured=objective,
        bound=total,
        rounding=rounding,
        attained_by=(ALONE, {**ALONE, "repulsion": 0.0, "n_max": 4, "k": 3}),
        cost=2.0,
    ),
    Claim(
        name="lee2025-total-cosine",
        statement=r"\forall\|z_{i,t}\|=1,\ \alpha>0,\ \lambda\ge0,\ R_y=\|M_y\|>0:\quad \mathbb E"
        r"\bigl[-s(z,\bar M_Y)+\lambda\max_{y'\ne Y}s(z,\bar M_{y'})\bigr]\le-\mathbb E\,s(z,z^+)+"
        r"\mathbb E\|M_Y-m_X\|^2-\mathbb E[R_Y(1-R_Y)]+\lambda(1-\min_yR_y)+\tfrac\lambda\alpha\,"
        r"\mathbb E\Bigl[\log\sum_{i'\ne i}\mathbb E_{t'}e^{\alpha s(z,z_{i',t'})}-\log"
        r"\min_{y'\ne Y}n_{y'}\Bigr],\quad \bar M_y=M_y/R_y",
        source=reconstructed("both bounds together, for normalised prototypes"),
        proof=f"{CERTIFICATE}#the-total-for-normalised-prototypes",
        status="corrected",
        kind="for-all",
        domain={**COSINE_DOMAIN, **WEIGHTS},
        build=build_population,
        measured=cosine_objective,
        bound=cosine_total,
        rounding=rounding_of_cosines,
        attained_by=(ALONE, {**ALONE, "repulsion": 0.0, "n_max": 4, "k": 3}),
        cost=2.0,
    ),
)
