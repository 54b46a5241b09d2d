"""Both runs of the similarity dynamics, and every bound on the distance between them."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bounds import (
    accumulated_rounding,
    log_similarity_drift,
    reweighting_distance,
    same_class_mass,
    similarity_drift,
    similarity_drift_by_row,
    similarity_drift_gronwall,
    similarity_drift_nonexpansive,
)
from theory.alignment._run import checked_run, is_nonexpansive
from theory.alignment.descent import step, twin_gradients

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class DriftLadder:
    """The drift after t = 1 .. T steps and its bounds, each an array (T,), least bound first.

    Of a bound that needs steps <= 4 tau^2 B nothing is left, +inf, from the first longer step on.
    """

    measured: Array
    """D_t = ||Sigma_t^CL - Sigma_t^NSCL||_F."""
    certificate: Array
    """`drift_certificate`, from the gaps along the NSCL run."""
    spread: Array
    """Row by row: each visit of row i costs eta_t kappa_it (h(n_s) + h(n_d))^(1/2)/(tau B),
    `bounds.reweighting_distance`; +inf if symmetrised."""
    row_sum: Array
    """Row by row: each visit of row i costs sqrt(2) eta_t kappa_it/(tau B); +inf if symmetrised."""
    anchor_average: Array
    """sum_t eta_t (sqrt(2)/(tau B)) (sum_i kappa_it^2)^(1/2)."""
    kappa: Array
    """sqrt(2) kappa S/(tau sqrt(B)), kappa the largest so far."""
    nonexpansive: Array
    """Delta_r S/(tau sqrt(B)), Delta_r = 2 e^(2/tau) r, r the largest n_s/n_d so far."""
    gronwall: Array
    """Closed Gronwall with Delta_r; for steps of any size."""
    theorem_1: Array
    """Theorem 1 with Delta_r; for steps of any size."""
    log_theorem_1: Array
    """Its logarithm, which does not overflow."""
    rounding: Array
    """How far rounding can have moved `measured` above the true drift, or a bound below its own."""

    @property
    def rungs(self) -> dict[str, Array]:
        """The bounds by name, least first; the last two hold for steps of any size."""
        names = [field.name for field in dataclasses.fields(self)]
        names = names[names.index("certificate") : names.index("log_theorem_1")]
        return {name: getattr(self, name) for name in names}


def batch_composition(batch: Tensor, labels: Tensor) -> tuple[Array, Array]:
    """n_s and n_d of each anchor: the other items of the batch of its class, and of another."""
    classes = labels[batch]
    of_class = (classes[:, None] == classes[None, :]).sum(dim=1).double().numpy(force=True)
    return of_class - 1.0, len(batch) - of_class


def drift_ladder(
    sigma0: Tensor,
    batches: Sequence[Any],
    labels: Tensor,
    step_sizes: Sequence[float] | Tensor,
    tau: float,
    *,
    clip: bool = True,
    symmetrised: bool = False,
) -> DriftLadder:
    """Run CL and NSCL from sigma0 on the same batches, and bound their distance after each step.

    Shapes, errors
        as `similarity_descent`, for both losses; and ValueError unless there is a batch and all
        are of one size. Without the clip kappa and Delta_r may be exceeded: then only
        `measured` and `certificate` are what they are called (and see drift.md, "No clipping").

    Source
        docs/theory/luthra2025/alignment/drift.md.
    """
    run = checked_run(sigma0, batches, labels, step_sizes, tau, nscl=True, symmetrised=symmetrised)
    sizes = {len(batch) for batch, _ in run}
    if len(sizes) != 1:
        raise ValueError(f"need batches, all of one size, got sizes {sorted(sizes)}")
    (b,) = sizes
    seen = _follow(sigma0, run, labels, tau, clip=clip, symmetrised=symmetrised)
    eta = np.array([step_size for _, step_size in run])
    short = np.logical_and.accumulate([is_nonexpansive(float(e), b, tau) for e in eta])
    total = np.cumsum(eta)
    ratio = np.maximum.accumulate(seen.ratios)
    with np.errstate(divide="ignore", over="ignore"):
        log_delta = np.log(2.0) + 2.0 / tau + np.log(ratio)
        delta = np.exp(log_delta)
    by_step = np.cumsum(eta * np.linalg.norm(seen.gaps, axis=1))
    by_row = np.linalg.norm(np.cumsum(eta[:, None] * seen.gaps, axis=0), axis=1)
    certificate = by_step if symmetrised else by_row
    row_sum = similarity_drift_by_row(np.cumsum(eta[:, None] * seen.kappas, axis=0), b, tau)
    spread = np.linalg.norm(np.cumsum(eta[:, None] * seen.distances, axis=0), axis=1) / (tau * b)
    average = np.cumsum(eta * np.linalg.norm(seen.kappas, axis=1)) * (math.sqrt(2.0) / (tau * b))
    mass = np.maximum.accumulate(seen.kappas.max(axis=1))
    sums = len(sigma0) ** 2 + len(run) + 8  # terms in a norm and in a running sum
    return DriftLadder(
        measured=seen.drift,
        certificate=np.where(short, certificate, np.inf),
        spread=np.where(short & (not symmetrised), spread, np.inf),
        row_sum=np.where(short & (not symmetrised), row_sum, np.inf),
        anchor_average=np.where(short, average, np.inf),
        kappa=np.where(
            short, similarity_drift_nonexpansive(total, b, tau, math.sqrt(2.0) * mass), np.inf
        ),
        nonexpansive=np.where(short, similarity_drift_nonexpansive(total, b, tau, delta), np.inf),
        gronwall=similarity_drift_gronwall(total, b, tau, delta),
        theorem_1=similarity_drift(total, b, tau, delta),
        log_theorem_1=log_similarity_drift(total, b, tau, 1.0) + log_delta,
        rounding=seen.errors + accumulated_rounding(sums, EPS) * (seen.drift + certificate),
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What two runs show, step by step."""

    drift: Array  # (T,) after the step
    gaps: Array  # (T, n) norms of the rows of G^CL - G^NSCL at the NSCL state
    kappas: Array  # (T, n) largest same-class masses, 0 outside the batch
    distances: Array  # (T, n) largest 2-norms of a softmax's reweighting, 0 outside the batch
    ratios: Array  # (T,) largest n_s/n_d
    errors: Array  # (T,) by how much rounding can have driven the runs apart


def _follow(
    sigma0: Tensor,
    run: Sequence[tuple[Tensor, float]],
    labels: Tensor,
    tau: float,
    *,
    clip: bool,
    symmetrised: bool,
) -> _Seen:
    drift, errors, ratios = np.zeros(len(run)), np.zeros(len(run)), np.zeros(len(run))
    gaps, kappas, distances = np.zeros((3, len(run), len(sigma0)))
    eps = torch.finfo(sigma0.dtype).eps
    cl, nscl, error = sigma0, sigma0, 0.0
    for t, (batch, eta) in enumerate(run):
        n_same, n_different = batch_composition(batch, labels)
        kappas[t, batch.numpy(force=True)] = same_class_mass(n_same, n_different, tau)
        distances[t, batch.numpy(force=True)] = reweighting_distance(n_same, n_different, tau)
        ratios[t] = (n_same / n_different).max()
        size = float(torch.maximum(cl.abs().max(), nscl.abs().max()))
        here, there = twin_gradients(nscl, batch, labels, tau, symmetrised=symmetrised)
        gaps[t] = (here - there).double().norm(dim=1).numpy(force=True)
        own, _ = twin_gradients(cl, batch, labels, tau, symmetrised=symmetrised)
        cl, nscl = step(cl, own, eta, clip=clip), step(nscl, there, eta, clip=clip)
        drift[t] = float((cl.double() - nscl.double()).norm())
        error *= max(1.0, eta / (2.0 * tau * tau * len(batch)) - 1.0)
        error += _step_rounding(size, eta, len(batch), tau, eps)
        errors[t] = error
    return _Seen(
        drift=drift, gaps=gaps, kappas=kappas, distances=distances, ratios=ratios, errors=errors
    )


def _step_rounding(size: float, eta: float, b: int, tau: float, eps: float) -> float:
    """What one step's rounding adds to the distance of the runs, plus its error in the gap.

    Exponents up to size/tau enter a softmax over b terms four times, each with a relative error;
    an entry s - eta g is rounded once at magnitude size + eta/(tau b), before it may be clipped.
    A step does not expand what came before (Lemma 5), so the errors of the steps add.
    """
    softmax = accumulated_rounding(b + 16 + math.ceil(8 * size / tau), eps)
    gradient = softmax * eta / (tau * math.sqrt(b))  # B rows of norm at most 1/(tau B)
    stored = eps * (size + eta / (tau * b)) * b
    return 2.0 * (gradient + stored) + 2.0 * gradient
