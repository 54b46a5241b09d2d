"""Positives that depend on their anchor break both published bounds; E s_0 - A repairs them."""

import functools

import torch

from bounds import (
    surrogate_bounds_paired,
    surrogate_lower,
    surrogate_lower_sharp,
    surrogate_upper,
    surrogate_upper_vertex,
)
from theory.claims._claim import Claim, Interval
from theory.claims._domain import Domain, Integers, Point
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import ANY_PRIOR, NEGATIVES, NORM, rounding
from theory.claims.bao2022._pairs import PAIRINGS, PairedModel, paired_model, pairing_of
from theory.claims.bao2022._source import GAP, ours, paper

OPPOSITES: Domain = {
    "n_classes": Integers(1, 3),
    "n_axes": Integers(1, 4),
    "n_negatives": NEGATIVES,
    "norm": NORM,
}
ALIGNED: Point = {"n_classes": 2, "n_axes": 1, "n_negatives": 4096.0, "norm": 0.5**0.5}
DISTINCT: Point = {"n_classes": 2, "n_axes": 1, "n_negatives": 16.0, "norm": 1.0}
ANY_PAIRING: Domain = {**ANY_PRIOR, "pairing": PAIRINGS}
AT_ZERO: Point = {**upper.AT_ZERO, "prior": "uniform", "pairing": "random"}


def opposites(
    *,
    pairing: str,
    n_classes: int,
    n_axes: int,
    n_negatives: float,
    norm: float,
    generator: torch.Generator,
) -> PairedModel:
    """Every class holds L e_i and -L e_i for all i, so that its mean is 0."""
    axes = norm * torch.eye(n_axes, dtype=torch.float64)
    points = torch.cat([axes, -axes])
    classes = torch.arange(n_classes).repeat_interleave(len(points))
    return PairedModel(
        features=points.repeat(n_classes, 1),
        classes=classes,
        prior=n_classes,
        n_negatives=round(n_negatives),
        radius=norm,
        pairing=pairing_of(classes, pairing, generator),
    )


def shifted_gap(case: PairedModel) -> float:
    """R_mu - R_cont - (E s_0 - A)."""
    return case.gap - case.shift


def published(case: PairedModel) -> Interval:
    """Both intercepts, as bounds on the gap less the shift."""
    moments = case.statistics
    found = surrogate_bounds_paired(
        case.prior, case.n_negatives, case.norm, case.positive, moments.alignment.item()
    )
    return Interval(lower=found.lower - case.shift, upper=found.upper - case.shift)


def sharp(case: PairedModel) -> Interval:
    """S4, and S2 with what E s_0 < rho costs."""
    missing = max(0.0, case.statistics.mean_square.item() - case.positive)
    above = surrogate_upper_vertex(case.prior, case.n_negatives, case.norm)
    return Interval(
        lower=surrogate_lower_sharp(case.prior, case.n_negatives, case.norm),
        upper=above + missing / (case.n_negatives + 1),
    )


CLAIMS = (
    Claim(
        name="bao2022-upper-aligned-positives",
        statement=r"\text{read with } x^+=x:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\le"
        r"\ln\frac{\pi^*C^2\cosh^2(L^2)}{K}",
        source=paper("upper intercept, with the anchor as its own positive"),
        proof=f"{GAP}#outside-the-hypotheses",
        status="refuted",
        kind="for-all",
        domain=OPPOSITES,
        build=functools.partial(opposites, pairing="itself"),
        measured=upper.gap,
        bound=lambda case: surrogate_upper(case.prior, case.n_negatives, case.norm),
        rounding=rounding,
        counterexample=ALIGNED,
        cost=4.0,
    ),
    Claim(
        name="bao2022-lower-distinct-positives",
        statement=r"\text{read with } x^+\ne x:\quad R_\mu(f)-R_{\mathrm{cont}}(f)\ge"
        r"H(\pi)+\ln K-2\ln(K+1)-2\ln\cosh(L^2)",
        source=paper("lower intercept, with positives other than the anchor"),
        proof=f"{GAP}#outside-the-hypotheses",
        status="refuted",
        kind="for-all",
        domain=OPPOSITES,
        build=functools.partial(opposites, pairing="distinct"),
        measured=upper.gap,
        relation=">=",
        bound=lambda case: surrogate_lower(case.prior, case.n_negatives, case.norm),
        rounding=rounding,
        counterexample=DISTINCT,
        cost=4.0,
    ),
    Claim(
        name="bao2022-paired-positives",
        statement=r"\forall\pi,\ \|f\|\le L,\ \text{any law of } x^+ \text{ given } x,\ "
        r"|s_0|\le L^2:\quad \Delta_L\le R_\mu(f)-R_{\mathrm{cont}}(f)-(\mathbb Es_0-A)\le\Delta_U",
        source=ours("both intercepts for dependent positives"),
        proof=f"{GAP}#outside-the-hypotheses",
        status="corrected",
        kind="for-all",
        domain=ANY_PAIRING,
        build=paired_model,
        measured=shifted_gap,
        relation="in",
        bound=published,
        rounding=rounding,
        cost=upper.COST,
    ),
    Claim(
        name="bao2022-paired-positives-sharp",
        statement=r"\forall\pi,\ \|f\|\le L,\ \text{any law of } x^+ \text{ given } x,\ "
        r"|s_0|\le L^2:\quad H(\pi)-\ln(K+1)-\ln\Bigl(\cosh L^2+\tfrac{\sinh L^2}{K+1}\Bigr)\le "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)-(\mathbb Es_0-A)\le\max_{\|z\|_\infty\le L^2}"
        r"\Bigl[\ln\sum_je^{z_j}-\pi\cdot z\Bigr]-\ln(K+1)+\frac{(\rho-\mathbb Es_0)_+}{K+1}",
        source=ours("sharper bounds for dependent positives"),
        proof=f"{GAP}#outside-the-hypotheses",
        status="sharper",
        kind="for-all",
        domain=ANY_PAIRING,
        build=paired_model,
        measured=shifted_gap,
        relation="in",
        bound=sharp,
        rounding=rounding,
        attained_by=(AT_ZERO,),
        cost=upper.COST,
    ),
)
