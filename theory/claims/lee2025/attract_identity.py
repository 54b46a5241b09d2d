"""On average the label-free prototype costs exactly the squared bias: no inequality is needed."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Point
from theory.claims.lee2025._population import (
    COSINE_DOMAIN,
    DOMAIN,
    Population,
    build_population,
)
from theory.claims.lee2025._source import ATTRACT, ours
from theory.prototypes import prototype_bias, supervised_objective

ANTIPODAL: Point = {
    "n_classes": 3,
    "n_max": 4,
    "imbalance": "equal",
    "k": 1,
    "d": 3,
    "layout": "antipodal-items",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
}


def raw_attraction(case: Population) -> float:
    """E[-<z, M_Y>]."""
    return supervised_objective(case.z, case.labels, 0.0).item()


def cosine_attraction(case: Population) -> float:
    """E[-<z, M_Y/||M_Y||>]."""
    return supervised_objective(case.z, case.labels, 0.0, similarity="cosine").item()


def alignment_and_bias(case: Population) -> float:
    """-E <z_t, z_t'> + B2sq, the similarities pair by pair."""
    pairs = torch.einsum("ntd,nsd->nts", case.z, case.z)
    return prototype_bias(case.z, case.labels).squared.item() - pairs.mean().item()


def less_the_lengths(case: Population) -> float:
    """The same less E R_Y (1 - R_Y)."""
    lengths: Tensor = case.own_means.norm(dim=1)
    return alignment_and_bias(case) - (lengths * (1.0 - lengths)).mean().item()


def squared_and_raw(case: Population) -> ArrayLike:
    """B2sq and B1."""
    bias = prototype_bias(case.z, case.labels)
    return [bias.squared.item(), bias.raw.item()]


def raw_and_root(case: Population) -> ArrayLike:
    """B1 and sqrt(B2sq)."""
    bias = prototype_bias(case.z, case.labels)
    return [bias.raw.item(), bias.squared.sqrt().item()]


def rounding(case: Population) -> float:
    """Three averages of inner products on either side at most, each of size 1 or less."""
    return 4.0 * case.roundoff


def rounding_of_order(case: Population) -> ArrayLike:
    """r <= 1 holds within the rounding of a mean; Jensen's step within that of two averages."""
    return [
        2.0 * case.roundoff,
        2.0 * case.roundoff * prototype_bias(case.z, case.labels).raw.item(),
    ]


CLAIMS = (
    Claim(
        name="lee2025-attract-identity",
        statement=r"\forall z_{i,t}\in\mathbb R^d:\quad \mathbb E_{i,t}[-\langle z_{i,t},M_{y_i}"
        r"\rangle]=-\mathbb E\|M_Y\|^2=-\mathbb E_{i,t,t'}\langle z_{i,t},z_{i,t'}\rangle+"
        r"\mathbb E\|M_Y-m_X\|^2,\quad t,t' \text{ i.i.d. with replacement}",
        source=ours("the attracting bound as an identity"),
        proof=f"{ATTRACT}#the-identity",
        status="sharper",
        kind="identity",
        domain=DOMAIN,
        build=build_population,
        measured=raw_attraction,
        relation="==",
        bound=alignment_and_bias,
        rounding=rounding,
        attained_by=(ANTIPODAL, {**ANTIPODAL, "layout": "antipodal-views", "k": 4}),
    ),
    Claim(
        name="lee2025-attract-identity-cosine",
        statement=r"\forall\|z_{i,t}\|=1,\ R_y=\|M_y\|>0\ \forall y:\quad \mathbb E_{i,t}[-\langle"
        r" z_{i,t},\bar M_{y_i}\rangle]=-\mathbb E R_Y=-\mathbb E_{i,t,t'}\langle z_{i,t},z_{i,t'}"
        r"\rangle+\mathbb E\|M_Y-m_X\|^2-\mathbb E[R_Y(1-R_Y)]",
        source=ours("the attracting bound as an identity, normalised prototypes"),
        proof=f"{ATTRACT}#normalised-prototypes",
        status="sharper",
        kind="identity",
        domain=COSINE_DOMAIN,
        build=build_population,
        measured=cosine_attraction,
        relation="==",
        bound=less_the_lengths,
        rounding=rounding,
    ),
    Claim(
        name="lee2025-squared-below-raw",
        statement=r"\forall\|z_{i,t}\|=1:\quad \mathbb E\|M_Y-m_X\|^2\le\mathbb E\|M_Y-m_X\|\le"
        r"\sqrt{\mathbb E\|M_Y-m_X\|^2},\ \text{equalities for antipodal items with one view}",
        source=ours("the order of the raw and the squared bias"),
        proof=f"{ATTRACT}#squared-below-raw",
        status="sharper",
        kind="for-all",
        domain=DOMAIN,
        build=build_population,
        measured=squared_and_raw,
        bound=raw_and_root,
        rounding=rounding_of_order,
        attained_by=(ANTIPODAL, {**ANTIPODAL, "d": 1, "n_max": 2}),
    ),
)
