"""How far the decoupled (DCL) or coupled (CL) loss can sit above the supervised one (NSCL)."""

from bounds.loss_gap.any_sizes import dcl_nscl_gap, dcl_nscl_gap_by_class, dcl_nscl_gap_linear
from bounds.loss_gap.balanced import (
    dcl_nscl_gap_balanced,
    dcl_nscl_gap_chord,
    dcl_nscl_gap_constant,
)
from bounds.loss_gap.per_anchor import AnchorGap, dcl_nscl_gap_anchor
from bounds.loss_gap.supremum import cl_nscl_gap_etf, dcl_nscl_gap_etf

__all__ = [
    "AnchorGap",
    "cl_nscl_gap_etf",
    "dcl_nscl_gap",
    "dcl_nscl_gap_anchor",
    "dcl_nscl_gap_balanced",
    "dcl_nscl_gap_by_class",
    "dcl_nscl_gap_chord",
    "dcl_nscl_gap_constant",
    "dcl_nscl_gap_etf",
    "dcl_nscl_gap_linear",
]
