"""The audit: one representation against every theorem that speaks of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from contrastbounds.audit._row import Row, Verdict, outcome
from contrastbounds.audit._similarities import similarities
from contrastbounds.audit._views import Norms, Progress, unit_views
from contrastbounds.audit.comparison import Comparison, compare
from contrastbounds.audit.few_shot import FewShot, few_shot
from contrastbounds.audit.geometry import Geometry, geometry
from contrastbounds.audit.losses import Losses, losses
from contrastbounds.audit.minima import Minima, minima
from contrastbounds.audit.prototypes import Prototypes, prototypes
from contrastbounds.audit.surrogate import Surrogate, surrogate
from contrastbounds.audit.whole import Whole, is_large, sampled, whole
from contrastbounds.embeddings import Embeddings, Items

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
    prototypes: Prototypes
    surrogate: Surrogate
    few_shot: FewShot
    comparison: Comparison | None
    """With other embeddings of the same items, if there are any."""
    whole: Whole | None
    """What is known of all samples where those above are a sample of them; else None."""
    seconds: float

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every bound of every section."""
        return (
            *(() if self.comparison is None else self.comparison.rows),
            *self.losses.rows,
            *self.minima.rows,
            *self.prototypes.rows,
            *self.surrogate.rows,
            *self.few_shot.rows,
        )

    @property
    def violated(self) -> tuple[Row, ...]:
        """Bounds that failed beyond their margin: none, unless something here is wrong."""
        return tuple(row for row in self.rows if row.outcome == "violated")

    @property
    def outcome(self) -> Verdict:
        """Whether every bound that applies holds."""
        return outcome(self.rows)


def audit(
    embeddings: Embeddings,
    *,
    other: Items | None = None,
    permutations: int | None = None,
    tau: float = 1.0,
    shots: Sequence[int] = SHOTS,
    negatives: Sequence[int] = NEGATIVES,
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    progress: Progress = lambda stage: None,
) -> Audit:
    """Hold `embeddings` against every bound; the same for the same arguments.

    With more than 100 000 rows, a sample of them is held against the bounds: see `Audit.whole`.

    Symbols
        other     embeddings of the same items, to compare with
        permutations  of the items, for the null of that comparison; None: as many as pay
        tau       temperature of the losses, finite and > 0
        shots     m, shots per class; those beyond the smallest class are skipped
        negatives K, negatives per anchor of the contrastive risk
        progress  is told of every stage as it begins

    Errors
        ValueError for tau or seed or shots or negatives out of range.
    """
    _check(shots, negatives, seed)
    start = time.monotonic()
    compared = None
    if other is not None:  # first: it refuses what does not match before the long work
        compared = compare(
            embeddings.items,
            other,
            seed=seed,
            permutations=permutations,
            device=device,
            progress=progress,
        )
    everything = embeddings
    if is_large(embeddings):
        embeddings = sampled(embeddings, seed)
    views = unit_views(embeddings, tau=tau, dtype=dtype, device=device)
    progress("similarities")
    found = similarities(views)
    progress("losses")
    at = losses(views, found)
    progress("geometry")
    shape, pairs = geometry(views)
    floors = minima(views, at, found, shape.class_variance)
    progress("prototypes")
    centres = prototypes(views, at)
    gap = surrogate(views, negatives=negatives, seed=seed, progress=progress)
    simulated = few_shot(views, shape, pairs, shots=shots, seed=seed, progress=progress)
    total = None
    if embeddings is not everything:
        total = whole(everything, n_sampled=embeddings.n, tau=tau, seed=seed, progress=progress)
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
        prototypes=centres,
        surrogate=gap,
        few_shot=simulated,
        comparison=compared,
        whole=total,
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
