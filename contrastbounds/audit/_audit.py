"""The audit: one representation against every theorem that speaks of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from contrastbounds.audit._row import Row
from contrastbounds.audit._similarities import similarities
from contrastbounds.audit._views import Norms, Progress, unit_views
from contrastbounds.audit.few_shot import FewShot, few_shot
from contrastbounds.audit.geometry import Geometry, geometry
from contrastbounds.audit.losses import Losses, losses
from contrastbounds.audit.minima import Minima, minima
from contrastbounds.audit.surrogate import Surrogate, surrogate
from contrastbounds.embeddings import Embeddings

SHOTS = (1, 5, 10, 20, 50, 100)
NEGATIVES = (1, 16, 256)
MOST_NEGATIVES = 10**6


@dataclass(frozen=True, kw_only=True)
class Data:
    """What was audited."""

    source: str
    sha256: str | None
    n: int
    k: int
    d: int
    class_names: tuple[str, ...]
    class_sizes: tuple[int, ...]
    norms: Norms
    tau: float
    seed: int
    dtype: str
    device: str

    @property
    def n_classes(self) -> int:
        """C."""
        return len(self.class_names)

    @property
    def balanced(self) -> bool:
        """Whether all classes have the same size."""
        return min(self.class_sizes) == max(self.class_sizes)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Measurements and bounds of one representation, in sections."""

    data: Data
    losses: Losses
    minima: Minima
    geometry: Geometry
    surrogate: Surrogate
    few_shot: FewShot
    seconds: float

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every bound of every section."""
        return (
            *self.losses.rows,
            *self.minima.rows,
            *self.surrogate.rows,
            *self.few_shot.rows,
        )

    @property
    def violated(self) -> tuple[Row, ...]:
        """Bounds that failed beyond their margin: none, unless something here is wrong."""
        return tuple(row for row in self.rows if row.outcome == "violated")

    @property
    def outcome(self) -> Literal["as expected", "violated", "inconclusive"]:
        """Whether every bound that applies holds."""
        if self.violated:
            return "violated"
        open_ones = any(row.outcome == "inconclusive" for row in self.rows)
        return "inconclusive" if open_ones else "as expected"


def audit(
    embeddings: Embeddings,
    *,
    tau: float = 1.0,
    shots: Sequence[int] = SHOTS,
    negatives: Sequence[int] = NEGATIVES,
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    progress: Progress = lambda stage: None,
) -> Audit:
    """Hold `embeddings` against every bound; the same for the same arguments.

    Symbols
        tau       temperature of the losses, finite and > 0
        shots     m, shots per class; those beyond the smallest class are skipped
        negatives K, negatives per anchor of the contrastive risk
        progress  is told of every stage as it begins

    Errors
        ValueError for tau or seed or shots or negatives out of range.
    """
    _check(shots, negatives, seed)
    start = time.monotonic()
    views = unit_views(embeddings, tau=tau, dtype=dtype, device=device)
    progress("similarities")
    found = similarities(views)
    progress("losses")
    at = losses(views, found)
    progress("geometry")
    shape, pairs = geometry(views)
    floors = minima(views, at, found, shape.class_variance)
    gap = surrogate(views, negatives=negatives, seed=seed, progress=progress)
    simulated = few_shot(views, shape, pairs, shots=shots, seed=seed, progress=progress)
    return Audit(
        data=Data(
            # The name only: where the file lies is a matter of provenance.
            source=Path(embeddings.source).name if embeddings.sha256 else embeddings.source,
            sha256=embeddings.sha256,
            n=embeddings.n,
            k=embeddings.k,
            d=embeddings.d,
            class_names=embeddings.class_names,
            class_sizes=embeddings.class_sizes,
            norms=views.norms,
            tau=tau,
            seed=seed,
            dtype=str(dtype).removeprefix("torch."),
            device=str(device),
        ),
        losses=at,
        minima=floors,
        geometry=shape,
        surrogate=gap,
        few_shot=simulated,
        seconds=time.monotonic() - start,
    )


def _check(shots: Sequence[int], negatives: Sequence[int], seed: int) -> None:
    if not shots or any(m < 1 or m != int(m) for m in shots):
        raise ValueError(f"need whole numbers of shots >= 1, got shots={tuple(shots)}")
    if not negatives or any(not 1 <= k <= MOST_NEGATIVES or k != int(k) for k in negatives):
        raise ValueError(
            f"need whole numbers of negatives from 1 to {MOST_NEGATIVES}, "
            f"got negatives={tuple(negatives)}"
        )
    if seed < 0:
        raise ValueError(f"need seed >= 0, got seed={seed}")
