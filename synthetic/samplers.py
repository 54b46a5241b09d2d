"""Class-conditional laws from which fresh samples can be drawn at any time."""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from synthetic._require import require
from synthetic.clusters import student_scale


class Sample(Protocol):
    """Draws `count` independent samples of each listed class."""

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,); rows are independent."""
        ...


@runtime_checkable
class SampleCentres(Protocol):
    """A `Sample` that also knows the law of a mean of m samples, so that m may be large."""

    def centres(self, class_index: Tensor, m_shot: int, generator: torch.Generator) -> Tensor:
        """Means (t, d) of `m_shot` fresh samples of each class in class_index (t,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class GaussianSampler:
    """Normal classes; the mean of m shots is drawn directly from N(mu, Sigma / m)."""

    means: Tensor  # (c, d)
    factors: Tensor  # (c, d) standard deviations, or (c, d, d) with Sigma = L L^T

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,)."""
        noise = self._noise(class_index, count, generator)
        return self.means[class_index.to(self.means.device)][:, None] + noise

    def centres(self, class_index: Tensor, m_shot: int, generator: torch.Generator) -> Tensor:
        """Means (t, d) of `m_shot` fresh samples of each class."""
        noise = self._noise(class_index, 1, generator)[:, 0]
        return self.means[class_index.to(self.means.device)] + noise / math.sqrt(m_shot)

    def _noise(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        shape = (len(class_index), count, self.means.shape[1])
        return _scaled(_normal(shape, self.means, generator), self.factors, class_index)


@dataclass(frozen=True, kw_only=True)
class StudentSampler:
    """Multivariate Student t classes with df > 2, scaled to the stated covariances."""

    means: Tensor  # (c, d)
    factors: Tensor  # as in GaussianSampler
    df: float

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,)."""
        t, d = len(class_index), self.means.shape[1]
        noise = _normal((t, count, d), self.means, generator)
        heavy = student_scale(t * count, self.df, generator).to(noise).reshape(t, count, 1)
        noise = _scaled(noise * heavy, self.factors, class_index)
        return self.means[class_index.to(self.means.device)][:, None] + noise


@dataclass(frozen=True, kw_only=True)
class TwoPointSampler:
    """Two classes, each with two atoms on the line through the means."""

    means: Tensor  # (2, d)
    q: float
    shift: float = 0.0

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Samples (t, count, d) for class_index (t,)."""
        uniform = torch.rand(
            len(class_index), count, generator=generator, device=generator.device
        ).to(self.means.device)
        return self._at((uniform < self.q).to(self.means.dtype), class_index[:, None])

    def centres(self, class_index: Tensor, m_shot: int, generator: torch.Generator) -> Tensor:
        """Means (t, d) of `m_shot` fresh samples of each class, by a binomial draw."""
        shots = torch.full(
            (len(class_index),), float(m_shot), dtype=torch.float64, device=generator.device
        )
        bad = torch.binomial(shots, torch.full_like(shots, self.q), generator) / m_shot
        return self._at(bad.to(self.means), class_index)

    def _at(self, bad: Tensor, class_index: Tensor) -> Tensor:
        """Points at which a share `bad` of the mass sits on the far atom."""
        far = -(0.5 + self.shift)
        near = -far * self.q / (1 - self.q)
        own = class_index.to(self.means.device)
        return self.means[own] + (bad * far + (1 - bad) * near)[..., None] * (
            self.means[own] - self.means[1 - own]
        )


def gaussian_sampler(means: Tensor, covs: Tensor) -> GaussianSampler:
    """Normal classes N(means[c], covs[c]).

    Symbols
        means  mu     (c, d)
        covs   Sigma  (c, d) variances per coordinate, or (c, d, d) symmetric semi-definite;
                      the samples have the dtype and device of `means`

    >>> sample = gaussian_sampler(torch.eye(2), torch.zeros(2, 2))
    >>> sample(torch.tensor([1, 0]), 1, torch.Generator())
    tensor([[[0., 1.]],
    <BLANKLINE>
            [[1., 0.]]])
    """
    return GaussianSampler(means=means, factors=_roots(means, covs))


def student_sampler(means: Tensor, covs: Tensor, *, df: float) -> StudentSampler:
    """Student t classes with means[c] and covariance covs[c] (see `gaussian_sampler`), df > 2."""
    require(df > 2, "df > 2", df=df)
    return StudentSampler(means=means, factors=_roots(means, covs), df=df)


def two_point_sampler(means: Tensor, q: float, *, shift: float = 0.0) -> TwoPointSampler:
    r"""The law that attains Vt / (1/4 + Vt), the sharp error of nearest-centre rules at m = inf.

    Formula
        <u, x - mu_i> = -D (1/2 + shift) with probability q, D (1/2 + shift) q / (1 - q) otherwise

    Symbols
        means  mu   (2, d), D apart; u is the unit vector from the other mean to mu_i
        q           probability of the far atom, 0 <= q < 1; the error if ties are errors
        shift       0 puts the far atom on the tie, 1e-9 safely beyond it
    """
    require(tuple(means.shape[:-1]) == (2,), "means of shape (2, d)", shape=tuple(means.shape))
    require(0 <= q < 1, "0 <= q < 1", q=q)
    require(0 <= shift < float("inf"), "finite shift >= 0", shift=shift)
    return TwoPointSampler(means=means, q=q, shift=shift)


def _normal(shape: tuple[int, ...], like: Tensor, generator: torch.Generator) -> Tensor:
    """Normal variates of the dtype of `like`, drawn where the generator is."""
    noise = torch.randn(shape, generator=generator, device=generator.device, dtype=like.dtype)
    return noise.to(like.device)


def _scaled(noise: Tensor, factors: Tensor, class_index: Tensor) -> Tensor:
    """Rows (t, count, d) times the factor of their class."""
    class_index = class_index.to(factors.device)
    if factors.ndim == 2:
        return noise * factors[class_index][:, None]
    scaled = torch.empty_like(noise)
    for c, factor in enumerate(factors):  # a gathered (t, d, d) would not fit the memory
        at = class_index == c
        scaled[at] = noise[at] @ factor.mT
    return scaled


def _roots(means: Tensor, covs: Tensor) -> Tensor:
    """Standard deviations (c, d) where the covariances are diagonal, square roots otherwise."""
    require(means.ndim == 2, "means of shape (c, d)", shape=tuple(means.shape))
    c, d = means.shape
    require(covs.shape in ((c, d), (c, d, d)), "covs (c, d) or (c, d, d)", shape=tuple(covs.shape))
    require(bool(covs.isfinite().all()), "finite covs", covs=covs)
    covs = covs.to(means)
    if covs.ndim == 3:
        diagonal = covs.diagonal(dim1=1, dim2=2)
        if bool((covs != torch.diag_embed(diagonal)).any()):
            return _square_roots(covs)
        covs = diagonal
    require(bool((covs >= 0).all()), "variances >= 0", smallest=covs.min().item())
    return covs.sqrt()


def _square_roots(covs: Tensor) -> Tensor:
    """Symmetric roots; eigenvalues may be zero, so no Cholesky."""
    scale = covs.abs().amax()
    noise_floor = 8 * covs.shape[1] * torch.finfo(covs.dtype).eps * scale
    skew = (covs - covs.mT).abs().amax()
    require(bool(skew <= noise_floor), "symmetric covs", asymmetry=skew.item())
    values, vectors = torch.linalg.eigh(covs)
    smallest = values.min()
    require(bool(smallest >= -noise_floor), "semi-definite covs", eigenvalue=smallest.item())
    roots: Tensor = (vectors * values.clamp_min(0).sqrt()[:, None]) @ vectors.mT
    return roots
