"""Proposition 1 at its best a, in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds.few_shot._inputs import few_shot_arguments
from bounds.few_shot._margin import Array, above_pole, noise, pole


@dataclass(frozen=True, kw_only=True)
class OptimalFewShotError:
    """The least value of `few_shot_error` over its a, and where it is taken."""

    value: NDArray[np.float64]
    a: NDArray[np.float64]


def few_shot_error_optimal(
    directional_cdnv: ArrayLike,
    cdnv: ArrayLike,
    root_cdnv: ArrayLike,
    m_shot: ArrayLike,
    n_classes: ArrayLike,
) -> OptimalFewShotError:
    r"""Upper bound on the m-shot nearest-class-centre error: `few_shot_error` at its best a.

    Formula
        min over a >= 5, a > 2A of  (C' - 1) [V~ (1/2 - A/a)^-2 + B a]
        A = 2 + 2^(3/2)/m,   B = ((2/sqrt m) (V^s + V) + V/m) / 4
        a = max(5, 2A + y),   y^3 = p (y + 2A),   p = 16 A V~/B

    Symbols (arrays broadcast against each other)
        directional_cdnv  V~    see `few_shot_error`, >= 0; where it is 0, a = max(5, 2A)
        cdnv              V     >= 0
        root_cdnv         V^s   >= 0; where V = V^s = 0 < V~, a = inf
        m_shot            m     shots per class, m >= 1
        n_classes         C'    downstream classes, C' >= 2

    Accuracy
        1e-12 relative for `.value` and `.a`. Where a = 2A or a = inf the value is an infimum.

    Source
        Corrected: Luthra, Yang & Galanti (2025), arXiv:2506.04411, corollary of Proposition 1
        (that an optimal a exists); closed form from the authors' follow-up, derived again in
        this project, docs/theory/luthra2025/few-shot.md, which also adds a > 2A.

    >>> best = few_shot_error_optimal(0.1, 0.25, 0.5, m_shot=10, n_classes=2)
    >>> float(best.value.round(4)), float(best.a.round(4))
    (2.5357, 11.5263)
    """
    directional, v, root, m, c = few_shot_arguments(
        m_shot, n_classes, directional_cdnv=directional_cdnv, cdnv=cdnv, root_cdnv=root_cdnv
    )
    b = noise(root, v, m)
    two_a = pole(m)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        root_ratio = np.where(directional > 0, np.sqrt(directional) / np.sqrt(b), 0.0)
        y = _stationary(4.0 * np.sqrt(0.5 * two_a) * root_ratio, 0.5 * two_a)
        clipped = two_a + y < 5.0  # convexity: the constrained optimum is at the border
        y = np.where(clipped, above_pole(np.full_like(two_a, 5.0), m), y)
        a = np.where(clipped, 5.0, two_a + y)
        # a/y, not 1/(1/2 - A/a), which loses its digits as a approaches 2A.
        along = (2.0 * np.sqrt(directional) * (1.0 + two_a / y)) ** 2
        along = np.where(directional > 0, along, 0.0)
        shots = np.where(np.isinf(a), 0.0, b * a)  # b a -> 0 as b -> 0
        value = (c - 1.0) * (along + shots)
    return OptimalFewShotError(value=np.asarray(value), a=np.asarray(a, dtype=np.float64))


def _stationary(root_p: Array, a: Array) -> Array:
    """The positive root of y^3 = p (y + 2A), from sqrt p; squares of extremes are avoided."""
    one_real = root_p <= 3.0 * np.sqrt(3.0) * a
    r = np.where(one_real, root_p, 1.0)
    # Cardano with w = cbrt(p) k; p/(3w) stands for the second cube root, which would cancel.
    k = np.cbrt(a + np.sqrt(np.maximum(a * a - r * r / 27.0, 0.0)))
    cbrt_p = np.cbrt(r) ** 2
    cardano = cbrt_p * k + cbrt_p**2 / (3.0 * k)
    r = np.where(one_real, np.inf, root_p)
    angle = np.arccos(np.minimum(3.0 * np.sqrt(3.0) * a / r, 1.0))
    three_real = 2.0 / np.sqrt(3.0) * root_p * np.cos(angle / 3.0)
    return np.where(one_real, cardano, three_real)
