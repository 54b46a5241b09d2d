"""What the authors observe in training, as tests with stated error rates on small twins."""
