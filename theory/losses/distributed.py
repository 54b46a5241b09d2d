"""The losses of a batch that is spread over the processes of a group."""

from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from theory.losses import _checks as checks
from theory.losses.streaming.losses import Anchors, ContrastiveLosses


def gathered_losses(
    z: Tensor,
    labels: Tensor,
    tau: float,
    *,
    block: int | None = None,
    group: dist.ProcessGroup | None = None,
) -> ContrastiveLosses:
    r"""The losses of all samples of a process group, each process bringing its own.

    Formula
        those of `contrastive_losses` of the samples of all processes together, in the order of
        their ranks; the same scalars on every process        [nats]

    Symbols
        z       (n_r, k, d) float32 or float64, the samples of this process, unit rows; n_r may
                differ between processes, k, d, dtype and kind of device may not
        labels  (n_r,) integers; a class may be spread over processes
        tau     temperature, > 0, the same everywhere
        block   as in `contrastive_losses`
        group   the processes, all of them by default; any backend that has all_gather and
                all_reduce on z's device: gloo on CPUs, nccl on GPUs

    Returns
        `ContrastiveLosses` of scalars. The gradient in z is that of the one loss of all samples in
        the samples of this process. Parameters that all processes share want the *sum* of those
        gradients: `DistributedDataParallel` takes their mean, so multiply the loss by the number
        of processes. Every process has to differentiate, and all the same combination.

    Range
        as `contrastive_losses`. The processes share the tiles of the matrix of all pairs; every
        one holds all rows, O(n k d).

    Errors
        as `contrastive_losses`, samples counted from the first of rank 0. A process whose own
        arguments are wrong raises before it gathers; the others wait for it.

    Source
        This project.
    """
    checks.check_rows(z)
    checks.check_labels(z, labels)
    group = dist.group.WORLD if group is None else group
    if group is None:
        raise ValueError("need a process group, got none: call torch.distributed first")
    shards = _sizes(z, group)
    all_z: Tensor = _Gather.apply(z, shards, group)  # type: ignore[no-untyped-call]  # torch does not annotate it
    all_labels = _gather(labels.long(), shards, group)
    checks.check_views(all_z, tau)
    checks.check_other_classes(all_labels)
    return Anchors(all_z, all_labels, tau, block=block, group=group).reduced("mean")


class _Gather(torch.autograd.Function):
    """The samples of all processes; backwards, our part of a gradient that all of them have."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, shards: list[int], group: dist.ProcessGroup) -> Tensor:
        rank = dist.get_rank(group)
        ctx.ours = slice(sum(shards[:rank]), sum(shards[: rank + 1]))
        return _gather(z, shards, group)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        return grad[ctx.ours], None, None


def _sizes(z: Tensor, group: dist.ProcessGroup) -> list[int]:
    """Samples of every process."""
    ours = torch.tensor([len(z)], device=z.device)
    sizes = [torch.empty_like(ours) for _ in range(dist.get_world_size(group))]
    dist.all_gather(sizes, ours, group=group)
    return [int(size) for size in sizes]


def _gather(x: Tensor, shards: list[int], group: dist.ProcessGroup) -> Tensor:
    """(n_r, ...) of every process as one (n, ...); shards travel padded to one size."""
    padded = x.new_zeros(max(shards), *x.shape[1:])
    padded[: len(x)] = x
    parts = [torch.empty_like(padded) for _ in shards]
    dist.all_gather(parts, padded, group=group)
    return torch.cat([part[:size] for part, size in zip(parts, shards, strict=True)])
