"""Lee (2025), as reconstructed here: contrastive learning through supervised objectives."""
