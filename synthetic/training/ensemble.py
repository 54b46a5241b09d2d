"""Many runs in one: their weights stacked, their steps taken by the same few calls of torch."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from synthetic._require import require
from synthetic.training.engines import Values
from synthetic.training.options import Loss, Settings
from synthetic.training.stream import Batch


class Ensemble:
    """Runs that differ in their weights and their data alone."""

    def __init__(
        self,
        encoders: Sequence[Mapping[str, nn.Module]],
        losses: Sequence[Mapping[str, Loss]],
        settings: Settings,
    ) -> None:
        """One mapping for each run; the modules in them serve to show the weights."""
        self.twins = {
            name: _Twins([e[name] for e in encoders], [f[name] for f in losses], settings)
            for name in settings.names
        }
        self.gaps = settings.gradient_gaps

    def gradients(self, batches: Sequence[Batch]) -> Values:
        """As of `OneRun`; the gradient of a sum over runs holds those of all runs."""
        views = torch.stack([batch.views for batch in batches])  # (runs, n, k, d)
        labels = torch.stack([batch.labels for batch in batches])
        losses: dict[str, list[float]] = {}
        gaps: dict[tuple[str, str], list[float]] = {}
        for name, twins in self.twins.items():
            twins.optimizer.zero_grad(set_to_none=True)
            z = twins.encoder(views)
            loss = twins.evaluate(z, labels)
            require(loss.ndim == 1, f"a scalar loss {name}", shape=tuple(loss.shape[1:]))
            weights = twins.encoder.trained
            others = {
                of: torch.autograd.grad(
                    self.twins[of].evaluate(z, labels).sum(),
                    weights,
                    retain_graph=True,
                    materialize_grads=True,
                )
                for of, at in self.gaps
                if at == name
            }
            loss.sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            losses[name] = loss.tolist()
            for of, gradient in others.items():
                own = [0.0 if w.grad is None else w.grad.double() for w in weights]
                apart = [g.double() - o for g, o in zip(gradient, own, strict=True)]
                gaps[of, name] = _norms(apart).tolist()
        return Values(losses=losses, gaps=gaps)

    def update(self, rate: float) -> None:
        """Twins by twins."""
        for twins in self.twins.values():
            twins.update(rate)

    def encoders(self, run: int) -> Mapping[str, nn.Module]:
        """The run's own modules, brought up to date."""
        return {name: twins.encoder.module(run) for name, twins in self.twins.items()}

    def losses(self, run: int) -> Mapping[str, Loss]:
        """The run's own losses, brought up to date."""
        return {
            name: twins.losses[run] if twins.head is None else twins.head.module(run)
            for name, twins in self.twins.items()
        }

    def state(self) -> dict[str, Any]:
        """Of all twins."""
        return {name: twins.state() for name, twins in self.twins.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Of all twins."""
        for name, twins in self.twins.items():
            twins.restore(state[name])


class _Stack:
    """Modules of one architecture, their weights (runs, ...) in one tensor for each name."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        self.modules = modules
        each = [dict(module.named_parameters()) for module in modules]
        self.weights = {
            name: nn.Parameter(
                torch.stack([own[name].detach() for own in each]), requires_grad=first.requires_grad
            )
            for name, first in each[0].items()
        }
        self.trained = [w for w in self.weights.values() if w.requires_grad]

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Outputs (runs, ...) of inputs (runs, ...)."""

        def one(weights: dict[str, Tensor], *own: Tensor) -> Any:
            return functional_call(self.modules[0], weights, own)

        return _vmapped(one, self.weights, *inputs)

    def module(self, run: int) -> nn.Module:
        """The run's own, brought up to date."""
        with torch.no_grad():
            for name, parameter in self.modules[run].named_parameters():
                parameter.copy_(self.weights[name][run])
        return self.modules[run]


class _Twins:
    """The twins of one loss in all runs."""

    def __init__(
        self, encoders: Sequence[nn.Module], losses: Sequence[Loss], settings: Settings
    ) -> None:
        self.encoder, self.losses = _Stack(encoders), losses
        heads = [loss for loss in losses if isinstance(loss, nn.Module)]
        self.head = _Stack(heads) if heads else None
        self.trained = self.encoder.trained + (self.head.trained if self.head else [])
        first = float(settings.step_sizes[0]) if settings.steps else 0.0
        self.optimizer = settings.recipe.build(self.trained, first)
        self.clip = settings.recipe.clip

    def evaluate(self, z: Tensor, labels: Tensor) -> Tensor:
        """The loss of each run, (runs,)."""
        if self.head is not None:
            return self.head(z, labels)
        return _vmapped(self.losses[0], z, labels)

    def update(self, rate: float) -> None:
        if self.clip < math.inf:
            gradients = [w.grad for w in self.trained if w.grad is not None]
            # As torch's clip_grad_norm_, but of each run.
            factor = (self.clip / (_norms(gradients) + 1e-6)).clamp(max=1.0)
            for gradient in gradients:
                gradient.mul_(factor.to(gradient).reshape(-1, *[1] * (gradient.ndim - 1)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def state(self) -> dict[str, Any]:
        return {
            "encoder": self.encoder.weights,
            "head": {} if self.head is None else self.head.weights,
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, weights in state["encoder"].items():
                self.encoder.weights[name].copy_(weights)
            if self.head is not None:
                for name, weights in state["head"].items():
                    self.head.weights[name].copy_(weights)
        self.optimizer.load_state_dict(state["optimizer"])


def _vmapped(function: Callable[..., Any], *inputs: Any) -> Tensor:
    """The function of each run's inputs, (runs, ...)."""
    try:
        out: Tensor = vmap(function)(*inputs)
    except RuntimeError as error:
        if "vmap" not in str(error):
            raise
        rule = "encoders and losses that torch.func.vmap can follow, or the sequential method"
        raise ValueError(f"need {rule}, got {str(error).splitlines()[0]}") from error
    return out


def _norms(tensors: Sequence[Tensor]) -> Tensor:
    """Euclidean norm (runs,) over all entries of a run in all tensors (runs, ...)."""
    return torch.stack([t.flatten(1).square().sum(dim=1) for t in tensors]).sum(dim=0).sqrt()
