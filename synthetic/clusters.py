"""Labelled clusters of stated means and covariances, in memory or as a stream."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthetic._blocks import base_seed, block_seed, chunks, rows_per_block
from synthetic._require import require
from synthetic.means import orthoplex, random_means, simplex_etf
from synthetic.sizes import class_sizes

Means = Literal["random", "simplex", "orthoplex"] | Tensor


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Samples sorted by class, and the law that they were drawn from."""

    x: Tensor  # (n, d)
    labels: Tensor  # (n,), int64, ascending
    means: Tensor  # (c, d), true class means
    factors: Tensor  # (c, 1, 1), (c, 1, d) or (c, d, d): see `covs`

    @property
    def covs(self) -> Tensor:
        """True class covariances, (c, d, d)."""
        c, d = self.means.shape
        if self.factors.shape[1] == 1:
            return torch.diag_embed((self.factors[:, 0] ** 2).expand(c, d))
        return self.factors @ self.factors.mT


def gaussian_clusters(
    n_classes: int,
    n_per_class: int | Sequence[int],
    dim: int,
    *,
    spread: float | Tensor,
    generator: torch.Generator,
    means: Means = "random",
    radius: float = 1.0,
    df: float | None = None,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Clusters:
    r"""Draw x = mu_c + L_c noise for every sample of every class.

    Symbols
        n_classes    C   classes
        n_per_class      samples per class: one number, or one per class (`zipf_sizes`,
                         `imbalanced_sizes`)
        dim          d   dimensions
        spread       L   standard deviation per coordinate: a number, (d,) shared by the classes,
                         (c, 1) or (c, d) by class, or (1 or c, d, d) factors with
                         Sigma_c = L_c L_c^T
        means        mu  directions "random", "simplex" or "orthoplex", or a (c, d) tensor;
                         multiplied by `radius`
        df               None for normal noise; df > 2 for multivariate Student t, scaled so that
                         Sigma_c stays the covariance

    The numbers follow from the CPU generator's state, the sizes and the dtype. They are drawn on
    the CPU and moved to `device`, and are those of `stream_gaussian_clusters`, bit for bit.

    >>> g = torch.Generator().manual_seed(0)
    >>> world = gaussian_clusters(3, (4, 2, 1), 5, spread=0.1, generator=g)
    >>> world.x.shape, world.labels.tolist()
    (torch.Size([7, 5]), [0, 0, 0, 0, 1, 1, 2])
    """
    return next(
        stream_gaussian_clusters(
            n_classes,
            n_per_class,
            dim,
            spread=spread,
            generator=generator,
            chunk_size=sum(class_sizes(n_classes, n_per_class)),
            means=means,
            radius=radius,
            df=df,
            dtype=dtype,
            device=device,
        )
    )


def stream_gaussian_clusters(
    n_classes: int,
    n_per_class: int | Sequence[int],
    dim: int,
    *,
    spread: float | Tensor,
    generator: torch.Generator,
    chunk_size: int,
    means: Means = "random",
    radius: float = 1.0,
    df: float | None = None,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Iterator[Clusters]:
    """The samples of `gaussian_clusters` in chunks of `chunk_size` rows, in constant memory.

    `generator` is used when this is called (one seed, then random means), not while iterating, so
    that concatenated chunks are the in-memory draw whatever their size and whatever else the
    generator is used for in between. The memory of a chunk is used again once nothing holds it:
    `write_clusters` makes files of a stream as large as the disk.
    """
    sizes = class_sizes(n_classes, n_per_class)
    require(chunk_size >= 1, "chunk_size >= 1", chunk_size=chunk_size)
    require(dim >= 1, "dim >= 1", dim=dim)
    require(df is None or df > 2, "df > 2", df=df)
    require(0 <= radius < math.inf, "finite radius >= 0", radius=radius)
    require(generator.device.type == "cpu", "a CPU generator", device=generator.device)
    base = base_seed(generator)
    law = _Law(
        bounds=np.cumsum(sizes, dtype=np.int64),
        means=_class_means(means, n_classes, dim, generator, dtype) * radius,
        factors=_factors(spread, n_classes, dim, dtype),
        df=df,
        base=base,
    )
    return _stream(law, chunk_size, dtype, torch.device(device))


@dataclass(frozen=True, kw_only=True)
class _Law:
    """Everything that decides the rows."""

    bounds: NDArray[np.int64]  # (c,), row at which each class ends
    means: Tensor  # (c, d)
    factors: Tensor  # (1 or c, 1, 1 or d) scales, or (1 or c, d, d)
    df: float | None
    base: int

    def labels(self, start: int, stop: int) -> Tensor:
        """Classes of rows start, ..., stop - 1."""
        # A search per end and a repetition per class; numpy's are several times torch's speed.
        first, last = np.searchsorted(self.bounds, (start, stop - 1), side="right")
        counts = np.diff(np.minimum(self.bounds[first : last + 1], stop), prepend=start)
        return torch.from_numpy(np.repeat(np.arange(first, last + 1), counts))

    def fill(self, start: int, out: Tensor, generator: torch.Generator) -> None:
        """Write the block of rows that begins at `start`."""
        generator.manual_seed(block_seed(self.base, start // rows_per_block(out.shape[1])))
        out.normal_(generator=generator)
        if self.df is not None:
            out *= student_scale(len(out), self.df, generator).to(out.dtype)[:, None]
        labels = self.labels(start, start + len(out))
        centres = self.means.index_select(0, labels)
        if self.factors.numel() == 1:
            torch.add(centres, out, alpha=self.factors.item(), out=out)
            return
        if self.factors.shape[1] == 1:
            scales = self.factors[:, 0]
            out *= scales if len(scales) == 1 else scales.index_select(0, labels)
        else:
            _multiply(out, self.factors, labels)
        out += centres


def _stream(
    law: _Law, chunk_size: int, dtype: torch.dtype, device: torch.device
) -> Iterator[Clusters]:
    c, d = law.means.shape
    means, factors = law.means.to(device), law.factors.expand(c, -1, -1).to(device)
    scratch = torch.Generator()

    def fill(start: int, out: Tensor) -> None:
        law.fill(start, out, scratch)

    for start, x in chunks(int(law.bounds[-1]), d, chunk_size, fill, dtype):
        labels = law.labels(start, start + len(x))
        yield Clusters(x=x.to(device), labels=labels.to(device), means=means, factors=factors)


def student_scale(n: int, df: float, generator: torch.Generator) -> Tensor:
    """Factors that turn n normal vectors into Student t ones with the same covariance."""
    # What torch.distributions.Gamma calls, which would draw from the global generator.
    gamma = torch._standard_gamma(
        torch.full((n,), df / 2, dtype=torch.float64, device=generator.device), generator=generator
    )
    return ((df - 2) / (2 * gamma)).sqrt()


def _multiply(rows: Tensor, factors: Tensor, labels: Tensor) -> None:
    """Replace each row by factors[label] @ row; the rows are sorted by label."""
    if len(factors) == 1:
        rows.copy_(rows @ factors[0].mT)
        return
    counts = (labels - labels[0]).bincount()
    for c, part in enumerate(torch.split(rows, counts.tolist()), start=int(labels[0])):
        part.copy_(part.clone() @ factors[c].mT)


def _class_means(
    means: Means, n_classes: int, dim: int, generator: torch.Generator, dtype: torch.dtype
) -> Tensor:
    if isinstance(means, Tensor):
        shape = tuple(means.shape)
        require(shape == (n_classes, dim), f"means of shape {(n_classes, dim)}", shape=shape)
        require(bool(means.isfinite().all()), "finite means", means=means)
        return means.detach().to("cpu", dtype)
    if means == "simplex":
        return simplex_etf(n_classes, dim, dtype=dtype)
    if means == "orthoplex":
        return orthoplex(n_classes, dim, dtype=dtype)
    require(
        means == "random", 'means "random", "simplex", "orthoplex" or a tensor', means=repr(means)
    )
    return random_means(n_classes, dim, generator=generator, dtype=dtype)


def _factors(spread: float | Tensor, n_classes: int, dim: int, dtype: torch.dtype) -> Tensor:
    """`spread` as (1 or c, 1, 1 or d) scales or (1 or c, d, d) factors."""
    factors = torch.as_tensor(spread, dtype=dtype, device="cpu").detach()
    require(bool(factors.isfinite().all()), "finite spread", spread=spread)
    if factors.ndim == 3:
        square = factors.shape[1:] == (dim, dim) and factors.shape[0] in (1, n_classes)
        require(square, "spread of shape (1 or c, d, d)", shape=tuple(factors.shape))
        return factors
    require(bool((factors >= 0).all()), "spread >= 0", spread=spread)
    fits = factors.shape in ((), (dim,), (n_classes, 1), (n_classes, dim))
    require(fits, "spread a number, (d,), (c, 1), (c, d) or (c, d, d)", shape=tuple(factors.shape))
    return factors.reshape(factors.shape[0] if factors.ndim == 2 else 1, 1, -1)
