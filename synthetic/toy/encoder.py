"""The toy experiment's encoder."""

from itertools import pairwise

import torch
from torch import nn

from synthetic._require import require
from synthetic.encoders import Encoder


def toy_encoder(
    width: int = 256, *, generator: torch.Generator, dtype: torch.dtype = torch.float64
) -> Encoder:
    """Linear 2-w, ReLU, linear w-w, ReLU, linear w-w without bias; outputs of norm 1.

    Weights and biases are uniform on +-1/sqrt(fan_in), as torch's layers begin and so as the
    published experiment began; drawn from `generator` alone.

    >>> encoder = toy_encoder(16, generator=torch.Generator().manual_seed(0))
    >>> encoder(torch.ones(5, 2, dtype=torch.float64)).shape
    torch.Size([5, 16])
    """
    require(width >= 1, "width >= 1", width=width)
    layers = nn.Sequential()
    sizes = (2, width, width, width)
    for depth, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        if len(layers):
            layers.append(nn.ReLU())
        last = depth == len(sizes) - 1
        # Made without values: the usual initialisation draws from the global generator.
        linear = nn.Linear(fan_in, fan_out, bias=not last, device="meta", dtype=dtype)
        linear = linear.to_empty(device=generator.device)
        with torch.no_grad():
            for parameter in linear.parameters():
                parameter.uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=generator)
        layers.append(linear)
    return Encoder(layers)
