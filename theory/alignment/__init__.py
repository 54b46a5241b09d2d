"""How alike two representations are, and how far shared randomness keeps two trainings together."""
