"""Prototypes: the price of an item's mean in place of its class's, and what that certifies."""

from contrastbounds.audit.prototypes.measure import Prototypes, Worst, prototypes
from contrastbounds.audit.prototypes.plots import prototype_plots
from contrastbounds.audit.prototypes.sentences import certificate, price
from contrastbounds.audit.prototypes.tables import prototype_tables

__all__ = [
    "Prototypes",
    "Worst",
    "certificate",
    "price",
    "prototype_plots",
    "prototype_tables",
    "prototypes",
]
