"""Luthra, Yang & Galanti (2025), few-shot error of nearest class centres, from CDNV."""
