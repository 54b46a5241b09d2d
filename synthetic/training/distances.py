"""How far twins are apart."""

import math

import torch
from torch import nn

from synthetic._require import require


def weight_distance(a: nn.Module, b: nn.Module) -> float:
    r"""Euclidean distance of all parameters of two modules of one architecture.

    Formula
        \|w_a - w_b\|_2

    ValueError unless the parameters agree in names and shapes.

    >>> weight_distance(nn.Linear(2, 1, bias=False), nn.Linear(2, 3, bias=False))
    Traceback (most recent call last):
        ...
    ValueError: need modules of one architecture, got a={'weight': (1, 2)}, b={'weight': (3, 2)}
    """
    of_a, of_b = dict(a.named_parameters()), dict(b.named_parameters())
    shapes_a, shapes_b = ({n: tuple(p.shape) for n, p in of.items()} for of in (of_a, of_b))
    require(shapes_a == shapes_b, "modules of one architecture", a=shapes_a, b=shapes_b)
    with torch.no_grad():
        squares = [(p.double() - of_b[n].double()).square().sum() for n, p in of_a.items()]
    return math.sqrt(sum(square.item() for square in squares))
