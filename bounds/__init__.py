"""Closed-form bound calculators: numpy in, numpy out."""
