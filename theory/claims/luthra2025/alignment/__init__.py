"""The third paper: contrastive and supervised training under shared randomness stay aligned."""
