"""Bounds on derivatives of one hidden layer's similarities and contrastive batch losses.

The proof is "Certified smoothness" in docs/theory/luthra2025/alignment/parameters.md.
"""

import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Derivatives:
    """Bounds on derivatives of a similarity along a unit direction: of phi(u) phi(v) / h summed."""

    s: float
    first: float
    second: float
    cubic: float
    reach: float  # sqrt(h) sup |u|, the size of all preactivations of an input

    @classmethod
    def of(cls, activation: str, reach: float, width: int) -> Self:
        """From sup |phi|, |phi'|, |phi''|, |phi'''| where |u| <= reach."""
        if activation == "tanh":
            p0, p1, p2, p3 = min(reach, 1.0), 1.0, 4.0 / math.sqrt(27.0), 2.0
        else:  # Phi(u) + u density(u); (2 - u^2) density(u); (u^3 - 4 u) density(u)
            p0, p1, p2, p3 = reach, 1.13, 0.798, 0.78
        return cls(
            s=p0 * p0,
            first=2.0 * p0 * p1 / math.sqrt(width),
            second=2.0 * (p0 * p2 + p1 * p1) / width,
            cubic=2.0 * (p0 * p3 + 3.0 * p1 * p2) / width,
            reach=reach * math.sqrt(width),
        )

    def third(self, tau: float) -> float:
        """Of the batch loss: third cumulant, covariance and mean over a softmax, and positive."""
        first, second = self.first / tau, self.second / tau
        return 2.0 * first**3 + 3.0 * first * second + 2.0 * self.cubic / tau

    def gradient_condition(self, tau: float) -> float:
        """Error of a batch gradient per relative error of each quantity that it is made of.

        A preactivation errs by `reach`; s by s + first reach, which the softmax passes on over tau.
        """
        own = self.first + self.second * self.reach
        weights = 2.0 * (self.s + self.first * self.reach) / tau
        return 2.0 * (own + self.first * weights) / tau

    def curvature_condition(self, tau: float) -> float:
        """The same for the Hessian."""
        own = self.second + self.cubic * self.reach
        weights = 2.0 * (self.s + self.first * self.reach) / tau
        spread = self.first * (self.first + 2.0 * self.second * self.reach) / tau
        return 2.0 * (own + spread + (self.second + self.first**2 / tau) * weights) / tau
