"""What a risk asks of its arguments, said in one place."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from bounds._prior import read_prior, require_count

ROW_SUM_SLACK = 1e-9


@dataclass(frozen=True, kw_only=True)
class Model:
    """Finite class laws in float64: the points of class c weigh pi_c/n_c each."""

    x: Tensor  # (..., n, d)
    classes: Tensor  # (n,), values 0..c-1
    prior: Tensor  # (c,)
    counts: Tensor  # (c,), n_c in float64
    dtype: torch.dtype  # of the features as they came

    @property
    def weights(self) -> Tensor:
        """The mixture over the points, (n,)."""
        return (self.prior / self.counts)[self.classes]

    @property
    def means(self) -> Tensor:
        """mu_c, (..., c, d)."""
        return self.within_class @ self.x

    @property
    def within_class(self) -> Tensor:
        """The class laws over the points, (c, n)."""
        rows = self.classes == torch.arange(len(self.counts), device=self.x.device)[:, None]
        return rows / self.counts[:, None]

    def positive(self, anchors: slice) -> Tensor:
        """The law of a positive of each of the anchors, independent of it given its class."""
        same = self.classes[anchors, None] == self.classes
        return same / self.counts[self.classes[anchors], None]


def read_model(features: Tensor | ArrayLike, classes: Tensor | ArrayLike, prior: object) -> Model:
    """Checked arguments; `features` keep their graph."""
    x = read_features(features)
    labels = _read_classes(classes, x)
    law = _read_prior(prior, x.device)
    _check_every_class(labels, len(law))
    counts = torch.bincount(labels, minlength=len(law)).double()
    return Model(x=x.double(), classes=labels, prior=law, counts=counts, dtype=x.dtype)


def read_negatives(n_negatives: ArrayLike) -> int:
    """A whole number of negatives, at least one; 2.0 is two."""
    if np.ndim(n_negatives) != 0:
        raise ValueError(f"need one n_negatives, got shape {np.shape(n_negatives)}")
    require_count(1, n_negatives=n_negatives)
    return int(np.asarray(n_negatives))


def read_pairing(pairing: Tensor | ArrayLike, model: Model) -> Tensor:
    """An (n, n) law of the positive given the anchor, in float64, used as it is."""
    n = len(model.classes)
    law = pairing if isinstance(pairing, Tensor) else torch.as_tensor(np.asarray(pairing, float))
    law = law.detach().to(model.x)
    if law.shape != (n, n):
        raise ValueError(f"need pairing of shape (n, n) = ({n}, {n}), got {tuple(law.shape)}")
    bad = ~((law >= 0) & law.isfinite())
    if bool(bad.any()):
        at = _first(bad)
        raise ValueError(f"need finite pairing >= 0, got {float(law[at])} at index {at}")
    off = ~((law.sum(dim=1) - 1).abs() <= ROW_SUM_SLACK)
    if bool(off.any()):
        at = _first(off)
        raise ValueError(
            "need rows of pairing that sum to 1 within 1e-9, "
            f"got {float(law[at].sum())} at row {at[0]}"
        )
    return law


def read_features(features: Tensor | ArrayLike) -> Tensor:
    """Finite points of one model or many, as they came."""
    x = features if isinstance(features, Tensor) else torch.as_tensor(np.asarray(features, float))
    if x.ndim < 2 or 0 in x.shape:
        raise ValueError(
            f"need features of shape (..., n, d), none of them 0, got {tuple(x.shape)}"
        )
    if x.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"need float32 or float64 features, got {x.dtype}")
    wide = x.detach().double()
    for bad, rule, got in (
        (~wide.isfinite().all(dim=-1), "finite features", "a non-finite value"),
        (~wide.square().sum(dim=-1).isfinite(), "finite |x|^2 in float64", "overflow"),
    ):
        if bool(bad.any()):
            at = _first(bad)
            where = f"row {at[-1]}" + (f" of model {at[:-1]}" if len(at) > 1 else "")
            raise ValueError(f"need {rule}, got {got} at {where}")
    return x


def _read_classes(classes: Tensor | ArrayLike, x: Tensor) -> Tensor:
    given = classes if isinstance(classes, Tensor) else torch.as_tensor(np.asarray(classes))
    n = x.shape[-2]
    if given.shape != (n,):
        raise ValueError(f"need classes of shape (n,) = ({n},), got {tuple(given.shape)}")
    if given.is_floating_point() or given.is_complex() or given.dtype == torch.bool:
        raise ValueError(f"need integer classes, got {given.dtype}")
    if isinstance(classes, Tensor) and given.device != x.device:
        raise ValueError(
            f"need features and classes on one device, got {x.device} and {given.device}"
        )
    return given.to(device=x.device, dtype=torch.int64)


def _read_prior(prior: object, device: torch.device) -> Tensor:
    given = np.asarray(prior.detach().cpu() if isinstance(prior, Tensor) else prior)
    n_classes = read_prior(given).n_classes
    law = np.full(n_classes, 1.0 / n_classes) if given.ndim == 0 else given.astype(np.float64)
    return torch.as_tensor(law, device=device)


def _check_every_class(classes: Tensor, n_classes: int) -> None:
    outside = (classes < 0) | (classes >= n_classes)
    if bool(outside.any()):
        (row,) = _first(outside)
        raise ValueError(f"need 0 <= classes < {n_classes}, got {int(classes[row])} at row {row}")
    missing = torch.bincount(classes, minlength=n_classes) == 0
    if bool(missing.any()):
        raise ValueError(
            f"need every class 0..{n_classes - 1} among the points, "
            f"got none of class {_first(missing)[0]}"
        )


def _first(bad: Tensor) -> tuple[int, ...]:
    return tuple(map(int, bad.nonzero()[0]))
