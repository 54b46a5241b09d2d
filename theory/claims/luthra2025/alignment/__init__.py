"""Luthra, Mishra & Galanti (2025): CL and NSCL under shared randomness stay aligned."""
