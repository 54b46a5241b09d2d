"""The named losses: dense for a batch, streamed for so many rows that dense would take longer."""

import functools
from collections.abc import Callable
from typing import ParamSpec

import torch
from torch import Tensor

from theory.losses import _checks as checks
from theory.losses import dense
from theory.losses.streaming.losses import Anchors

P = ParamSpec("P")

LARGE = 4096  # rows n k

NOTE = f"""
    Many rows
        from n k = {LARGE} on streamed in tiles: the same value in O(n k d) memory, differentiable
        once. `theory.losses.dense` has the same function, which never streams, for second
        derivatives; inside `torch.func` transforms that one is used anyway.
"""


def by_size(reference: Callable[P, Tensor]) -> Callable[[Callable[P, Tensor]], Callable[P, Tensor]]:
    """Make a streamed loss that of many rows, and `reference` that of few and the docstring."""

    def choose(streamed: Callable[P, Tensor]) -> Callable[P, Tensor]:
        @functools.wraps(reference)
        def loss(*args: P.args, **kwargs: P.kwargs) -> Tensor:
            z = kwargs["z"] if "z" in kwargs else args[0]
            return (streamed if is_large(z) else reference)(*args, **kwargs)

        loss.__module__ = __name__  # where pickle finds it
        before, source, rest = (reference.__doc__ or "").partition("\n    Source\n")
        loss.__doc__ = before + NOTE + source + rest
        return loss

    return choose


def is_large(z: object) -> bool:
    """Whether z is to be streamed; what is no batch of views is left to the reference to refuse."""
    return (
        isinstance(z, Tensor)
        and z.ndim == 3
        and len(z) > 1
        and z.shape[0] * z.shape[1] >= LARGE
        and not torch._C._functorch.is_functorch_wrapped_tensor(z)
    )


@by_size(dense.dcl)
def dcl(z: Tensor, tau: float) -> Tensor:
    """DCL, streamed."""
    checks.check_views(z, tau)
    return _mean(Anchors(z, _alone(z), tau).dcl(), z)


@by_size(dense.nscl)
def nscl(z: Tensor, labels: Tensor, tau: float) -> Tensor:
    """NSCL, streamed."""
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    return _mean(Anchors(z, labels, tau).nscl(), z)


@by_size(dense.cl)
def cl(z: Tensor, tau: float, own_views: str = "others") -> Tensor:
    """CL, streamed."""
    checks.check_views(z, tau)
    dense.check_own_views(own_views)
    return _mean(Anchors(z, _alone(z), tau).cl(own_views), z)


@by_size(dense.supcon)
def supcon(z: Tensor, labels: Tensor, tau: float) -> Tensor:
    """SupCon, streamed."""
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_positives(checks.without_positive(z, labels))
    of_anchor = Anchors(z, labels, tau).supcon()
    assert of_anchor is not None  # every anchor has a positive
    return _mean(of_anchor, z)


def _alone(z: Tensor) -> Tensor:
    """Labels under which every sample is a class: all others are in one sum."""
    return torch.arange(len(z), device=z.device)


def _mean(of_anchor: Tensor, z: Tensor) -> Tensor:
    return of_anchor.mean().to(z.dtype)
