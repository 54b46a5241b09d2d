"""Two-sided bounds on the surrogate gap from measured moments of the features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require
from bounds._prior import read_prior, require_count
from bounds.surrogate._chord import log_chord
from bounds.surrogate._inputs import Array, scale
from bounds.surrogate.published import surrogate_lower, surrogate_upper

SLACK = 1e-9


@dataclass(frozen=True, kw_only=True)
class SurrogateInterval:
    """Bounds on the surrogate gap R_mu - R_cont, in nats."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def surrogate_certificate(
    prior: ArrayLike,
    n_negatives: ArrayLike,
    norm: ArrayLike,
    mean_square: ArrayLike,
    alignment: ArrayLike,
    cross: ArrayLike,
) -> SurrogateInterval:
    r"""Two-sided bound on R_mu(f) - R_cont(f) from three measured moments of f.

    Formula
        lower = H(pi) + rho - ln(K + 1) - chord(e)                       [nats]
        upper = ln C - ln(K + 1) + chord(q) - e                          [nats]
        e = (A + K rho)/(K + 1),   chord(w) = ln(cosh a + (w/a) sinh a),   a = L^2

    Symbols (all but prior broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1
        norm         L    largest norm of a feature, L >= 0
        mean_square  rho  |mubar|^2, mubar = sum_c pi_c mu_c the mean of the features
        alignment    A    sum_c pi_c |mu_c|^2;  0 <= rho <= A <= a within 1e-9 (1 + a)
        cross        q    mubar . (mean of the mu_c, unweighted), |q| <= a within the same;
                          rho for equal classes

    Accuracy
        1e-12 relative to the largest of the terms.

    Source
        Sharper than the bounds of Bao, Nagano & Nozawa (2022): this project,
        docs/theory/bao2022/surrogate-gap.md. Both ends are ln(C/(K + 1)) for constant features of
        norm L and equal classes.

    >>> gap = surrogate_certificate(10, 32, 1.0, mean_square=0.1, alignment=0.8, cross=0.1)
    >>> float(gap.lower.round(4)), float(gap.upper.round(4))
    (-1.616, -0.808)
    """
    classes = read_prior(prior)
    negatives, radius, rho, aligned, q = reals(n_negatives, norm, mean_square, alignment, cross)
    require_count(1, n_negatives=negatives)
    a = scale(radius)
    slack = SLACK * (1.0 + a)
    ordered = (-slack <= rho) & (rho <= aligned + slack) & (aligned <= a + slack)
    require(
        ordered & np.isfinite(rho) & np.isfinite(aligned),
        "0 <= mean_square <= alignment <= norm^2 within 1e-9 (1 + norm^2)",
        mean_square=rho,
        alignment=aligned,
        norm=radius,
    )
    _require_score(a, norm=radius, cross=q)
    log_terms = np.log1p(negatives)
    mean = rho + (aligned - rho) / (negatives + 1.0)
    lower = classes.entropy + rho - log_terms - log_chord(a, mean)
    upper = np.log(float(classes.n_classes)) - log_terms + log_chord(a, q) - mean
    return SurrogateInterval(lower=np.asarray(lower), upper=np.asarray(upper))


def surrogate_bounds_paired(
    prior: ArrayLike,
    n_negatives: ArrayLike,
    norm: ArrayLike,
    positive: ArrayLike,
    alignment: ArrayLike,
) -> SurrogateInterval:
    r"""Two-sided bound on R_mu(f) - R_cont(f) for positives that depend on their anchor.

    Formula
        lower = surrogate_lower(pi, K, L) + s - A                        [nats]
        upper = surrogate_upper(pi, K, L) + s - A                        [nats]

    Symbols (all but prior broadcast against each other)
        prior        pi   number C >= 1 of equal classes, or a vector of C class probabilities
        n_negatives  K    negatives per anchor, K >= 1, independent of it
        norm         L    largest norm of a feature, L >= 0
        positive     s    mean of f(x) . f(x+) over the pairs, -L^2 <= s <= L^2
        alignment    A    sum_c pi_c |mu_c|^2, 0 <= A <= L^2; both within 1e-9 (1 + L^2)

    Accuracy
        1e-12 relative to the largest of the terms.

    Source
        Corrected: Bao, Nagano & Nozawa (2022), arXiv:2110.02501, as in the authors' code, less
        the hypothesis that anchor and positive are independent given their class: this project,
        docs/theory/bao2022/surrogate-gap.md. With it s = A.

    >>> gap = surrogate_bounds_paired(10, 32, 1.0, positive=0.9, alignment=0.7)
    >>> float(gap.lower.round(4)), float(gap.upper.round(4))
    (-1.8923, -0.0956)
    """
    negatives, radius, score, aligned = reals(n_negatives, norm, positive, alignment)
    lower = surrogate_lower(prior, negatives, radius)
    upper = surrogate_upper(prior, negatives, radius)
    a = scale(radius)
    _require_score(a, norm=radius, positive=score)
    slack = SLACK * (1.0 + a)
    require(
        np.isfinite(aligned) & (-slack <= aligned) & (aligned <= a + slack),
        "0 <= alignment <= norm^2 within 1e-9 (1 + norm^2)",
        alignment=aligned,
        norm=radius,
    )
    shift = score - aligned
    return SurrogateInterval(lower=np.asarray(lower + shift), upper=np.asarray(upper + shift))


def _require_score(a: Array, norm: NDArray[Any], **mean: NDArray[Any]) -> None:
    """A mean of scores lies between -a and a, up to the rounding of a measurement."""
    ((name, value),) = mean.items()
    within = np.isfinite(value) & (np.abs(value) <= a + SLACK * (1.0 + a))
    rule = f"|{name}| <= norm^2 within 1e-9 (1 + norm^2)"
    require(within, rule, **{name: value}, norm=norm)
