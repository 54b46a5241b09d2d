"""Closed-form bound calculators: numpy in, numpy out."""

from bounds.loss_gap import (
    AnchorGap,
    cl_nscl_gap_etf,
    dcl_nscl_gap,
    dcl_nscl_gap_anchor,
    dcl_nscl_gap_balanced,
    dcl_nscl_gap_by_class,
    dcl_nscl_gap_chord,
    dcl_nscl_gap_constant,
    dcl_nscl_gap_etf,
    dcl_nscl_gap_linear,
)
from bounds.minima import (
    dcl_minimum,
    infonce_minimum,
    nscl_excess_at_dcl_minimum,
    nscl_minimum,
    nscl_minimum_two_classes,
    ntxent_minimum,
    supcon_minimum,
)
from bounds.rounding import accumulated_rounding

__all__ = [
    "AnchorGap",
    "accumulated_rounding",
    "cl_nscl_gap_etf",
    "dcl_minimum",
    "dcl_nscl_gap",
    "dcl_nscl_gap_anchor",
    "dcl_nscl_gap_balanced",
    "dcl_nscl_gap_by_class",
    "dcl_nscl_gap_chord",
    "dcl_nscl_gap_constant",
    "dcl_nscl_gap_etf",
    "dcl_nscl_gap_linear",
    "infonce_minimum",
    "nscl_excess_at_dcl_minimum",
    "nscl_minimum",
    "nscl_minimum_two_classes",
    "ntxent_minimum",
    "supcon_minimum",
]
