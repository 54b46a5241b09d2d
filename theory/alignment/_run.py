"""What the similarity dynamics ask of their arguments, said in one place."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor

Loss = Literal["cl", "nscl"]
LOSSES: tuple[Loss, ...] = ("cl", "nscl")


def checked_run(
    sigma0: Tensor,
    batches: Sequence[Any],
    labels: Tensor,
    step_sizes: Any,
    tau: float,
    *,
    nscl: bool,
    symmetrised: bool,
) -> list[tuple[Tensor, float]]:
    """Each step's batch and size, once the hypotheses that the dynamics need are seen to hold."""
    check_similarities(sigma0, labels, tau, "sigma0")
    outside = ~(sigma0.detach().abs() <= 1)
    if bool(outside.any()):
        value = sigma0.detach()[outside][0].item()
        raise ValueError(f"need sigma0 in [-1, 1], got {value}")
    if symmetrised:
        _check_symmetric(sigma0)
    indices = checked_batches(batches, labels, nscl=nscl)
    return list(zip(indices, _checked_steps(step_sizes, len(indices)), strict=True))


def check_similarities(sigma: Tensor, labels: Tensor, tau: float, name: str = "sigma") -> None:
    """Raise unless sigma is a float tensor (n, n), labels are integers (n,) and tau > 0."""
    if not tau > 0:  # written so that NaN fails
        raise ValueError(f"need tau > 0, got tau={tau}")
    for what, value in ((name, sigma), ("labels", labels)):
        if not isinstance(value, Tensor):
            raise ValueError(f"need {what} as a tensor, got {type(value).__name__}")
    if sigma.ndim != 2 or sigma.shape[0] != sigma.shape[1] or not sigma.is_floating_point():
        raise ValueError(
            f"need a square floating-point {name}, got {tuple(sigma.shape)} of {sigma.dtype}"
        )
    if labels.shape != (len(sigma),) or labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(
            f"need {len(sigma)} integer labels, got {tuple(labels.shape)} of {labels.dtype}"
        )


def _check_symmetric(sigma0: Tensor) -> None:
    """Raise unless sigma0 equals its transpose: only there is (R + R')/2 a gradient."""
    if not torch.equal(sigma0, sigma0.mT):
        raise ValueError("need a symmetric sigma0 for the symmetrised gradient, got another")


def checked_batches(batches: Sequence[Any], labels: Tensor, *, nscl: bool) -> list[Tensor]:
    """The batches as index vectors of two or more distinct items (H1).

    With `nscl` every anchor needs an item of another class (H4).
    """
    checked = []
    for t, given in enumerate(batches):
        batch = torch.as_tensor(given, device=labels.device)
        _check_indices(batch, len(labels), t)
        classes = labels[batch]
        if nscl and bool((classes == classes[0]).all()):
            raise ValueError(
                "need an item of another class for every anchor, "
                f"got the one class {int(classes[0])} in batch {t}"
            )
        checked.append(batch)
    return checked


def _checked_steps(step_sizes: Any, n_batches: int) -> list[float]:
    """The step sizes as numbers >= 0, one for each batch."""
    steps = [float(step) for step in step_sizes]
    if len(steps) != n_batches:
        raise ValueError(f"need a step size for each batch, got {len(steps)} for {n_batches}")
    for t, step in enumerate(steps):
        if not 0 <= step < float("inf"):
            raise ValueError(f"need finite step sizes >= 0, got {step} at step {t}")
    return steps


def is_nonexpansive(eta: float, batch_size: int, tau: float) -> bool:
    """Whether a step is at most 4 tau^2 B, up to the rounding of the caller's product."""
    return eta <= 4 * tau * tau * batch_size * (1 + 4 * torch.finfo(torch.float64).eps)


def check_nonexpansive(run: Sequence[tuple[Tensor, float]], tau: float) -> None:
    """Raise unless every step is at most 4 tau^2 B."""
    for t, (batch, eta) in enumerate(run):
        if not is_nonexpansive(eta, len(batch), tau):
            longest = 4 * tau * tau * len(batch)
            raise ValueError(f"need steps <= 4 tau^2 B = {longest}, got {eta} at step {t}")


def check_loss(loss: str) -> None:
    """Raise unless the loss has a name that is known here."""
    if loss not in LOSSES:
        raise ValueError(f"need loss 'cl' or 'nscl', got {loss!r}")


def _check_indices(batch: Tensor, n: int, t: int) -> None:
    if batch.ndim != 1 or batch.is_floating_point() or batch.dtype == torch.bool:
        raise ValueError(
            f"need batches of integer indices, got {tuple(batch.shape)} of {batch.dtype} "
            f"in batch {t}"
        )
    if len(batch) < 2:
        raise ValueError(f"need two items or more in a batch, got {len(batch)} in batch {t}")
    if not bool(((0 <= batch) & (batch < n)).all()):
        raise ValueError(f"need indices in 0..{n - 1}, got {batch.tolist()} in batch {t}")
    if len(set(batch.tolist())) != len(batch):
        raise ValueError(f"need distinct indices in a batch, got {batch.tolist()} in batch {t}")
