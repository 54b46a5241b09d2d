"""Descent on similarities: the paper's surrogate of training, exactly, for CL and NSCL."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.linalg import vector_norm as norm

from theory.alignment._run import (
    Loss,
    check_loss,
    check_nonexpansive,
    check_similarities,
    checked_batches,
    checked_run,
)


def negative_weights(
    sigma: Tensor, batch: Tensor, labels: Tensor, tau: float, *, loss: Loss
) -> Tensor:
    r"""Softmax of each anchor over its negatives in the batch.

    Formula
        w_ij = e^(s_ij/tau) / sum_{k in neg(i)} e^(s_ik/tau) on neg(i), else 0
        "cl"    neg(i) = the other items of the batch (the lemmas' p)
        "nscl"  neg(i) = those of another class (the lemmas' q)

    Shapes
        sigma (n, n), batch (b,) distinct indices, labels (n,); returns (b, b), rows sum to 1.

    Errors
        As `similarity_gradient`.

    Source
        Luthra, Mishra & Galanti (2025), arXiv:2510.08852, as restated in secondary literature.
    """
    return _weights(sigma, _checked(sigma, batch, labels, tau, loss), labels, tau, loss=loss)


def similarity_gradient(
    sigma: Tensor,
    batch: Tensor,
    labels: Tensor,
    tau: float,
    *,
    loss: Loss,
    symmetrised: bool = False,
) -> Tensor:
    r"""Gradient of the batch loss in the similarities, row i driven by anchor i alone.

    Formula
        G[i, j] = w_ij / (tau B) for i in the batch and j in neg(i), else 0
        symmetrised: (G + G')/2, the gradient among symmetric matrices

    The batch loss is the mean over its anchors of -s_ii'/tau + log sum_{j in neg(i)} e^(s_ij/tau).
    The positive's constant -1/(tau B) is the same for both losses and is left out.

    Shapes
        sigma (n, n), batch (b,), labels (n,); returns (n, n) of sigma's dtype, differentiable.

    Errors
        ValueError for a repeated index (H1), for "nscl" on a batch of one class (H4), tau not > 0,
        a sigma that is not (n, n) or labels that are not n integers.

    Source
        Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Eq. (1), as restated in secondary
        literature; this project's reading.

    >>> sigma, labels = torch.zeros(3, 3, dtype=torch.float64), torch.tensor([0, 0, 1])
    >>> 6 * similarity_gradient(sigma, torch.tensor([0, 2, 1]), labels, 1.0, loss="cl")
    tensor([[0., 1., 1.],
            [1., 0., 1.],
            [1., 1., 0.]], dtype=torch.float64)
    """
    batch = _checked(sigma, batch, labels, tau, loss)
    return _gradient(sigma, batch, labels, tau, loss=loss, symmetrised=symmetrised)


def similarity_descent(
    sigma0: Tensor,
    batches: Sequence[Any],
    labels: Tensor,
    step_sizes: Sequence[float] | Tensor,
    tau: float,
    *,
    loss: Loss,
    clip: bool = True,
    symmetrised: bool = False,
) -> Tensor:
    r"""The similarities after T steps of gradient descent on one of the two losses.

    Formula
        Sigma_{t+1} = clip(Sigma_t - eta_t G_t(Sigma_t), -1, 1),   t = 0 .. T-1
        without the clip: Sigma_{t+1} = Sigma_t - eta_t G_t(Sigma_t)

    Shapes
        sigma0 (n, n) in [-1, 1]; labels (n,) integers; batches, T vectors of distinct indices;
        step_sizes, T numbers >= 0. Returns (n, n) of sigma0's dtype, differentiable in sigma0.

    Errors
        ValueError for an index repeated in a batch (H1), a sigma0 outside [-1, 1] (H2), for "nscl"
        an anchor without an item of another class (H4), lengths that differ, a step size < 0,
        `symmetrised` with a sigma0 that is not symmetric.

    Source
        As `similarity_gradient`; the clip is this project's (docs/theory/luthra2025/alignment).
    """
    check_loss(loss)
    needs = {"nscl": loss == "nscl", "symmetrised": symmetrised}
    sigma = sigma0
    for batch, eta in checked_run(sigma0, batches, labels, step_sizes, tau, **needs):
        gradient = _gradient(sigma, batch, labels, tau, loss=loss, symmetrised=symmetrised)
        sigma = step(sigma, gradient, eta, clip=clip)
    return sigma.clone() if sigma is sigma0 else sigma


def drift_certificate(
    sigma0: Tensor,
    batches: Sequence[Any],
    labels: Tensor,
    step_sizes: Sequence[float] | Tensor,
    tau: float,
    *,
    clip: bool = True,
    symmetrised: bool = False,
) -> Tensor:
    r"""A bound on ||Sigma_T^CL - Sigma_T^NSCL||_F read off the NSCL run alone.

    Formula
        ( sum_i ( sum_t eta_t ||row_i(G_t^CL - G_t^NSCL)(Sigma_t^NSCL)||_2 )^2 )^(1/2)
        symmetrised: sum_t eta_t ||(G_t^CL - G_t^NSCL)(Sigma_t^NSCL)||_F

    Shapes, errors
        as `similarity_descent`, and ValueError for a step above 4 tau^2 B; a scalar >= 0.

    Source
        This project, docs/theory/luthra2025/alignment/drift.md, "A-posteriori certificate".
    """
    run = checked_run(sigma0, batches, labels, step_sizes, tau, nscl=True, symmetrised=symmetrised)
    check_nonexpansive(run, tau)
    sigma, total = sigma0, sigma0.new_zeros(1 if symmetrised else len(sigma0))
    for batch, eta in run:
        cl, nscl = twin_gradients(sigma, batch, labels, tau, symmetrised=symmetrised)
        gap = (cl - nscl).flatten() if symmetrised else cl - nscl
        total = total + eta * norm(gap, dim=-1)
        sigma = step(sigma, nscl, eta, clip=clip)
    certified: Tensor = norm(total)
    return certified


def twin_gradients(
    sigma: Tensor, batch: Tensor, labels: Tensor, tau: float, *, symmetrised: bool = False
) -> tuple[Tensor, Tensor]:
    """G^CL and G^NSCL at the same similarities, unchecked."""
    cl = _gradient(sigma, batch, labels, tau, loss="cl", symmetrised=symmetrised)
    return cl, _gradient(sigma, batch, labels, tau, loss="nscl", symmetrised=symmetrised)


def step(sigma: Tensor, gradient: Tensor, eta: float, *, clip: bool) -> Tensor:
    """One step of descent, projected on [-1, 1] if asked."""
    moved = sigma - eta * gradient
    return moved.clamp(-1.0, 1.0) if clip else moved


def _checked(sigma: Tensor, batch: Tensor, labels: Tensor, tau: float, loss: Loss) -> Tensor:
    check_loss(loss)
    check_similarities(sigma, labels, tau)
    (checked,) = checked_batches([batch], labels, nscl=loss == "nscl")
    return checked


def _weights(sigma: Tensor, batch: Tensor, labels: Tensor, tau: float, *, loss: Loss) -> Tensor:
    scores = sigma[batch][:, batch] / tau
    return scores.masked_fill(~_negatives(batch, labels, loss), -torch.inf).softmax(dim=-1)


def _gradient(
    sigma: Tensor, batch: Tensor, labels: Tensor, tau: float, *, loss: Loss, symmetrised: bool
) -> Tensor:
    weights = _weights(sigma, batch, labels, tau, loss=loss) / (tau * len(batch))
    rows = torch.zeros_like(sigma).index_put((batch[:, None], batch[None, :]), weights)
    return (rows + rows.mT) / 2 if symmetrised else rows


def _negatives(batch: Tensor, labels: Tensor, loss: Loss) -> Tensor:
    """Which items of the batch (columns) each anchor (row) is pushed from."""
    if loss == "cl":
        return ~torch.eye(len(batch), dtype=torch.bool, device=batch.device)
    return labels[batch][:, None] != labels[batch][None, :]
