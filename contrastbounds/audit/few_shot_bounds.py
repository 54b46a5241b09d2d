"""Every bound of the few-shot error, from the geometry of the rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bounds import (
    few_shot_error_a16,
    few_shot_error_by_pair,
    few_shot_error_limit,
    few_shot_error_limit_sharp,
    few_shot_error_optimal,
    few_shot_error_second_moment,
)
from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Views
from contrastbounds.audit.geometry import Geometry, Pairs

Array = NDArray[np.float64]
BoundsAt = Callable[[float, float], tuple[Row, ...]]
"""Measured error and its margin to rows."""

PAIRED_CLASSES = 300  # with more, the infimum of every pair takes minutes
COVARIANCES = 2**25  # coordinates of all class covariances: 256 MB
ACCURACY = 1e-9  # relative, of the bounds that are infima


@dataclass(frozen=True, kw_only=True)
class FewShotBounds:
    """What the bounds are made of; `undefined` says why there are none."""

    n_classes: int
    cdnv: float
    directional_cdnv: float
    root_cdnv: float
    undefined: str
    pairs: tuple[Array, Array] | None  # V~_ij and V_ij
    cross: tuple[Array, Array] | None

    @classmethod
    def of(cls, views: Views, found: Geometry, pairs: Pairs | None) -> "FewShotBounds":
        """The averages, and for few classes the pairs with their exact cross terms."""
        if pairs is None:
            return cls(
                n_classes=views.n_classes,
                cdnv=0.0,
                directional_cdnv=0.0,
                root_cdnv=0.0,
                undefined=found.undefined,
                pairs=None,
                cross=None,
            )
        few = views.n_classes <= PAIRED_CLASSES
        small = views.n_classes * views.z.shape[2] ** 2 <= COVARIANCES
        return cls(
            n_classes=views.n_classes,
            cdnv=found.cdnv or 0.0,
            directional_cdnv=found.directional_cdnv or 0.0,
            root_cdnv=found.root_cdnv or 0.0,
            undefined="",
            pairs=(_array(pairs.directional_cdnv), _array(pairs.cdnv)) if few else None,
            cross=_cross(views, pairs.means) if few and small else None,
        )

    def at(self, shots: Sequence[int]) -> list[BoundsAt]:
        """For each number of shots, what makes rows of a measured error."""
        by_pair = None
        if self.pairs is not None:
            by_pair = few_shot_error_by_pair(*self.pairs, np.asarray(shots), self.cross)
        return [
            self._at(m, None if by_pair is None else float(by_pair[i])) for i, m in enumerate(shots)
        ]

    def _at(self, m: int, by_pair: float | None) -> BoundsAt:
        v, vt, root, c = self.cdnv, self.directional_cdnv, self.root_cdnv, self.n_classes
        paired = f"tabled up to {PAIRED_CLASSES} classes, here are {c}" if by_pair is None else ""
        a16 = "" if m >= 10 else f"needs m >= 10, got m = {m}"
        forms: tuple[tuple[str, str, Callable[[], object], str], ...] = (
            ("a16", "P1, a=16", lambda: few_shot_error_a16(vt, v, root, m, c), a16),
            (
                "optimal",
                "P1, best",
                lambda: few_shot_error_optimal(vt, v, root, m, c).value,
                "",
            ),
            (
                "second-moment",
                "moments",
                lambda: few_shot_error_second_moment(vt, v, m, c),
                "",
            ),
            ("by-pair", "by pair", lambda: by_pair, paired),
        )

        def rows(error: float, margin: float) -> tuple[Row, ...]:
            return tuple(
                self._row(form, title, f"error at m = {m}", value, why, error, margin, sampled=True)
                for form, title, value, why in forms
            )

        return rows

    def limits(self, error: float, margin: float) -> tuple[Row, ...]:
        """The same with infinitely many shots."""
        vt, c = self.directional_cdnv, self.n_classes
        forms: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("limit", "P1, limit", lambda: few_shot_error_limit(vt, c)),
            ("limit-sharp", "Cantelli", lambda: few_shot_error_limit_sharp(vt, c)),
        )
        return tuple(
            self._row(form, title, "error at m = inf", value, "", error, margin, sampled=False)
            for form, title, value in forms
        )

    def _row(
        self,
        form: str,
        title: str,
        quantity: str,
        value: Callable[[], object],
        why: str,
        error: float,
        margin: float,
        *,
        sampled: bool,
    ) -> Row:
        hypothesis = self.undefined or why
        bound = None if hypothesis else float(value())  # type: ignore[arg-type]  # a number
        return Row(
            claim=f"luthra2025-few-shot-{form}",
            title=title,
            quantity=quantity,
            relation="<=",
            measured=error,
            bound=bound,
            hypothesis=hypothesis,
            margin=margin + ACCURACY * (bound or 0.0),
            sampled=sampled,
            trivial=1.0 - 1.0 / self.n_classes,
        )


def _cross(views: Views, means: Tensor) -> tuple[Array, Array]:
    """tr(Sigma_i^2)/D_ij^4 and tr(Sigma_i Sigma_j)/D_ij^4."""
    rows, labels = views.pooled
    covs = []
    for c in range(views.n_classes):
        residuals = _array(rows[labels == c]) - _array(means[c])
        covs.append((residuals.T @ residuals / len(residuals)).ravel())
    flat = np.stack(covs)
    products = flat @ flat.T
    centres = _array(means)
    square = np.stack([((centre - centres) ** 2).sum(axis=1) for centre in centres])
    np.fill_diagonal(square, 1.0)
    return np.diag(products)[:, None] / square**2, products / square**2


def _array(x: Tensor) -> Array:
    return np.asarray(x.numpy(force=True), dtype=np.float64)
