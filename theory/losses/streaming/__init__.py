"""The global losses of many samples, tile by tile: O(n k d + block^2) memory, one backward pass."""

from theory.losses.streaming.losses import ContrastiveLosses, contrastive_losses

__all__ = ["ContrastiveLosses", "contrastive_losses"]
