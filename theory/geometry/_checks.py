"""What a measure of geometry asks of its arguments, said in one place."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def check_matrix(x: Tensor, name: str, shape: str) -> None:
    """Raise unless `x` is a finite two-dimensional float tensor, naming the first bad row."""
    check_tensor(x, name)
    check_shape(x, name, shape)
    bad = ~x.detach().isfinite().all(dim=1)
    if bool(bad.any()):
        raise ValueError(f"need finite {name}, got a non-finite value at row {_first(bad)}")


def check_tensor(x: Tensor, name: str) -> None:
    """Raise unless `x` is a tensor."""
    if not isinstance(x, Tensor):
        raise ValueError(f"need {name} as a tensor, got {type(x).__name__}")


def check_shape(x: Tensor | NDArray[Any], name: str, shape: str) -> None:
    """Raise unless `x` is a float32 or float64 matrix; its values are not looked at."""
    if not isinstance(x, (Tensor, np.ndarray)):
        raise ValueError(f"need {name} as a tensor or an array, got {type(x).__name__}")
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"need {name} of shape {shape}, none of them 0, got {tuple(x.shape)}")
    if x.dtype not in (torch.float32, torch.float64, np.float32, np.float64):
        raise ValueError(f"need float32 or float64 {name}, got {x.dtype}")


def check_labels(features: Tensor, labels: Tensor) -> None:
    """Raise unless `labels` holds one integer for each row of `features`, on the same device."""
    check_labels_of(len(features), labels, features.device)


def check_labels_of(n: int, labels: Tensor, device: torch.device) -> None:
    """The same for `n` rows on `device`."""
    if not isinstance(labels, Tensor):
        raise ValueError(f"need a tensor of integer labels, got {type(labels).__name__}")
    if labels.shape != (n,):
        raise ValueError(f"need labels of shape (n,) = ({n},), got {tuple(labels.shape)}")
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise ValueError(f"need integer labels, got {labels.dtype}")
    if labels.device != device:
        raise ValueError(
            f"need features and labels on one device, got {device} and {labels.device}"
        )


def check_classes(n_classes: int) -> None:
    """Raise unless there is a pair of classes."""
    if n_classes < 2:
        raise ValueError(f"need at least two classes, got {n_classes}")


def check_off_centre(norms: Tensor, labels: Tensor, rounding: float) -> None:
    """Raise at the first class mean that has no direction from the mean of the means."""
    bad = ~(norms.detach() > rounding)
    if bool(bad.any()):
        raise ValueError(
            "need class means that differ from the mean of the class means, "
            f"got the two equal for label {int(labels[_first(bad)])}"
        )


def check_distinct(distances: Tensor, labels: Tensor, rounding: float) -> None:
    """Raise at the first two classes whose means coincide, given (c, c) distances of means."""
    bad = ~(distances.detach() > rounding)
    bad.fill_diagonal_(False)
    if bool(bad.any()):
        i, j = divmod(_first(bad.flatten()), len(labels))
        raise ValueError(
            "need distinct class means, "
            f"got coincident means for labels {int(labels[i])} and {int(labels[j])}"
        )


def _first(bad: Tensor) -> int:
    return int(bad.int().argmax())
