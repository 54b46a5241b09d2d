"""Gradients that may be taken once: a second derivative is an error, not a silent zero."""

from typing import Any

import torch
from torch import Tensor


def only_once(x: Tensor, gradient: Tensor, what: str) -> Tensor:
    """`gradient`, tied to `x` so that differentiating it again says that `what` cannot be.

    For the backward pass of a custom function. `once_differentiable` would take the gradient for
    a constant wherever the upstream gradient is one.
    """
    tied: Tensor = _OnlyOnce.apply(x, gradient, what)  # type: ignore[no-untyped-call]  # torch does not annotate it
    return tied


class _OnlyOnce(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gradient: Tensor, what: str) -> Tensor:
        ctx.what = what
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        raise RuntimeError(f"{ctx.what} are differentiable once, not twice")
