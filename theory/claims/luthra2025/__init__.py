"""Luthra, Yang & Galanti (2025): contrastive learning is approximately supervised."""
