"""The global losses of many samples, block by block: O(n k block) memory, forward and backward."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from theory._once import only_once
from theory.losses import _checks as checks


@dataclass(frozen=True, kw_only=True)
class ContrastiveLosses:
    """The losses of one batch: scalar tensors in nats, each with gradients.

    cl, dcl, nscl and supcon are what the functions of those names return; `supcon` is None where
    an anchor has no positive. `gap` is dcl - nscl without the cancellation.
    """

    cl: Tensor
    dcl: Tensor
    nscl: Tensor
    supcon: Tensor | None
    gap: Tensor


def contrastive_losses(
    z: Tensor, labels: Tensor, tau: float, *, block: int = 256
) -> ContrastiveLosses:
    r"""All losses of a labelled batch from one pass over blocks of similarities.

    Formula (Pos, Own, Self, Same, Diff as in `theory.losses.dense`; means over anchors, nats)
        cl      -Pos/tau + log(Own - Self + Same + Diff)
        dcl     -Pos/tau + log(Same + Diff)
        nscl    -Pos/tau + log Diff
        supcon  -(mean of s over positives)/tau + log(Own - Self + Same + Diff)
        gap     log(1 + Same/Diff), computed as such: dcl - nscl has lost every digit in float32
                once the gap is below 1e-6

    Symbols
        z       (n, k, d) float32 or float64, n samples, k views, unit rows
        labels  (n,) integers, any values, at least two different
        tau     temperature, > 0
        block   anchors whose similarities are held at a time, >= 1; memory is O(n k block), and
                the backward pass recomputes blocks instead of keeping them

    Range
        nscl <= dcl <= cl, gap >= 0, supcon >= 0; the values agree with the dense functions
        within twice `loss_rounding`. Once differentiable.

    Errors
        as `nscl`, and ValueError for block < 1. An anchor without a positive is none:
        supcon=None.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411; Khosla et al. (2020), arXiv:2004.11362.

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(contrastive_losses(square, torch.tensor([0, 0, 1, 1]), tau=1.0).gap.item(), 4)
    0.5487
    """
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    if block < 1:
        raise ValueError(f"need block >= 1, got block={block}")
    log_same, log_diff = _log_sums(z, labels, tau, block)
    own = z @ z.mT / tau  # (n, k, k)
    pos = own.mean(dim=-1)
    log_others = torch.logaddexp(log_same, log_diff)
    log_all = _with_own_views(log_others, own)
    positives = _mean_of_positives(z, labels)
    return ContrastiveLosses(
        cl=(log_all - pos).mean(),
        dcl=(log_others - pos).mean(),
        nscl=(log_diff - pos).mean(),
        supcon=None if positives is None else (log_all - positives / tau).mean(),
        # Not softplus: that one is linear from 20 on, an error of 2e-9.
        gap=torch.logaddexp(torch.zeros_like(log_same), log_same - log_diff).mean(),
    )


def _with_own_views(log_others: Tensor, own: Tensor) -> Tensor:
    """Add the anchor's own other views, Own - Self, to a log-sum; for one view there are none."""
    k = own.shape[-1]
    if k == 1:
        return log_others
    itself = torch.eye(k, dtype=torch.bool, device=own.device)
    return torch.logaddexp(own.masked_fill(itself, -torch.inf).logsumexp(dim=-1), log_others)


def _mean_of_positives(z: Tensor, labels: Tensor) -> Tensor | None:
    """The mean similarity of every anchor to its positives, (n, k); None if one has none.

    Linear in the class sum, so no pass over pairs. In float64: a running sum over a large class
    and the subtraction of Self would cost digits that the blockwise terms keep.
    """
    k = z.shape[1]
    _, class_of, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    n_positives = (k * counts - 1)[class_of]
    if bool((n_positives == 0).any()):
        return None
    wide = z.double()
    sums = wide.new_zeros(len(counts), z.shape[2]).index_add(0, class_of, wide.sum(dim=1))
    total = (wide * sums[class_of, None]).sum(dim=-1) - wide.square().sum(dim=-1)
    mean: Tensor = total / n_positives[:, None]
    return mean.to(z.dtype)


def _log_sums(z: Tensor, labels: Tensor, tau: float, block: int) -> tuple[Tensor, Tensor]:
    """Return log Same (-inf for a class of one sample) and log Diff, each (n, k)."""
    n, k, _ = z.shape
    sample = torch.arange(n, device=z.device).repeat_interleave(k)
    same, diff = _LogSums.apply(  # type: ignore[no-untyped-call]  # torch does not annotate it
        z.flatten(0, 1), sample, labels.repeat_interleave(k), tau, block
    )
    return same.reshape(n, k), diff.reshape(n, k)


class _LogSums(torch.autograd.Function):
    """(n k,) log-sums of every row over the rest of its class and over the other classes."""

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, sample: Tensor, label: Tensor, tau: float, block: int
    ) -> tuple[Tensor, Tensor]:
        same, diff = rows.new_empty(len(rows)), rows.new_empty(len(rows))
        for start in range(0, len(rows), block):
            here = slice(start, start + block)
            s = rows[here] @ rows.mT / tau
            in_class = label[here, None] == label
            diff[here] = s.masked_fill(in_class, -torch.inf).logsumexp(dim=1)
            s.masked_fill_(~in_class | (sample[here, None] == sample), -torch.inf)
            same[here] = s.logsumexp(dim=1)
        ctx.save_for_backward(rows, sample, label, same, diff)
        ctx.tau, ctx.block = tau, block
        return same, diff

    @staticmethod
    def backward(ctx: Any, grad_same: Tensor, grad_diff: Tensor) -> tuple[Tensor | None, ...]:
        rows, sample, label, same, diff = ctx.saved_tensors
        with torch.no_grad():
            grad = _gradient(
                rows, sample, label, same, diff, grad_same, grad_diff, ctx.tau, ctx.block
            )
        return only_once(rows, grad, "streamed losses"), None, None, None, None


def _gradient(
    rows: Tensor,
    sample: Tensor,
    label: Tensor,
    same: Tensor,
    diff: Tensor,
    grad_same: Tensor,
    grad_diff: Tensor,
    tau: float,
    block: int,
) -> Tensor:
    """The blocks once more, now weighted by d log-sum / d s_ij = e^{s_ij/tau - log-sum}."""
    # An empty Same has log -inf; with +inf in its place every weight below is e^-inf = 0.
    same = same.masked_fill(same.isneginf(), torch.inf)
    grad = torch.zeros_like(rows)
    for start in range(0, len(rows), block):
        here = slice(start, start + block)
        in_class = label[here, None] == label
        weights = rows[here] @ rows.mT / tau
        weights -= torch.where(in_class, same[here, None], diff[here, None])
        # The anchor's own views are in neither sum.
        weights.masked_fill_(sample[here, None] == sample, -torch.inf).exp_()
        weights *= torch.where(in_class, grad_same[here, None], grad_diff[here, None])
        grad[here] += weights @ rows
        grad += weights.mT @ rows[here]
    return grad / tau
