"""Gaussian classes: the variance of the margin, and the exact error of infinitely many shots."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bounds import few_shot_error_gaussian, few_shot_error_gaussian_limit
from synthetic import Trials, gaussian_sampler, ncc_trials
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.luthra2025._source import FEW_SHOT, ours
from theory.claims.luthra2025.few_shot._cases import EXACT, FAILURE, N_TRIALS
from theory.claims.luthra2025.few_shot._laws import WORLD, class_means, class_scales, to_next


@dataclass(frozen=True, kw_only=True)
class GaussianClasses:
    """Means, covariances, and the errors that m shots led to."""

    means: Tensor  # (c, d)
    covs: Tensor  # (c, d, d)
    m_shot: int
    trials: Trials


def build(
    *,
    n_classes: int,
    d: int,
    doublings: int,
    means: str,
    noise: str,
    sizes: str,
    cdnv: float,
    generator: torch.Generator,
) -> GaussianClasses:
    """Classes with mean CDNV `cdnv`, their noise along or across the differences of means."""
    centres, rank = class_means(n_classes, d, means, generator)
    directions = torch.eye(d, dtype=torch.float64).expand(n_classes, -1, -1).clone()
    if noise == "along":
        directions = to_next(centres)[:, :, None] * to_next(centres)[:, None, :]
    elif noise == "across" and rank < d:
        directions[:, :rank] = 0.0
    covs = directions * class_scales(n_classes, sizes).square()
    squared = torch.cdist(centres, centres).square().fill_diagonal_(torch.inf)
    traces = covs.diagonal(dim1=1, dim2=2).sum(dim=-1)
    covs *= cdnv * n_classes * (n_classes - 1) / (traces[:, None] / squared).sum()
    m_shot = 2**doublings
    sampler = gaussian_sampler(centres, covs)
    trials = ncc_trials(centres, sampler, m_shot, N_TRIALS, generator=generator)
    return GaussianClasses(means=centres, covs=covs, m_shot=m_shot, trials=trials)


def by_moments(case: GaussianClasses) -> float:
    """The bound from means and covariances."""
    return few_shot_error_gaussian(case.means.numpy(), case.covs.numpy(), case.m_shot).item()


@dataclass(frozen=True, kw_only=True)
class TwoGaussians:
    """Means and standard deviations per coordinate of two classes."""

    means: NDArray[np.float64]  # (2, d)
    deviations: NDArray[np.float64]  # (2, d)

    @property
    def directional(self) -> NDArray[np.float64]:
        """V~_12, V~_21, a sum of squares that cannot cancel."""
        difference = self.means[0] - self.means[1]
        along = np.square(self.deviations * difference).sum(axis=1)
        return np.asarray(along / np.square(difference).sum() ** 2)


def build_two(
    *, d: int, noise: str, directional: float, ratio: float, generator: torch.Generator
) -> TwoGaussians:
    """V~_12 = `directional` and V~_21 = `ratio` times that; both 0 `across`."""
    means, deviations = torch.randn(2, 2, d, generator=generator, dtype=torch.float64).numpy()
    deviations = np.abs(deviations) + 0.1
    if noise == "across":
        means[:, : d // 2], deviations[:, d // 2 :] = 0.0, 0.0
    two = TwoGaussians(means=means, deviations=deviations)
    if not two.directional.all():
        return two
    wanted = directional * np.array([1.0, ratio])
    return TwoGaussians(
        means=means, deviations=deviations * np.sqrt(wanted / two.directional)[:, None]
    )


def exact_error(case: TwoGaussians) -> float:
    """Mean of the two half-spaces' probabilities; no noise along the means, no error."""
    difference = case.means[0] - case.means[1]
    distance = math.hypot(*difference)
    errors = [0.0, 0.0]
    for i, deviation in enumerate(case.deviations):
        sigma = math.hypot(*(deviation * difference / distance))
        if sigma > 0:
            errors[i] = _upper_tail(distance / (2.0 * sigma))
    return 0.5 * (errors[0] + errors[1])


def _upper_tail(z: float) -> float:
    """Craig's integral Q(z) = (1/pi) int_0^inf e^(-z^2 (1 + u^2)/2)/(1 + u^2) du, by trapezoids."""
    # Poles at u = +-i and width 1/z: u = sinh(v)/(1 + z) keeps both apart from the step.
    v = np.arange(-20.0, 20.0, 1.0 / 32.0)
    u = np.sinh(v) / (1.0 + z)
    weight = np.cosh(v) / ((1.0 + z) * 32.0)
    integrand = np.exp(-0.5 * np.square(z * u)) / (1.0 + u * u)
    return math.exp(-0.5 * z * z) * math.fsum(weight * integrand) / (2.0 * math.pi)


def limit(case: TwoGaussians) -> float:
    """Mean over the two ordered pairs."""
    return float(few_shot_error_gaussian_limit(case.directional).mean())


def limit_rounding(case: TwoGaussians) -> float:
    """z errs by (d + 8) eps; d log Q / d log z is at most z^2 + 1; the tails to 1e-12 each."""
    d = case.means.shape[1]
    with np.errstate(divide="ignore"):
        squared = 0.25 / case.directional
    errors = few_shot_error_gaussian_limit(case.directional)
    positive = errors > 0
    relative = (squared[positive] + 1.0) * 2.0 * (d + 8) * np.finfo(np.float64).eps + 2.0 * EXACT
    return float((errors[positive] * relative).sum())


CLAIMS = (
    Claim(
        name="luthra2025-few-shot-gaussian",
        statement=r"\forall\text{ Gaussian classes},\ m\ge1:\quad \mathrm{err}^{\mathrm{NCC}}_m\le"
        r"\frac1{C'}\sum_i\min\Bigl(1,\sum_{j\ne i}b_{ij}\Bigr),\ b_{ij}=\frac{W_{ij}}{W_{ij}+"
        r"M_{ij}^2}\text{ if }M_{ij}=1+\frac{V_{ji}-V_{ij}}m>0,\text{ else }1,\ W_{ij}=S_{ij}+"
        r"\frac{2}{m^2}\frac{\operatorname{tr}\Sigma_i^2+\operatorname{tr}\Sigma_j^2}{D_{ij}^4}",
        source=ours("few-shot error of Gaussian classes"),
        proof=f"{FEW_SHOT}#pairwise-bounds",
        status="sharper",
        kind="for-all",
        domain={
            **{name: h for name, h in WORLD.items() if name != "n_atoms"},
            "noise": Choices("isotropic", "along", "across"),
            "cdnv": Reals(1e-3, 3.0, log=True),
        },
        build=build,
        measured=lambda case: case.trials.lower(FAILURE),
        bound=by_moments,
        rounding=lambda case: 2.0 * EXACT * by_moments(case),
        trivial=lambda case: 1.0,
        cost=3.5,
    ),
    Claim(
        name="luthra2025-few-shot-gaussian-limit",
        statement=r"\forall\text{ Gaussian classes},\ C'=2,\ m=\infty:\quad "
        r"\mathrm{err}^{\mathrm{NCC}}_\infty=\tfrac12\sum_{i\ne j}"
        r"\Phi\bigl(-1/(2\sqrt{\tilde V_{ij}})\bigr)",
        source=ours("exact few-shot error of two Gaussian classes"),
        proof=f"{FEW_SHOT}#infinite-shots",
        status="sharper",
        kind="identity",
        domain={
            "d": Integers(1, 20),
            "noise": Choices("full", "across"),
            "directional": Reals(1e-3, 1e3, log=True),
            "ratio": Reals(1e-2, 1.0, log=True),
        },
        build=build_two,
        measured=exact_error,
        relation="==",
        bound=limit,
        rounding=limit_rounding,
        cost=0.3,
    ),
)
