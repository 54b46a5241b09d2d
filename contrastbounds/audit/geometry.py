"""Where the classes lie and how wide they are: CDNV and neural collapse of the unit rows."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from contrastbounds.audit._views import Views
from theory.geometry import (
    cdnv,
    class_statistics,
    directional_cdnv,
    etf_deviation,
    neural_collapse,
)

MAX_CLASSES = 2000  # beyond, the (c, c) tables would not be small
SHOWN_CLASSES = 50  # up to here the tables are kept for pages and JSON


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The ordered (c, c) matrices, row = class whose variance is used, NaN on the diagonal."""

    cdnv: Tensor
    directional_cdnv: Tensor
    means: Tensor  # (c, d)


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """Of all views pooled, population variances; None where `undefined` says why."""

    class_variance: float
    """Mean over classes of tr Sigma_c; at most 1 for unit rows."""
    cdnv: float | None = None
    directional_cdnv: float | None = None
    root_cdnv: float | None = None
    closest: tuple[str, str] | None = None
    """The classes that are hardest to tell apart: the largest directional CDNV of both orders."""
    closest_directional_cdnv: float | None = None
    nc1: float | None = None
    nc2_equinorm: float | None = None
    nc2_equiangular: float | None = None
    etf_deviation: float | None = None
    ncc_error: float | None = None
    """NC4 without a classifier: share of rows whose own class centre is not strictly nearest."""
    undefined: str = ""
    cosines: tuple[tuple[float, ...], ...] | None = None
    """Between class means, up to `SHOWN_CLASSES` classes."""
    cdnv_matrix: tuple[tuple[float, ...], ...] | None = None
    directional_cdnv_matrix: tuple[tuple[float, ...], ...] | None = None


def geometry(views: Views) -> tuple[Geometry, Pairs | None]:
    """The measures, and the matrices that the few-shot bounds are made of."""
    rows, labels = views.pooled
    stats = class_statistics(rows, labels)
    variance = stats.variances.mean().item()
    cosines = _cosines(stats.means) if views.n_classes <= SHOWN_CLASSES else None
    if views.n_classes > MAX_CLASSES:
        why = f"pairs of classes are tabled up to {MAX_CLASSES} classes, here are {views.n_classes}"
        return Geometry(class_variance=variance, undefined=why), None
    try:
        pairs = Pairs(
            cdnv=cdnv(rows, labels, average=None),
            directional_cdnv=directional_cdnv(rows, labels, average=None),
            means=stats.means,
        )
    except ValueError:  # coincident class means: there is no distance to divide by
        i, j = _closest_means(stats.means)
        why = (
            "needs distinct class means: those of "
            f"{views.class_names[i]!r} and {views.class_names[j]!r} coincide"
        )
        return Geometry(class_variance=variance, undefined=why, cosines=cosines), None
    return _measures(views, pairs, variance, cosines), pairs


def _measures(
    views: Views, pairs: Pairs, variance: float, cosines: tuple[tuple[float, ...], ...] | None
) -> Geometry:
    rows, labels = views.pooled
    off = ~torch.eye(views.n_classes, dtype=torch.bool, device=rows.device)
    both = torch.maximum(pairs.directional_cdnv, pairs.directional_cdnv.mT).nan_to_num(-math.inf)
    i, j = sorted(divmod(int(both.argmax()), views.n_classes))
    small = views.n_classes <= SHOWN_CLASSES
    found = Geometry(
        class_variance=variance,
        cdnv=pairs.cdnv[off].mean().item(),
        directional_cdnv=pairs.directional_cdnv[off].mean().item(),
        root_cdnv=pairs.cdnv[off].sqrt().mean().item(),
        closest=(views.class_names[i], views.class_names[j]),
        closest_directional_cdnv=both[i, j].item(),
        cosines=cosines,
        cdnv_matrix=_rows(pairs.cdnv) if small else None,
        directional_cdnv_matrix=_rows(pairs.directional_cdnv) if small else None,
    )
    try:
        nc = neural_collapse(rows, labels)
        deviation = etf_deviation(pairs.means).item()
    except ValueError:  # a class mean at the mean of all has no direction from there
        at = int((pairs.means - pairs.means.mean(dim=0)).norm(dim=1).argmin())
        why = f"needs class means off their centre: that of {views.class_names[at]!r} is at it"
        return replace(found, undefined=why)
    return replace(
        found,
        nc1=nc.nc1.item(),
        nc2_equinorm=nc.nc2_equinorm.item(),
        nc2_equiangular=nc.nc2_equiangular.item(),
        ncc_error=nc.ncc_error.item(),
        etf_deviation=deviation,
    )


def _closest_means(means: Tensor) -> tuple[int, int]:
    distances = torch.cdist(means, means, compute_mode="donot_use_mm_for_euclid_dist")
    return divmod(int(distances.fill_diagonal_(math.inf).argmin()), len(means))


def _cosines(means: Tensor) -> tuple[tuple[float, ...], ...]:
    unit = normalize(means, dim=1)
    return _rows(unit @ unit.mT)


def _rows(matrix: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))
