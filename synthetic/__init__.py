"""Worlds with known ground truth: clusters, views, encoders, episodes. Knows no theorem."""
