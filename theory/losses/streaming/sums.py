"""Log-sums of every anchor over its class and over the other classes, from half of the tiles."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from theory._once import only_once
from theory.losses.streaming.kernels import Kernel, kernel_for
from theory.losses.streaming.shares import share
from theory.losses.streaming.tiles import DIFF, SAME, Tiles


def log_sums(
    z: Tensor, tiles: Tiles, tau: float, group: dist.ProcessGroup | None = None
) -> tuple[Tensor, Tensor]:
    """Return log Same and log Diff of (n, k, d) views, (n, k) in float64; -inf if empty.

    With a group, z is the same on all its processes, which share the tiles, forward and backward.
    """
    same, diff = _LogSums.apply(z, tiles, tau, group)  # type: ignore[no-untyped-call]  # torch does not annotate it
    return same, diff


class _LogSums(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, z: Tensor, tiles: Tiles, tau: float, group: dist.ProcessGroup | None
    ) -> tuple[Tensor, Tensor]:
        kernel = kernel_for(z, tau)
        log = _in_given_order(_totals(z, tiles, tau, kernel, group), tiles, z.shape[1])
        ctx.save_for_backward(z, log)
        ctx.tiles, ctx.tau, ctx.kernel, ctx.group = tiles, tau, kernel, group
        return log[SAME], log[DIFF]

    @staticmethod
    def backward(ctx: Any, grad_same: Tensor, grad_diff: Tensor) -> tuple[Tensor | None, ...]:
        z, log = ctx.saved_tensors
        with torch.no_grad():
            upstream = torch.stack([grad_same, grad_diff])
            grad = _gradient(z, log, upstream, ctx.tiles, ctx.tau, ctx.kernel, ctx.group)
            grad = _in_given_order(grad.mT, ctx.tiles, z.shape[1]).movedim(0, -1)
        return only_once(z, grad, "streamed losses"), None, None, None


def _totals(
    z: Tensor, tiles: Tiles, tau: float, kernel: Kernel, group: dist.ProcessGroup | None
) -> Tensor:
    """(2, n k) log-sums, rows in the order of the tiles."""
    rows = z[tiles.order].flatten(0, 1)

    def add(stripes: list[int], total: Tensor) -> None:
        for i, j, s, _ in _scores(rows, tiles, tau, stripes):
            here, there = tiles.rows(i), tiles.rows(j)
            terms = kernel.terms(s)
            if i == j:
                own, in_class = tiles.masks(i)
                same = terms.masked_fill(own | ~in_class, kernel.nothing)
                kernel.add(total[SAME, here], same, 1)
                kernel.add(total[DIFF, here], terms.masked_fill_(in_class, kernel.nothing), 1)
            else:
                of_kind = total[tiles.kind(i, j)]
                kernel.add(of_kind[here], terms, 1)
                kernel.add(of_kind[there], terms, 0)  # the tile (j, i), by symmetry

    empty = rows.new_full((2, len(rows)), kernel.nothing, dtype=torch.float64)
    parts = share(add, empty, len(tiles), group)
    total = kernel.merge(torch.stack(parts))
    if group is not None:
        everyone = [torch.empty_like(total) for _ in range(dist.get_world_size(group))]
        dist.all_gather(everyone, total, group=group)
        total = kernel.merge(torch.stack(everyone))
    return kernel.log(total)


def _gradient(
    z: Tensor,
    log: Tensor,
    upstream: Tensor,
    tiles: Tiles,
    tau: float,
    kernel: Kernel,
    group: dist.ProcessGroup | None,
) -> Tensor:
    """(n k, d) in the order of the tiles, each once more: dZ = (E o (u_i + u_j)) Z / tau.

    u is the upstream gradient over the sum: whatever combination of losses is differentiated is
    in it.
    """
    rows = z[tiles.order].flatten(0, 1)
    # An empty sum has log -inf; with +inf in its place every weight below is e^-inf = 0.
    log = log.masked_fill(log.isneginf(), torch.inf)
    anchors = kernel.anchors(
        upstream[:, tiles.order].flatten(1), log[:, tiles.order].flatten(1), z.dtype
    )

    def add(stripes: list[int], grad: Tensor) -> None:
        for i, j, s, work in _scores(rows, tiles, tau, stripes):
            here, there = tiles.rows(i), tiles.rows(j)
            if i == j:
                own, in_class = tiles.masks(i)
                in_same, in_diff = anchors[:, SAME, here], anchors[:, DIFF, here]
                same = kernel.weights(s.clone(), work, in_same, in_same)
                w = torch.where(in_class, same, kernel.weights(s, work, in_diff, in_diff))
                grad[here].addmm_(w.masked_fill_(own, 0.0), rows[here])
            else:
                of_kind = anchors[:, tiles.kind(i, j)]
                w = kernel.weights(s, work, of_kind[:, here], of_kind[:, there])
                grad[here].addmm_(w, rows[there])
                grad[there].addmm_(w.mT, rows[here])

    grad, *others = share(add, torch.zeros_like(rows), len(tiles), group)
    for other in others:
        grad += other
    if group is not None:
        dist.all_reduce(grad, group=group)
    return grad.div_(tau)


def _scores(
    rows: Tensor, tiles: Tiles, tau: float, stripes: list[int]
) -> Iterator[tuple[int, int, Tensor, Tensor]]:
    """(i, j, s/tau of tile i with tile j, space of that shape), i <= j; both overwritten next."""
    space = rows.new_empty(2, tiles.side**2)
    for i in stripes:
        left = rows[tiles.rows(i)] / tau
        for j in range(i, len(tiles)):
            right = rows[tiles.rows(j)]
            s, work = space[:, : len(left) * len(right)].view(2, len(left), len(right))
            yield i, j, torch.mm(left, right.mT, out=s), work


def _in_given_order(sorted_rows: Tensor, tiles: Tiles, k: int) -> Tensor:
    """(..., n k) in the order of the tiles as (..., n, k) in the order of the samples."""
    by_sample = sorted_rows.reshape(*sorted_rows.shape[:-1], -1, k)
    given = torch.empty_like(by_sample)
    given[..., tiles.order, :] = by_sample
    return given
