"""Class-distance-normalised variances by loops over samples, and clouds to measure."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def cloud(
    *, sizes: list[int], d: int, seed: int, spread: float = 1.0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Gaussian classes around Gaussian means; shuffled, labels negative and with holes."""
    g = torch.Generator().manual_seed(seed)
    of_row = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    of_row = of_row[torch.randperm(len(of_row), generator=g)]
    means = torch.randn(len(sizes), d, generator=g, dtype=dtype)
    noise = torch.randn(len(of_row), d, generator=g, dtype=dtype)
    return means[of_row] + spread * noise, 3 * of_row - 4


def simplex(n_classes: int, d: int, seed: int = 0) -> Tensor:
    """Rows of a rotated regular simplex, (c, d), d >= c."""
    g = torch.Generator().manual_seed(seed)
    rotation = torch.linalg.qr(torch.randn(d, d, generator=g, dtype=torch.float64))[0]
    corners = torch.eye(n_classes, d, dtype=torch.float64) - 1 / n_classes
    corners[:, n_classes:] = 0
    rotated: Tensor = corners @ rotation
    return rotated


def variances_by_loops(
    features: Tensor, labels: Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """V_ij and Vt_ij, NaN on the diagonal, as the definitions read."""
    x, y = features.double().numpy(), labels.numpy()
    classes = sorted(set(y.tolist()))
    plain = np.full((len(classes), len(classes)), np.nan)
    directional = plain.copy()
    for i, own in enumerate(classes):
        members = [row for row, label in zip(x, y, strict=True) if label == own]
        mean = sum(members) / len(members)
        cov = sum(np.outer(row - mean, row - mean) for row in members) / len(members)
        for j, other in enumerate(classes):
            if i != j:
                theirs = x[y == other]
                step = mean - theirs.mean(axis=0)
                distance = float(np.sqrt(step @ step))
                unit = step / distance
                plain[i, j] = np.trace(cov) / distance**2
                directional[i, j] = unit @ cov @ unit / distance**2
    return plain, directional
