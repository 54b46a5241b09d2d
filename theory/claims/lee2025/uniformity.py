"""The balanced loss of a population: bounded by alignment and uniformity, spectral at alpha = 0."""

import math

import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic import simplex_etf
from theory import losses
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Point, Reals
from theory.claims.lee2025._population import REPULSION, Population
from theory.claims.lee2025._source import RELATIONS, ours
from theory.claims.lee2025._two_views import (
    EQUAL_ROWS,
    TERMS,
    TWO_VIEWS,
    build,
    mean_positive,
    roundoff,
)

CENTRED: Domain = {
    "n_items": Integers(2, 6),
    "d": Integers(1, 6),
    "layout": Choices(
        "antipodes",  # items in opposite pairs, z and -z
        "simplexes",  # each view a simplex of its own; in n - 1 dimensions if d is less
    ),
    "alpha": Reals(0.03, 1.0, log=True),
}
SIMPLEX: Point = {name: value for name, value in EQUAL_ROWS.items() if name not in TERMS} | {
    "n_classes": 3,
    "n_max": 1,
    "layout": "simplex",
    "repulsion": 2.0,
}


def population_form(case: Population) -> float:
    """-E s+ + (lambda/alpha) E log E e^(alpha s), the negatives independent of the anchor."""
    potentials = (case.alpha * case.rows @ case.rows.mT).logsumexp(dim=1) - math.log(len(case.rows))
    return case.repulsion / case.alpha * potentials.mean().item() - mean_positive(case)


def alignment_and_uniformity(case: Population) -> float:
    """L_align/2 - 1 + lambda + (lambda/alpha) L_unif(alpha/2)."""
    energy = 1.0 + losses.uniformity(case.z, case.alpha / 2).item() / case.alpha
    return losses.alignment(case.z).item() / 2 - 1.0 + case.repulsion * energy


def rounding(case: Population) -> float:
    """A loss on either side; a distance is three inner products of size 1, with weight 1/2."""
    return 4.0 * roundoff(case, case.alpha, case.repulsion)


def build_centred(
    *, n_items: int, d: int, layout: str, alpha: float, generator: torch.Generator
) -> Population:
    """Two views of items whose rows sum to zero; repulsion 1/alpha."""

    def gaussian(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    if layout == "antipodes":
        half = normalize(gaussian(n_items, 1, d) + gaussian(n_items, 2, d), dim=-1)
        z = torch.cat([half, -half])
    else:
        width = max(d, n_items - 1)
        vertices = simplex_etf(n_items, width)
        turned = [vertices @ torch.linalg.qr(gaussian(width, width))[0] for _ in range(2)]
        z = torch.stack(turned, dim=1)
    labels = torch.arange(len(z))
    return Population(z=z, labels=labels, alpha=alpha, repulsion=1.0 / alpha)


def from_spectral(case: Population) -> float:
    """Distance from half the spectral contrastive loss; log E e^(alpha s) without cancellation."""
    logs = torch.expm1(case.alpha * case.rows @ case.rows.mT).mean(dim=1).log1p().mean().item()
    form = logs / case.alpha**2 - mean_positive(case)
    return abs(form - losses.spectral(case.z).item() / 2)


def slope(case: Population) -> float:
    """2 alpha/(9 sqrt 3)."""
    return 2.0 * case.alpha / (9.0 * math.sqrt(3.0))


def rounding_of_spectral(case: Population) -> float:
    """The mean of e^(alpha s) - 1 errs by e alpha times a mean similarity, for alpha <= 1.

    So does E z = 0, that is the mean similarity that is taken to be 0. Two such errors over
    alpha^2, and the rest of either side.
    """
    return (2.0 * math.e / case.alpha + 4.0) * case.roundoff


CLAIMS = (
    Claim(
        name="lee2025-align-uniform",
        statement=r"\|z\|=1:\quad -\mathbb Es_++\frac\lambda\alpha\mathbb E_z\log\mathbb E_{z'}"
        r"e^{\alpha\langle z,z'\rangle}\le\tfrac12\mathcal L_{\mathrm{align}}-1+\lambda+"
        r"\frac\lambda\alpha\mathcal L_{\mathrm{unif}}(\alpha/2),\ \text{with equality iff }"
        r"\lambda=0 \text{ or } \mathbb E_{z'}e^{\alpha\langle z,z'\rangle} \text{ is the same "
        r"for all } z",
        source=ours("the balanced loss against alignment and uniformity (Wang & Isola 2020)"),
        proof=f"{RELATIONS}#alignment-and-uniformity",
        status="sharper",
        kind="for-all",
        domain={**TWO_VIEWS, "repulsion": REPULSION},
        build=build,
        measured=population_form,
        bound=alignment_and_uniformity,
        rounding=rounding,
        attained_by=(SIMPLEX, {**SIMPLEX, "layout": "equal", "n_max": 2}),
    ),
    Claim(
        name="lee2025-spectral-limit",
        statement=r"\|z\|=1,\ \mathbb Ez=0,\ \lambda=1/\alpha:\quad \Bigl|-\mathbb Es_++"
        r"\frac1{\alpha^2}\mathbb E_z\log\mathbb E_{z'}e^{\alpha\langle z,z'\rangle}-\tfrac12"
        r"\mathcal L_{\mathrm{spectral}}\Bigr|\le\frac{2\alpha}{9\sqrt3}=O(\alpha)",
        source=ours("the spectral contrastive loss (HaoChen et al. 2021) as a limit"),
        proof=f"{RELATIONS}#spectral-contrastive-loss",
        status="sharper",
        kind="trend",
        domain=CENTRED,
        build=build_centred,
        measured=from_spectral,
        bound=slope,
        rounding=rounding_of_spectral,
    ),
)
