"""Bao, Nagano & Nozawa (2022): the surrogate gap between contrastive and supervised risk."""
