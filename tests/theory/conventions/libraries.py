"""Losses as libraries and released code write them, transcribed from their documented formulas."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize


class SupContrast(nn.Module):
    """Khosla et al.'s loss as in the SupContrast repository: scaled by tau/base_temperature."""

    def __init__(  # noqa: D107 -- the class says it
        self, temperature: float = 0.07, mode: str = "all", base_temperature: float = 0.07
    ) -> None:
        super().__init__()
        self.temperature, self.base_temperature, self.mode = temperature, base_temperature, mode

    def forward(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """features (n, k, d), the views stacked one after another as contrasts."""
        n, k = features.shape[:2]
        labels = torch.arange(n) if labels is None else labels
        contrasts = torch.cat(torch.unbind(features, dim=1), dim=0)
        anchors = contrasts if self.mode == "all" else features[:, 0]
        logits = anchors @ contrasts.T / self.temperature
        logits = logits - logits.max(dim=1, keepdim=True).values.detach()
        others = 1.0 - torch.eye(n * k, dtype=logits.dtype)[: len(anchors)]
        same = (labels[:, None] == labels).to(logits.dtype)
        positives = same.repeat(len(anchors) // n, k) * others
        log_prob = logits - (logits.exp() * others).sum(dim=1, keepdim=True).log()
        mean = (positives * log_prob).sum(dim=1) / positives.sum(dim=1)
        return -(self.temperature / self.base_temperature) * mean.mean()


def two_batches(coupled: bool, temperature: float) -> Callable[[Tensor, Tensor], Tensor]:
    """NT-Xent and DCL of two batches of views, as lightly's modules compute them."""

    def loss(first: Tensor, second: Tensor) -> Tensor:
        first, second = normalize(first, dim=1), normalize(second, dim=1)
        n = len(first)
        diagonal = torch.eye(n, dtype=torch.bool)
        values = []
        for out, other in ((first, second), (second, first)):
            same = (out @ out.T / temperature)[~diagonal].view(n, -1)
            cross = out @ other.T / temperature
            if coupled:
                values.append(cross_entropy(torch.cat([cross, same], dim=1), torch.arange(n)))
            else:
                negatives = torch.cat([same, cross[~diagonal].view(n, -1)], dim=1)
                values.append((negatives.logsumexp(dim=1) - cross.diagonal()).mean())
        return (values[0] + values[1]) / 2

    return loss


def info_nce(temperature: float) -> Callable[[Tensor], Tensor]:
    """Cross-entropy over [positive, negatives] of stacked views: SimCLR's popular port."""

    def loss(features: Tensor) -> Tensor:
        n = len(features) // 2
        s = normalize(features, dim=1) @ normalize(features, dim=1).T
        ids = torch.cat([torch.arange(n)] * 2)
        same = ids[:, None] == ids
        itself = torch.eye(2 * n, dtype=torch.bool)
        positives = s[same & ~itself].view(2 * n, -1)
        negatives = s[~same].view(2 * n, -1)
        logits = torch.cat([positives, negatives], dim=1) / temperature
        return cross_entropy(logits, torch.zeros(2 * n, dtype=torch.long))

    return loss


def clip(temperature: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Cross-entropy over the other view's batch, in both directions."""

    def loss(first: Tensor, second: Tensor) -> Tensor:
        logits = normalize(first, dim=1) @ normalize(second, dim=1).T / temperature
        target = torch.arange(len(first))
        return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2

    return loss


def sup_in(temperature: float, *, mean: bool) -> Callable[[Tensor, Tensor], Tensor]:
    """Minus the logarithm of the positives' share; `mean` divides it by their number."""

    def loss(rows: Tensor, labels: Tensor) -> Tensor:
        itself = torch.eye(len(rows), dtype=torch.bool)
        s = (rows @ rows.T / temperature).masked_fill(itself, -torch.inf)
        positive = (labels[:, None] == labels) & ~itself
        share = s.masked_fill(~positive, -torch.inf).logsumexp(dim=1) - s.logsumexp(dim=1)
        if mean:
            share = share - positive.sum(dim=1).to(s.dtype).log()
        return -share.mean()

    return loss
