"""Contrastive losses of a batch of views: dense and equation-shaped, or streamed over blocks."""

from theory.losses.balance import balanced, dhel
from theory.losses.dense import anchor_gap, cl, dcl, nscl, ntxent, supcon
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
    "loss_rounding",
    "nscl",
    "ntxent",
    "paired_dcl",
    "paired_nscl",
    "spectral",
    "supcon",
    "uniformity",
]
