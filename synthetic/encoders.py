"""Encoders: multi-layer perceptrons with reproducible weights and unit-norm outputs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from synthetic._require import require


class Encoder(nn.Module):
    """A backbone that gives features and, optionally, a projector head on top of it."""

    def __init__(
        self, backbone: nn.Module, projector: nn.Module | None = None, *, unit_output: bool = True
    ) -> None:
        """Without a projector, the output is the backbone's."""
        super().__init__()
        self.backbone = backbone
        self.projector = projector
        self.unit_output = unit_output

    def features(self, x: Tensor) -> Tensor:
        """What the backbone makes of x (..., d): not normalised."""
        features: Tensor = self.backbone(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Projections of x (..., d), unit rows if `unit_output`."""
        z = self.features(x)
        if self.projector is not None:
            z = self.projector(z)
        return normalize(z, dim=-1) if self.unit_output else z


def mlp(
    widths: Sequence[int],
    *,
    generator: torch.Generator,
    projector: Sequence[int] = (),
    weights: Literal["he", "uniform"] = "he",
    unit_output: bool = True,
    dtype: torch.dtype = torch.float64,
) -> Encoder:
    r"""Perceptron with ReLU between linear layers, initialised from `generator` alone.

    Symbols
        widths     dim_in, hidden..., dim_out of the backbone
        projector  further widths after dim_out for a projector head, such as (hidden, dim_z);
                   the backbone then ends in ReLU, so that its features are what the head reads

        weights    "he": N(0, 2 / fan_in) (He et al. 2015); "uniform": +-1/sqrt(fan_in), what
                   `torch.nn.Linear` starts from, a sixth of that variance

    Biases are uniform on +-1/sqrt(fan_in); as they are not zero, they keep the output away from
    the origin, where it has no direction.

    >>> encoder = mlp((32, 128, 16), generator=torch.Generator().manual_seed(0))
    >>> encoder(torch.ones(5, 2, 32, dtype=torch.float64)).shape
    torch.Size([5, 2, 16])
    """
    sizes = (*widths, *projector)
    require(len(widths) >= 2, "at least two widths", widths=tuple(widths))
    require(weights in ("he", "uniform"), 'weights "he" or "uniform"', weights=repr(weights))
    require(min(sizes) >= 1, "widths >= 1", widths=tuple(widths), projector=tuple(projector))
    backbone = _layers(widths, weights, generator, dtype)
    if not projector:
        return Encoder(backbone, unit_output=unit_output)
    head = _layers((widths[-1], *projector), weights, generator, dtype)
    return Encoder(backbone.append(nn.ReLU()), head, unit_output=unit_output)


def _layers(
    widths: Sequence[int], weights: str, generator: torch.Generator, dtype: torch.dtype
) -> nn.Sequential:
    layers = nn.Sequential()
    for fan_in, fan_out in pairwise(widths):
        if len(layers):
            layers.append(nn.ReLU())
        # Made without values: the usual initialisation draws from the global generator.
        linear = nn.Linear(fan_in, fan_out, device="meta", dtype=dtype)
        linear = linear.to_empty(device=generator.device)
        with torch.no_grad():
            bound = fan_in**-0.5
            if weights == "he":
                linear.weight.normal_(0.0, (2 / fan_in) ** 0.5, generator=generator)
            else:
                linear.weight.uniform_(-bound, bound, generator=generator)
            linear.bias.uniform_(-bound, bound, generator=generator)
        layers.append(linear)
    return layers
