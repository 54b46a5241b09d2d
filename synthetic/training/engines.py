"""What computes the steps: here of one run, in `ensemble` of many at once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from synthetic._require import require
from synthetic.training.options import Loss, Settings
from synthetic.training.stream import Batch


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a step says of each run, before its update: lists with a value for each."""

    losses: Mapping[str, list[float]]
    gaps: Mapping[tuple[str, str], list[float]]


class Engine(Protocol):
    """Twins of one or several runs on their way."""

    def gradients(self, batches: Sequence[Batch]) -> Values:
        """Losses on a batch for each run, and their gradients, kept for `update`."""
        ...

    def update(self, rate: float) -> None:
        """Change the weights."""
        ...

    def encoders(self, run: int) -> Mapping[str, nn.Module]:
        """As they now are."""
        ...

    def losses(self, run: int) -> Mapping[str, Loss]:
        """As they now are, which matters for those that are modules."""
        ...

    def state(self) -> dict[str, Any]:
        """All that updates change."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        ...


class Twin:
    """An encoder, its loss and the optimiser of both."""

    def __init__(self, encoder: nn.Module, loss: Loss, settings: Settings) -> None:
        """Both are trained in place."""
        self.encoder, self.loss = encoder, loss
        self.weights = [p for p in encoder.parameters() if p.requires_grad]
        self.trained = [*self.weights, *(p for p in own_weights(loss) if p.requires_grad)]
        first = float(settings.step_sizes[0]) if settings.steps else 0.0
        self.optimizer = settings.recipe.build(self.trained, first)
        self.clip = settings.recipe.clip

    def update(self, rate: float) -> None:
        """Change the weights by their gradients."""
        if self.clip < math.inf:
            clip_grad_norm_(self.trained, self.clip)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def state(self) -> dict[str, Any]:
        """All that an update changes."""
        head = self.loss.state_dict() if isinstance(self.loss, nn.Module) else {}
        return {
            "encoder": self.encoder.state_dict(),
            "head": head,
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.encoder.load_state_dict(state["encoder"])
        if isinstance(self.loss, nn.Module):
            self.loss.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])


class OneRun:
    """The modules themselves, in the ordinary way."""

    def __init__(
        self,
        encoders: Mapping[str, nn.Module],
        losses: Mapping[str, Loss],
        settings: Settings,
    ) -> None:
        """All are trained in place."""
        self.twins = {name: Twin(encoders[name], losses[name], settings) for name in losses}
        self.gaps = settings.gradient_gaps

    def gradients(self, batches: Sequence[Batch]) -> Values:
        """Twin by twin; the heads of all are still those of the last step."""
        (batch,) = batches
        losses: dict[str, list[float]] = {}
        gaps: dict[tuple[str, str], list[float]] = {}
        for name, twin in self.twins.items():
            twin.optimizer.zero_grad(set_to_none=True)
            z = twin.encoder(batch.views)
            loss = twin.loss(z, batch.labels)
            require(loss.ndim == 0, f"a scalar loss {name}", shape=tuple(loss.shape))
            others = {
                of: torch.autograd.grad(
                    self.twins[of].loss(z, batch.labels),
                    twin.weights,
                    retain_graph=True,
                    materialize_grads=True,
                )
                for of, at in self.gaps
                if at == name
            }
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            losses[name] = [loss.item()]
            for of, gradient in others.items():
                gaps[of, name] = [gap(gradient, twin.weights)]
        return Values(losses=losses, gaps=gaps)

    def update(self, rate: float) -> None:
        """Twin by twin."""
        for twin in self.twins.values():
            twin.update(rate)

    def encoders(self, run: int) -> Mapping[str, nn.Module]:
        """The modules themselves."""
        return {name: twin.encoder for name, twin in self.twins.items()}

    def losses(self, run: int) -> Mapping[str, Loss]:
        """The losses themselves."""
        return {name: twin.loss for name, twin in self.twins.items()}

    def state(self) -> dict[str, Any]:
        """Of every twin."""
        return {name: twin.state() for name, twin in self.twins.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Of every twin."""
        for name, twin in self.twins.items():
            twin.restore(state[name])


def own_weights(loss: Loss) -> list[nn.Parameter]:
    """The parameters of a loss that is a module."""
    return list(loss.parameters()) if isinstance(loss, nn.Module) else []


def gap(gradient: Sequence[Tensor], weights: Sequence[nn.Parameter]) -> float:
    """Euclidean distance of a gradient from the one kept with the weights."""
    squares = [
        (g.double() - (0.0 if w.grad is None else w.grad.double())).square().sum()
        for g, w in zip(gradient, weights, strict=True)
    ]
    return float(torch.stack(squares).sum().sqrt())
