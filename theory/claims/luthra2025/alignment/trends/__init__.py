"""Luthra, Mishra & Galanti (2025), what is observed in training: tests on small twins."""
