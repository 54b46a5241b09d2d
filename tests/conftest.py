"""Hypothesis profiles: fast by default, thorough when asked."""

import torch
from hypothesis import settings

# Two test processes on two cores: one thread each, or they fight.
torch.set_num_threads(1)

settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile("quick")
