"""Accuracy by the nearest prototype is tied to the bias relative to the classes' separation."""

import torch
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Point
from theory.claims.lee2025._population import DOMAIN, Population, build_population
from theory.claims.lee2025._source import BIAS, ours, reconstructed
from theory.prototypes import nearest_prototype_bound, nearest_prototype_error, prototype_bias

# `views`: every single view is classified, an item of its own; then B_y is 1 - R_y^2
OF_WHAT: Domain = {**DOMAIN, "of": Choices("items", "views")}
COLLAPSE: Point = {
    "n_classes": 2,
    "n_max": 1,
    "imbalance": "equal",
    "k": 1,
    "d": 1,
    "layout": "equal",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
}


def build(*, of: str, generator: torch.Generator, **at: object) -> Population:
    """A population, or the population of its views."""
    found = build_population(generator=generator, **at)  # type: ignore[arg-type]  # the domain's
    if of == "items":
        return found
    return Population(z=found.rows[:, None], labels=found.row_labels)


def error(case: Population) -> float:
    """Share of the items that are not strictly nearest to their own prototype."""
    return nearest_prototype_error(case.z, case.labels).item()


def bound(case: Population) -> float:
    """sum_y p_y min(1, 4 B_y/Delta_y^2)."""
    return nearest_prototype_bound(case.z, case.labels).item()


def rounding(case: Population) -> float:
    """How much the bound rises when distances are off by their rounding.

    An error as computed gives Delta_y <= 2 ||m - M_y|| + 2 eta, eta the error of a distance, so
    that 4 B_y/(Delta_y - 2 eta)^2 bounds the share of such errors.
    """
    eta = 2.0 * case.roundoff
    share = Tensor.new_tensor(case.z, case.sizes) / len(case.labels)
    squared = (case.item_means - case.own_means).square().sum(dim=1)
    b = torch.stack([squared[case.labels == y].mean() for y in range(len(case.sizes))])
    apart = torch.cdist(
        case.class_means, case.class_means, compute_mode="donot_use_mm_for_euclid_dist"
    )
    apart = apart.fill_diagonal_(torch.inf).amin(dim=1)
    low = apart - 2.0 * eta
    raised = torch.where(low > 0, 4.0 * (b + 2.0 * eta) / low.square(), torch.inf).clamp(max=1.0)
    plain = torch.where(apart > 0, 4.0 * b / apart.square(), torch.inf).clamp(max=1.0)
    return (share * (raised - plain)).sum().item() + case.roundoff


CLAIMS = (
    Claim(
        name="lee2025-nearest-prototype-error",
        statement=r"\forall z,\ \Delta_y=\min_{y'\ne y}\|M_y-M_{y'}\|:\quad \tfrac1N\#\{i:\exists"
        r" y'\ne y_i,\ \|m_i-M_{y'}\|\le\|m_i-M_{y_i}\|\}\le\sum_yp_y\min\Bigl(1,\frac{4\,\mathbb E"
        r"_{i\in y}\|m_i-M_y\|^2}{\Delta_y^2}\Bigr),\quad\text{read } 1 \text{ for a class with }"
        r" \Delta_y=0;\ \text{single views: } 1-\|M_y\|^2 \text{ for the expectation}",
        source=ours("the nearest prototype's error and the bias relative to the separation"),
        proof=f"{BIAS}#bias-against-separation",
        status="sharper",
        kind="for-all",
        domain=OF_WHAT,
        build=build,
        measured=error,
        bound=bound,
        rounding=rounding,
        attained_by=({**COLLAPSE, "of": "items"}, {**COLLAPSE, "of": "views", "k": 3, "n_max": 4}),
    ),
    Claim(
        name="lee2025-bias-accuracy-literal",
        statement=r"\forall z:\quad \tfrac1N\#\{i:\exists y'\ne y_i,\ \|m_i-M_{y'}\|\le\|m_i-"
        r"M_{y_i}\|\}\le 4\,\mathbb E\|M_Y-m_X\|^2",
        source=reconstructed("less prototype bias, more accuracy: read without the separation"),
        proof=f"{BIAS}#less-bias-is-not-more-accuracy",
        status="refuted",
        kind="for-all",
        domain=DOMAIN,
        build=build_population,
        measured=error,
        bound=lambda case: 4.0 * prototype_bias(case.z, case.labels).squared.item(),
        rounding=lambda case: 6.0 * case.roundoff,
        counterexample=COLLAPSE,
    ),
)
