"""Global minima of contrastive losses over free unit rows, in nats."""

from bounds.minima.batch_losses import infonce_minimum, ntxent_minimum, supcon_minimum
from bounds.minima.data_set_losses import (
    dcl_minimum,
    nscl_excess_at_dcl_minimum,
    nscl_minimum,
    nscl_minimum_two_classes,
)
from bounds.minima.stability import nscl_collapse, nscl_simplex_deviation

__all__ = [
    "dcl_minimum",
    "infonce_minimum",
    "nscl_collapse",
    "nscl_excess_at_dcl_minimum",
    "nscl_minimum",
    "nscl_minimum_two_classes",
    "nscl_simplex_deviation",
    "ntxent_minimum",
    "supcon_minimum",
]
