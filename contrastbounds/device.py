"""Where to compute: the device by name, with TF32 off."""

import torch

from contrastbounds.errors import UsageError


def use_device(name: str) -> str:
    """`auto`, `cpu` or `cuda` as a device that is there; turns TF32 off.

    TF32 keeps ten bits of a float32: no rounding model of a claim allows for it.
    """
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("need a CUDA device for --device cuda, found none")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return name


def tf32() -> bool:
    """Whether a matrix product may round its factors to TF32 now."""
    return bool(
        torch.get_float32_matmul_precision() != "highest" or torch.backends.cudnn.allow_tf32
    )


def hardware(device: str) -> str:
    """What a device is, in the words of its driver; the empty string for a CPU."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else ""
