"""What a comparison of two representations asks of its arguments, said in one place."""

import torch
from torch import Tensor


def check_features(x: Tensor, y: Tensor, least: int) -> None:
    """Raise unless `x` and `y` are finite float matrices of the same n >= `least` items."""
    for name, value, shape in (("x", x, "(n, d)"), ("y", y, "(n, d')")):
        check_matrix(value, name, shape)
    if len(x) != len(y):
        raise ValueError(f"need x and y of the same n items, got {len(x)} and {len(y)}")
    check_device(x, y, "x and y")
    if len(x) < least:
        raise ValueError(f"need n >= {least} items, got n={len(x)}")


def check_grams(k: Tensor, l: Tensor, least: int) -> None:  # noqa: E741 - the field's letter
    """Raise unless `k` and `l` are finite square float matrices of one size n >= `least`."""
    for name, value in (("k", k), ("l", l)):
        check_matrix(value, name, "(n, n)")
        if value.shape[0] != value.shape[1]:
            raise ValueError(f"need {name} of shape (n, n), got {tuple(value.shape)}")
    if len(k) != len(l):
        raise ValueError(f"need k and l of the same n items, got {len(k)} and {len(l)}")
    check_device(k, l, "k and l")
    if len(k) < least:
        raise ValueError(f"need n >= {least} items, got n={len(k)}")


def check_matrix(x: Tensor, name: str, shape: str) -> None:
    """Raise unless `x` is a finite two-dimensional float tensor, naming the first bad row."""
    if not isinstance(x, Tensor):
        raise ValueError(f"need {name} as a tensor, got {type(x).__name__}")
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"need {name} of shape {shape}, none of them 0, got {tuple(x.shape)}")
    if x.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"need float32 or float64 {name}, got {x.dtype}")
    # aminmax passes NaN on and copies nothing; the row is looked for only if there is one.
    least, largest = x.detach().aminmax()
    if not bool(least.isfinite() & largest.isfinite()):
        row = int((~x.detach().isfinite().all(dim=1)).int().argmax())
        raise ValueError(f"need finite {name}, got a non-finite value at row {row}")


def check_device(x: Tensor, y: Tensor, names: str) -> None:
    """Raise unless both tensors lie on one device."""
    if x.device != y.device:
        raise ValueError(f"need {names} on one device, got {x.device} and {y.device}")


def check_no_zero_row(x: Tensor, name: str) -> None:
    """Raise at the first zero row: it has no cosine with any other."""
    norms = torch.linalg.vector_norm(x.detach(), ord=torch.inf, dim=1)
    if not bool((norms > 0).all()):
        row = int((norms == 0).int().argmax())
        raise ValueError(f"need rows of {name} that are not zero, got a zero row at row {row}")
