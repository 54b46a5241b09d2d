"""The repelling bound without labels: all other items, and the smallest other class beside them."""

import itertools
import math

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers
from theory.claims.lee2025._repelling import ONE_VIEW_EACH, REPEL_DOMAIN, Anchors, build
from theory.claims.lee2025._source import REPEL, ours, reconstructed

SMALL: Domain = {
    **REPEL_DOMAIN,
    "n_classes": Integers(2, 3),
    "n_max": Integers(1, 2),
    "k": Integers(1, 3),
}


def largest_and_batch(case: Anchors) -> ArrayLike:
    """max a, and the bound by all other items."""
    return torch.stack([case.largest, case.label_free()]).numpy(force=True)


def batch_and_population(case: Anchors) -> ArrayLike:
    """The bound by all other items, and the one by the whole population and the rarest class."""
    n = len(case.population.z)
    every = (case.alpha * case.similarities.flatten(1)).logsumexp(dim=1)
    every = every - math.log(len(case.population.rows)) + (n / case.fewest).log()
    return torch.stack([case.label_free(), every / case.alpha]).numpy(force=True)


def single_view(case: Anchors) -> Tensor:
    """E (1/alpha)[LSE over one drawn view per other item - log n_min], over all the draws."""
    _, n, k = case.similarities.shape
    picks = torch.tensor(list(itertools.product(range(k), repeat=n)), device=case.u.device)
    drawn = case.similarities[:, torch.arange(n, device=case.u.device), picks]  # (a, draw, n)
    own = case.item[:, None, None].expand(-1, len(picks), 1)
    drawn = (case.alpha * drawn).scatter(2, own, -torch.inf)
    return (drawn.logsumexp(dim=2).mean(dim=1) - case.fewest.log()) / case.alpha


def largest_and_single(case: Anchors) -> ArrayLike:
    """max a, and the bound by single views."""
    return torch.stack([case.largest, single_view(case)]).numpy(force=True)


def single_and_batch(case: Anchors) -> ArrayLike:
    """The bound by single views, and the one by all views."""
    return torch.stack([single_view(case), case.label_free()]).numpy(force=True)


CLAIMS = (
    Claim(
        name="lee2025-repel-label-free",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ n_{\min}=\min_{y'\ne y}n_{y'}:\quad \max_{y'\ne y}"
        r"\langle u,M_{y'}\rangle\le\tfrac1\alpha\Bigl[\log\sum_{i'\ne i}\mathbb E_{t'}e^{\alpha "
        r"s(u,z_{i',t'})}-\log n_{\min}\Bigr]\le\tfrac1\alpha\Bigl[\log\mathbb E_{x',t'}"
        r"e^{\alpha s(u,z')}+\log\tfrac N{n_{\min}}\Bigr],\ \text{items of the anchor's class "
        r"included}",
        source=reconstructed("repelling bound over the items, with the smallest other class"),
        proof=f"{REPEL}#without-labels",
        status="corrected",
        kind="for-all",
        domain=REPEL_DOMAIN,
        build=build,
        measured=largest_and_batch,
        bound=batch_and_population,
        rounding=lambda case: 2.0 * case.roundoff,
        attained_by=(ONE_VIEW_EACH,),
    ),
    Claim(
        name="lee2025-repel-single-view",
        statement=r"\forall\|u\|=1,\ \alpha>0,\ n_{\min}=\min_{y'\ne y}n_{y'}:\quad \max_{y'\ne y}"
        r"\langle u,M_{y'}\rangle\le\mathbb E\,\tfrac1\alpha\Bigl[\log\sum_{i'\ne i}e^{\alpha s(u,"
        r"z_{i'})}-\log n_{\min}\Bigr]\le\tfrac1\alpha\Bigl[\log\sum_{i'\ne i}\mathbb E_{t'}"
        r"e^{\alpha s(u,z_{i',t'})}-\log n_{\min}\Bigr],\quad z_{i'} \text{ one view of } i' "
        r"\text{ drawn uniformly}",
        source=ours("the repelling bound from one view per item"),
        proof=f"{REPEL}#one-view-per-item",
        status="sharper",
        kind="for-all",
        domain=SMALL,
        build=build,
        measured=largest_and_single,
        bound=single_and_batch,
        rounding=lambda case: 2.0 * case.roundoff,
        attained_by=(ONE_VIEW_EACH, {**ONE_VIEW_EACH, "n_classes": 3, "layout": "equal", "d": 1}),
        cost=2.0,
    ),
)
