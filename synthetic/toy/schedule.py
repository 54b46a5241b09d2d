"""The toy experiment's descent: Adam, and a rate that is cut where the loss stalls."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

RATE, WEIGHT_DECAY, PATIENCE = 1e-2, 1e-2, 10


def adam(encoder: nn.Module) -> torch.optim.Adam:
    """Adam at 1e-2, betas (0.9, 0.999), with weight decay 1e-2 added to the gradient."""
    return torch.optim.Adam(
        encoder.parameters(), lr=RATE, betas=(0.9, 0.999), weight_decay=WEIGHT_DECAY, fused=True
    )


def plateau(optimizer: torch.optim.Optimizer) -> ReduceLROnPlateau:
    """A rate cut to a tenth when the training loss has not fallen for more than 10 epochs.

    "Fallen" is by a ten-thousandth of the best, torch's default.
    """
    return ReduceLROnPlateau(optimizer, factor=0.1, patience=PATIENCE)
