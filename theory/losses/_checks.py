"""What a loss asks of its arguments, said in one place.

`torch.func.vmap` lets nobody look at values: inside it only shapes and types are checked, here and
nowhere else. Who calls it checks the losses: infinite entries, an anchor without the sample that it
is to be told from and one without a positive all give a loss that is infinite or not a number.
"""

import math

import torch
from torch import Tensor

from synthetic.transforms import readable


def check_views(z: Tensor, tau: float) -> None:
    """Raise unless `z` is a finite (n, k, d) tensor and `tau` > 0, naming the first bad sample."""
    if not tau > 0:  # written so that NaN fails
        raise ValueError(f"need tau > 0, got tau={tau}")
    check_rows(z)
    scores = _largest(z) / tau
    _raise_at_first(~scores.isfinite(), f"finite |z|^2/tau in {z.dtype}", f"overflow at tau={tau}")


def check_balance(z: Tensor, alpha: float, repulsion: float) -> None:
    """Raise unless `z` is a finite (n, k, d) tensor, 0 < `alpha` < inf and 0 <= `repulsion` < inf.

    Neither the scores nor the weight of the logarithm may overflow in z's dtype.
    """
    if not 0 < alpha < math.inf:
        raise ValueError(f"need 0 < alpha < inf, got alpha={alpha}")
    if not 0 <= repulsion < math.inf:
        raise ValueError(f"need 0 <= repulsion < inf, got repulsion={repulsion}")
    check_rows(z)
    if not repulsion / alpha <= torch.finfo(z.dtype).max:
        raise ValueError(
            f"need finite repulsion/alpha in {z.dtype}, got repulsion={repulsion}, alpha={alpha}"
        )
    scores = alpha * _largest(z)
    got = f"overflow at alpha={alpha}"
    _raise_at_first(~scores.isfinite(), f"finite alpha |z|^2 in {z.dtype}", got)


def check_rows(z: Tensor) -> None:
    """Raise unless `z` is a finite (n, k, d) tensor, naming the first bad sample."""
    if not isinstance(z, Tensor):
        raise ValueError(f"need a tensor z of shape (n, k, d), got {type(z).__name__}")
    if z.ndim != 3 or 0 in z.shape:
        raise ValueError(f"need z of shape (n, k, d), none of them 0, got {tuple(z.shape)}")
    if z.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"need float32 or float64 z, got {z.dtype}")
    _raise_at_first(~z.detach().isfinite().all(dim=(1, 2)), "finite z", "a non-finite value")


def _largest(z: Tensor) -> Tensor:
    """Largest |s| of each sample's anchors: by Cauchy-Schwarz one of them with itself."""
    return z.detach().square().sum(dim=-1).amax(dim=-1)


def check_labels(z: Tensor, labels: Tensor) -> None:
    """Raise unless `labels` holds one integer for each sample of `z`, on the same device."""
    n = len(z)
    if not isinstance(labels, Tensor):
        raise ValueError(f"need a tensor of integer labels, got {type(labels).__name__}")
    if labels.shape != (n,):
        raise ValueError(f"need labels of shape (n,) = ({n},), got {tuple(labels.shape)}")
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise ValueError(f"need integer labels, got {labels.dtype}")
    if labels.device != z.device:
        raise ValueError(f"need z and labels on one device, got {z.device} and {labels.device}")


def check_two_views(z: Tensor) -> None:
    """Raise unless every sample has two views."""
    if z.shape[1] != 2:
        raise ValueError(f"need z of shape (n, 2, d), got {tuple(z.shape)}")


def check_other_samples(z: Tensor) -> None:
    """Raise unless an anchor has another sample to be told from."""
    if len(z) < 2:
        raise ValueError(f"need another sample for every anchor, got n={len(z)} at row 0")


def check_other_classes(labels: Tensor) -> None:
    """Raise unless an anchor has a sample of another class to be told from."""
    if readable(labels) and bool((labels == labels[0]).all()):
        raise ValueError(
            "need a sample of another class for every anchor, "
            f"got the one class {int(labels[0])} at row 0"
        )


def check_positives(alone: Tensor) -> None:
    """Raise at the first sample that is `alone`: no other view and no other sample of its class."""
    rule = "a positive for every anchor (k >= 2 or two samples of its class)"
    _raise_at_first(alone, rule, "a class of one sample with k=1")


def without_positive(z: Tensor, labels: Tensor) -> Tensor:
    """The samples of one view that are alone in their class, (n,)."""
    _, of_sample, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    alone: Tensor = z.shape[1] * counts == 1
    return alone[of_sample]


def _raise_at_first(bad: Tensor, rule: str, got: str) -> None:
    if readable(bad) and bool(bad.any()):
        raise ValueError(f"need {rule}, got {got} at row {int(bad.int().argmax())}")
