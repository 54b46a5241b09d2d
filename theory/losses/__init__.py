"""Contrastive losses of a batch of views: dense and equation-shaped, or streamed over tiles."""

from theory.losses.balance import balanced, dhel
from theory.losses.by_size import cl, dcl, nscl, supcon
from theory.losses.dense import anchor_gap, ntxent
from theory.losses.distributed import gathered_losses
from theory.losses.distribution import alignment, spectral, uniformity
from theory.losses.paired import paired_dcl, paired_nscl
from theory.losses.rounding import loss_rounding
from theory.losses.streaming import ContrastiveLosses, contrastive_losses

__all__ = [
    "ContrastiveLosses",
    "alignment",
    "anchor_gap",
    "balanced",
    "cl",
    "contrastive_losses",
    "dcl",
    "dhel",
    "gathered_losses",
    "loss_rounding",
    "nscl",
    "ntxent",
    "paired_dcl",
    "paired_nscl",
    "spectral",
    "supcon",
    "uniformity",
]
