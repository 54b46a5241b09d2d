"""Positives that depend on their anchor: models with a law of x+ given x."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from theory.claims._domain import Choices
from theory.claims.bao2022._models import RiskModel, model
from theory.risks import contrastive_risk_paired, positive_score

PAIRINGS = Choices(
    "independent",  # any point of the class: the hypothesis of the published bounds
    "itself",  # as augmentations that change nothing
    "distinct",  # another point of the class where there is one
    "other-class",  # a point of the next class
    "random",  # any row-stochastic matrix
)


@dataclass(frozen=True, kw_only=True)
class PairedModel(RiskModel):
    """A model whose positives come from `pairing`."""

    pairing: Tensor  # (n, n), rows sum to 1

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same model in another precision, on another device."""
        return replace(super().to(dtype=dtype, device=device), pairing=self.pairing.to(device))

    @cached_property
    def contrastive(self) -> float:
        """R_cont with these positives."""
        x = self.features.double()
        return contrastive_risk_paired(
            x, self.classes, self.prior, self.n_negatives, self.pairing
        ).item()

    @cached_property
    def positive(self) -> float:
        """E s_0."""
        x = self.features.double()
        return positive_score(x, self.classes, self.prior, self.pairing).item()

    @property
    def shift(self) -> float:
        """E s_0 - A: 0 for independent positives."""
        return self.positive - self.statistics.alignment.item()


def paired_model(*, pairing: str, generator: torch.Generator, **sampling: Any) -> PairedModel:
    """A model of any layout, with positives as `PAIRINGS` says."""
    drawn = model(generator=generator, **sampling)
    return PairedModel(
        features=drawn.features,
        classes=drawn.classes,
        prior=drawn.prior,
        n_negatives=drawn.n_negatives,
        radius=drawn.radius,
        pairing=pairing_of(drawn.classes, pairing, generator),
    )


def pairing_of(classes: Tensor, pairing: str, generator: torch.Generator) -> Tensor:
    """A law of the positive for every point, (n, n)."""
    n = len(classes)
    itself = torch.eye(n, dtype=torch.float64)
    same = (classes[:, None] == classes).double()
    if pairing == "itself":
        return itself
    if pairing == "random":
        raw = torch.rand(n, n, generator=generator, dtype=torch.float64).log().mul(-1.0)
        return raw / raw.sum(dim=1, keepdim=True)
    if pairing == "distinct":
        alone = same.sum(dim=1, keepdim=True) == 1
        same = torch.where(alone, same, same - itself)
    if pairing == "other-class":
        following = (classes + 1) % (int(classes.max()) + 1)
        same = (following[:, None] == classes).double()
    return same / same.sum(dim=1, keepdim=True)
