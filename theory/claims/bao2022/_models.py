"""The cases of the surrogate claims: class laws on finitely many points, from typical to hard."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from theory.claims._domain import Domain, Integers, Reals
from theory.claims.bao2022._ascent import ascend
from theory.claims.bao2022._layouts import LAYOUTS, PRIORS, class_points, class_prior
from theory.risks import (
    RiskStatistics,
    contrastive_risk,
    mean_supervised_risk,
    risk_rounding,
    risk_statistics,
)

PROMISE = 1e-12  # of the calculators, relative to the logarithms and norms that they add up
SEARCHED = 1e-9  # the same where they integrate or search
MOST_POINTS, MOST_ASCENDED = 16, 12  # a risk is an integral for every pair of them
STEPS = 3  # of an ascent

NEGATIVES = Reals(1.0, 1e6, log=True)  # rounded to a whole number
NORM = Reals(0.0, 4.0)
UNIFORM: Domain = {
    "n_classes": Integers(1, 8),
    "n_per_class": Integers(1, 4),
    "d": Integers(1, 4),
    "n_negatives": NEGATIVES,
    "norm": NORM,
    "layout": LAYOUTS,
}
ANY_PRIOR: Domain = {**UNIFORM, "prior": PRIORS}


@dataclass(frozen=True, kw_only=True)
class RiskModel:
    """Features on a finite support, and the K negatives that they are compared with."""

    features: Tensor  # (n, d)
    classes: Tensor  # (n,), int64, classes 0 .. C-1
    prior: int | NDArray[np.float64]  # a number of equally likely classes, or (c,) probabilities
    n_negatives: int
    radius: float  # what the features were built to stay within

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same model in another precision, on another device."""
        features = self.features.to(device=device, dtype=dtype)
        return replace(self, features=features, classes=self.classes.to(device))

    @property
    def n_classes(self) -> int:
        """C."""
        return int(self.classes.max()) + 1

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The prior as a vector."""
        uniform = np.full(self.n_classes, 1.0 / self.n_classes)
        return uniform if isinstance(self.prior, int) else self.prior

    @cached_property
    def norm(self) -> float:
        """L: the radius, or the largest norm where rounding to the dtype has passed it."""
        return max(self.radius, float(self.features.double().norm(dim=-1).max()))

    @cached_property
    def contrastive(self) -> float:
        """R_cont, exactly."""
        x = self.features.double()
        return contrastive_risk(x, self.classes, self.prior, self.n_negatives).item()

    @cached_property
    def supervised(self) -> float:
        """R_mu, exactly."""
        return mean_supervised_risk(self.features.double(), self.classes, self.prior).item()

    @property
    def gap(self) -> float:
        """R_mu - R_cont."""
        return self.supervised - self.contrastive

    @cached_property
    def statistics(self) -> RiskStatistics:
        """rho, A, q and L."""
        return risk_statistics(self.features.double(), self.classes, self.prior)

    @property
    def roundoff(self) -> float:
        """Absolute error of the gap."""
        return float(risk_rounding(self.features.double(), self.contrastive, self.supervised))

    @property
    def scale(self) -> float:
        """Largest size of what a calculator adds up: logarithms, and norms squared."""
        logs = math.log(self.n_classes) + math.log(self.n_negatives + 1)
        return 2.0 * (1.0 + logs + 2.0 * self.norm**2)


def rounding(case: RiskModel) -> float:
    """The exact gap's error and that of a calculator in closed form."""
    return case.roundoff + PROMISE * case.scale


def searched_rounding(case: RiskModel) -> float:
    """The exact gap's error and that of a calculator that searches or integrates."""
    return case.roundoff + SEARCHED * case.scale


def model(
    *,
    n_classes: int,
    n_per_class: int,
    d: int,
    n_negatives: float,
    norm: float,
    layout: str,
    generator: torch.Generator,
    prior: str = "uniform",
) -> RiskModel:
    """Features in the ball of radius `norm`, laid out as `LAYOUTS` says."""
    law = class_prior(n_classes, prior, generator)
    n_negatives = round(n_negatives)
    climbs = layout in ("ascended", "descended") and norm > 0
    most = MOST_ASCENDED if climbs else MOST_POINTS
    n_per_class = min(n_per_class, max(1, most // n_classes))
    points = class_points(n_classes, n_per_class, d, layout, generator)
    classes = torch.arange(n_classes).repeat_interleave(points.shape[1])
    features = norm * points.flatten(0, 1)
    if climbs:
        sign = 1.0 if layout == "ascended" else -1.0
        features = ascend(
            lambda x: sign * exact_gap(x, classes, law, n_negatives),
            features[None],
            norm,
            steps=STEPS,
        ).best
    return RiskModel(
        features=features, classes=classes, prior=law, n_negatives=n_negatives, radius=norm
    )


def exact_gap(
    features: Tensor, classes: Tensor, prior: int | NDArray[np.float64], n_negatives: int
) -> Tensor:
    """R_mu - R_cont of one model or many, differentiable: what an adversary climbs."""
    supervised = mean_supervised_risk(features, classes, prior)
    return supervised - contrastive_risk(features, classes, prior, n_negatives)
