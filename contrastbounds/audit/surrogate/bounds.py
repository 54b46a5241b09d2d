"""The published bounds of R_mu at a contrastive risk, and the sharper ones."""

import math

from bounds import (
    mean_bound_excess,
    surrogate_certificate,
    surrogate_lower,
    surrogate_lower_box,
    surrogate_lower_sharp,
    surrogate_upper,
    surrogate_upper_intercept,
    surrogate_upper_many_negatives,
    surrogate_upper_prior_free,
    surrogate_upper_sharp,
    surrogate_upper_unit,
    surrogate_upper_vertex,
)
from contrastbounds.audit._row import Row
from contrastbounds.audit.surrogate.risks import PROMISE, SEARCHED, Moments, Risks

INSIDE = 1.0 + 1e-12  # of a range of norms, as the calculators round it


def gap_rows(risks: Risks, found: Moments) -> tuple[Row, ...]:
    """Upper bounds, then lower ones; anchor and positive are independent given the class."""
    return (*_any_prior(risks), *_uniform(risks), *_lower(risks), *_certificate(risks, found))


def _any_prior(risks: Risks) -> tuple[Row, ...]:
    prior, c, k, norm = _arguments(risks)
    return (
        risks.row("surrogate-upper", "published", lambda: surrogate_upper(prior, k, norm)),
        risks.row(
            "surrogate-upper-vertex", "vertex", lambda: surrogate_upper_vertex(prior, k, norm)
        ),
        risks.row(
            "surrogate-upper-prior-free",
            "prior-free",
            lambda: surrogate_upper_prior_free(c, k, norm),
        ),
    )


def _uniform(risks: Risks) -> tuple[Row, ...]:
    """Those that are proved for equally likely classes only."""
    _, c, k, norm = _arguments(risks)
    a, unequal = risks.law.scale, risks.law.imbalance
    searched = SEARCHED * risks.size
    constant = math.log(c / (k + 1))
    unit = "" if a <= INSIDE else f"needs L <= 1, here L = {norm:.3g}"
    claim, within = _intercept(c, k, a)
    return (
        risks.row(
            "surrogate-upper-sharp",
            "half the cosh",
            lambda: surrogate_upper_sharp(c, k, norm),
            hypothesis=unequal,
        ),
        risks.row(
            "many-negatives",
            "many negatives",
            lambda: surrogate_upper_many_negatives(c, k, norm),
            hypothesis=unequal,
            error=searched,
        ),
        risks.row(
            "mean-bound-excess",
            "few negatives",
            lambda: constant + mean_bound_excess(k, norm),
            hypothesis=unequal,
            error=searched,
        ),
        risks.row(
            "gap-unit-norm",
            "unit norm",
            lambda: surrogate_upper_unit(c, k, norm),
            hypothesis=unequal or unit,
        ),
        risks.row(
            claim,
            "intercept",
            lambda: surrogate_upper_intercept(c, k, norm),
            hypothesis=unequal or within,
        ),
    )


def _intercept(c: int, k: int, a: float) -> tuple[str, str]:
    """The theorem whose range of norms is the widest, and why it does not apply if so."""
    if c == 2:
        claim, most = "two-class", 2.0
    elif k == 1:
        claim, most = "one-negative", 0.909
    else:
        claim, most = "small-norm", 0.8
    fails = "" if a <= most * INSIDE else f"needs L^2 <= {most}, here L^2 = {a:.3g}"
    return f"gap-intercept-{claim}", fails


def _lower(risks: Risks) -> tuple[Row, ...]:
    prior, _, k, norm = _arguments(risks)
    forms = (
        ("surrogate-lower", "published", surrogate_lower),
        ("surrogate-lower-sharp", "sharp", surrogate_lower_sharp),
        ("surrogate-lower-box", "box", surrogate_lower_box),
    )
    return tuple(
        risks.row(claim, title, lambda form=form: form(prior, k, norm), relation=">=")  # type: ignore[misc]  # a default binds the loop's variable
        for claim, title, form in forms
    )


def _certificate(risks: Risks, found: Moments) -> tuple[Row, ...]:
    """From measured moments, whose rounding the chord of a negative `cross` can enlarge."""
    prior, _, k, norm = _arguments(risks)
    a = risks.law.scale
    ends = surrogate_certificate(prior, k, norm, found.mean_square, found.alignment, found.cross)
    tanh = math.tanh(a) / a
    slope = max(1.0, tanh / max(1.0 + tanh * found.cross, 1e-12))
    error = PROMISE * risks.size + (2.0 + slope) * found.rounding
    return (
        risks.row("surrogate-certificate", "certificate", lambda: ends.upper, error=error),
        risks.row(
            "surrogate-certificate", "certificate", lambda: ends.lower, relation=">=", error=error
        ),
    )


def _arguments(risks: Risks) -> tuple[int | tuple[float, ...], int, int, float]:
    """pi, C, K, L."""
    return risks.law.prior, risks.law.n_classes, risks.n_negatives, risks.law.norm
