"""How far apart two trainings are in weight space."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def relative_weight_gap(
    model_a: nn.Module | Mapping[str, Tensor], model_b: nn.Module | Mapping[str, Tensor]
) -> float:
    r"""Mean over layers of the relative distance of their weights.

    Formula
        mean over parameters whose name ends in "weight" of
        ||w - w'||_F / ((||w||_F + ||w'||_F)/2)                                  [no unit]

    Symbols
        model_a  w   a module, or its named parameters: the encoder without its projector
        model_b  w'  another of the same architecture

    Range
        0 to 2; 0 iff all weights agree, 2 for opposite ones. Weights of normalisation layers
        count, biases do not; a layer that is empty, or zero in both, is skipped. Sums in float64.

    Errors
        ValueError for names or shapes that differ, a non-finite weight, and nothing to compare:
        no weight at all, or only layers that are zero in both.

    Source
        Luthra, Mishra & Galanti (2025), arXiv:2510.08852, as their `weight_space_coupling.py`
        computes it (their README writes a sum over layers).

    >>> relative_weight_gap({"0.weight": torch.ones(3)}, {"0.weight": torch.zeros(3)})
    2.0
    """
    a, b = _weights(model_a, "model_a"), _weights(model_b, "model_b")
    if a.keys() != b.keys():
        alone = sorted(a.keys() ^ b.keys())[0]
        raise ValueError(f"need the same weights in both models, got {alone!r} in one of them")
    gaps = [gap for name in a if (gap := _gap(name, a[name], b[name])) is not None]
    if not gaps:
        raise ValueError(f"need a weight that is not zero, got {len(a)} weights, all zero in both")
    return sum(gaps) / len(gaps)


def _weights(model: nn.Module | Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    named = dict(model.named_parameters() if isinstance(model, nn.Module) else model)
    weights = {key: value for key, value in named.items() if key.endswith("weight")}
    if not weights:
        raise ValueError(
            f"need a parameter of {name} whose name ends in 'weight', got {sorted(named)}"
        )
    return weights


def _gap(name: str, a: Tensor, b: Tensor) -> float | None:
    if a.shape != b.shape:
        raise ValueError(f"need {name} of one shape, got {tuple(a.shape)} and {tuple(b.shape)}")
    if not a.numel():
        return None
    a, b = a.detach().double(), b.detach().double()
    largest = torch.maximum(a.abs().max(), b.abs().max())
    if not bool(largest.isfinite()):
        raise ValueError(f"need finite weights, got a non-finite value in {name}")
    if not bool(largest > 0):
        return None
    a, b = a / largest, b / largest
    return float((a - b).norm() / ((a.norm() + b.norm()) / 2))
