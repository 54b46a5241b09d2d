"""Losses, geometry and the claims made about them."""
