"""All losses of a labelled batch from one pass over tiles."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch import distributed as dist

from theory.losses import _checks as checks
from theory.losses.streaming.sums import log_sums
from theory.losses.streaming.tiles import cut

REDUCTIONS = ("mean", "anchors", "classes")
BLOCK = {"cpu": 384, "cuda": 4096}  # rows of a tile; on a CPU one that stays in cache


@dataclass(frozen=True, kw_only=True)
class ContrastiveLosses:
    """The losses of one batch: tensors in nats, each with gradients.

    cl, dcl, nscl and supcon are what the functions of those names return; `supcon` is None where
    an anchor has no positive. `gap` is dcl - nscl without the cancellation.
    """

    cl: Tensor
    dcl: Tensor
    nscl: Tensor
    supcon: Tensor | None
    gap: Tensor


def contrastive_losses(
    z: Tensor,
    labels: Tensor,
    tau: float,
    *,
    block: int | None = None,
    reduction: str = "mean",
) -> ContrastiveLosses:
    r"""All losses of a labelled batch from one pass over tiles of similarities.

    Formula (Pos, Own, Self, Same, Diff as in `theory.losses.dense`; nats)
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
        block   rows of a tile, >= 1; by default 384 on a CPU, 4096 elsewhere. Memory is
                O(n k d + block^2), for the backward pass recomputes tiles instead of keeping them
        reduction  "mean" over anchors; "classes": the mean over the anchors of each class, classes
                in ascending order; "anchors": no mean

    Returns
        `ContrastiveLosses` of scalars, (c,) or (n, k) tensors of z's dtype. A sum of any of them,
        with any weights, takes one backward pass over the tiles when it is differentiated.

    Range
        nscl <= dcl <= cl, gap >= 0, supcon >= 0; the values agree with the dense functions
        within twice `loss_rounding`. Once differentiable.

    Errors
        as `nscl`, and ValueError for block < 1 and another word for `reduction`. An anchor without
        a positive is none: supcon=None.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411; Khosla et al. (2020), arXiv:2004.11362.

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(contrastive_losses(square, torch.tensor([0, 0, 1, 1]), tau=1.0).gap.item(), 4)
    0.5487
    """
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    if reduction not in REDUCTIONS:
        raise ValueError(f"need reduction among {', '.join(REDUCTIONS)}, got {reduction!r}")
    return Anchors(z, labels, tau, block=block).reduced(reduction)


class Anchors:
    """The losses of every anchor, (n, k) in float64, from one pass when made.

    With a group, z and labels are the same on all its processes, which share the work.
    """

    def __init__(
        self,
        z: Tensor,
        labels: Tensor,
        tau: float,
        *,
        block: int | None = None,
        group: dist.ProcessGroup | None = None,
    ) -> None:
        """Stream the tiles; z and labels as in `contrastive_losses`, which checks them."""
        block = BLOCK.get(z.device.type, BLOCK["cuda"]) if block is None else block
        if block < 1:
            raise ValueError(f"need block >= 1, got block={block}")
        self.z, self.labels, self.tau = z, labels, tau
        # Before the sums: the backward pass comes to it once theirs has given back its space.
        self.own = (z @ z.mT).double() / tau  # (n, k, k)
        self.pos = self.own.mean(dim=-1)
        self.log_same, self.log_diff = log_sums(z, cut(labels, z.shape[1], block), tau, group)
        self.log_others = torch.logaddexp(self.log_same, self.log_diff)

    def cl(self, own_views: str = "others") -> Tensor:
        """CL, with the anchor itself below ("all") or not."""
        return self._log_all(own_views) - self.pos

    def dcl(self) -> Tensor:
        """DCL."""
        return self.log_others - self.pos

    def nscl(self) -> Tensor:
        """NSCL."""
        return self.log_diff - self.pos

    def supcon(self) -> Tensor | None:
        """SupCon; None if an anchor has no positive."""
        positives = self._mean_of_positives()
        return None if positives is None else self._log_all("others") - positives

    def gap(self) -> Tensor:
        """DCL - NSCL."""
        # Not softplus: that one is linear from 20 on, an error of 2e-9.
        nothing = torch.zeros_like(self.log_same)
        return torch.logaddexp(nothing, self.log_same - self.log_diff)

    def reduced(self, reduction: str) -> ContrastiveLosses:
        """All losses, in z's dtype."""
        cl, dcl, nscl, gap = self.cl(), self.dcl(), self.nscl(), self.gap()
        supcon = self.supcon()
        return ContrastiveLosses(
            cl=self._reduce(cl, reduction),
            dcl=self._reduce(dcl, reduction),
            nscl=self._reduce(nscl, reduction),
            supcon=None if supcon is None else self._reduce(supcon, reduction),
            gap=self._reduce(gap, reduction),
        )

    def _reduce(self, of_anchor: Tensor, reduction: str) -> Tensor:
        if reduction == "mean":
            of_anchor = of_anchor.mean()
        elif reduction == "classes":
            of_anchor = self._by_class(of_anchor.mean(dim=1)) / self._classes[1]
        return of_anchor.to(self.z.dtype)

    def _log_all(self, own_views: str) -> Tensor:
        """The log-sum with the anchor's own views: Own or, for "others", Own - Self."""
        own, k = self.own, self.own.shape[-1]
        if own_views == "others":
            if k == 1:
                return self.log_others
            itself = torch.eye(k, dtype=torch.bool, device=own.device)
            own = own.masked_fill(itself, -torch.inf)
        return torch.logaddexp(own.logsumexp(dim=-1), self.log_others)

    @cached_property
    def _classes(self) -> tuple[Tensor, Tensor]:
        """The class of each sample, as 0 .. c-1, and the samples of each class."""
        _, of_sample, counts = torch.unique(self.labels, return_inverse=True, return_counts=True)
        return of_sample, counts

    def _by_class(self, of_sample: Tensor) -> Tensor:
        """Sums over the samples of each class, in float64 for the sake of large ones."""
        of, counts = self._classes
        zero = of_sample.new_zeros(len(counts), *of_sample.shape[1:], dtype=torch.float64)
        total: Tensor = zero.index_add(0, of, of_sample.double())
        return total

    def _mean_of_positives(self) -> Tensor | None:
        """The mean of s/tau over an anchor's positives; None if one has none.

        Linear in the class sum, so no pass over pairs.
        """
        of, counts = self._classes
        k = self.z.shape[1]
        n_positives = (k * counts - 1)[of]
        if bool((n_positives == 0).any()):
            return None
        means = (self._by_class(self.z.sum(dim=1)) / counts[:, None]).to(self.z.dtype)
        to_mean = torch.einsum("nkd,nd->nk", self.z, means[of]).double() / self.tau
        itself = self.own.diagonal(dim1=1, dim2=2)
        return (counts[of][:, None] * to_mean - itself) / n_positives[:, None]
