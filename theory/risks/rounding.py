"""How far a computed risk can be from the exact one."""

import torch
from torch import Tensor

from theory.risks._inputs import read_features

_ABSOLUTE, _RELATIVE = 1e-12, 1e-9


def risk_rounding(features: Tensor, *risks: Tensor | float) -> Tensor:
    r"""Largest error of a sum or difference of exact risks of one representation.

    Formula
        sum over risks R of  1e-12 (1 + max |G|) + 1e-9 |R| + u |R|,   G = f f'        [nats]
        u the unit roundoff of the dtype of `features`, to which the risks are rounded

    Symbols
        features  f  (..., n, d) float32 or float64, as the risks got them
        risks     R  (...,) tensors or numbers, the computed values

    Returns
        a (...,) float64 tensor without gradient. |G_ij| is largest on the diagonal.

    Errors
        ValueError for features that are not finite (..., n, d).

    Source
        This project: the quadrature's accuracy and the scale of what it rounds.

    >>> float(risk_rounding(torch.ones(2, 1, dtype=torch.float64), 0.0))
    2e-12
    """
    x = read_features(features)
    largest = x.detach().double().square().sum(dim=-1).amax(dim=-1)
    relative = _RELATIVE + torch.finfo(x.dtype).eps / 2
    total = torch.zeros_like(largest)
    for risk in risks:
        size = torch.as_tensor(risk, device=x.device).detach().double().abs()
        total = total + _ABSOLUTE * (1 + largest) + relative * size
    return total
