"""One few-shot problem: the law's moments for the bound, independent trials for the error."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from bounds import accumulated_rounding
from synthetic import ncc_trials
from theory.claims.luthra2025.cdnv import Features
from theory.claims.luthra2025.few_shot._laws import FiniteLaw, finite_law
from theory.geometry import cdnv, class_statistics, directional_cdnv

FAILURE = 1e-9  # of the one-sided interval around the share of errors
N_TRIALS = 2000
EXACT = 1e-12  # what the calculators promise, relative
INFIMUM = 1e-9  # the same where an infimum over t is searched


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Second moments of all ordered pairs, (c, c) matrices as the calculators take them."""

    directional: NDArray[np.float64]
    cdnv: NDArray[np.float64]
    q_own: NDArray[np.float64]  # tr(Sigma_i^2) / D_ij^4
    q_other: NDArray[np.float64]  # tr(Sigma_i Sigma_j) / D_ij^4
    roundoff: float  # absolute error of an entry of the first two

    @property
    def averages(self) -> tuple[float, float, float]:
        """V~_f, V_f and V^s_f."""
        pairs = ~np.eye(len(self.cdnv), dtype=bool)
        directional, around = self.directional[pairs], self.cdnv[pairs]
        return float(directional.mean()), float(around.mean()), float(np.sqrt(around).mean())

    @property
    def enlarged(self) -> Self:
        """Every moment at the upper end of its rounding interval; a collapsed class is exact."""
        r, largest = self.roundoff, float(np.nanmax(self.cdnv))
        product = 2.0 * largest * r + r * r
        return dataclasses.replace(
            self,
            directional=np.where(self.cdnv > 0, self.directional + r, self.directional),
            cdnv=np.where(self.cdnv > 0, self.cdnv + r, self.cdnv),
            q_own=self.q_own + product,
            q_other=self.q_other + product,
        )


def moments(law: FiniteLaw) -> Moments:
    """The population moments of a law on finitely many points."""
    x, labels = law.x, law.labels
    means = class_statistics(x, labels).means
    residuals = law.atoms - means[:, None]
    # tr(Sigma_i Sigma_j) is a mean of squared inner products, which cannot come out negative.
    products = torch.einsum("iad,jbd->ijab", residuals, residuals).square().mean(dim=(2, 3))
    squared = torch.cdist(means, means).square().fill_diagonal_(torch.nan)
    return Moments(
        directional=directional_cdnv(x, labels, average=None).numpy(),
        cdnv=cdnv(x, labels, average=None).numpy(),
        q_own=(products.diagonal()[:, None] / squared.square()).numpy(),
        q_other=(products / squared.square()).numpy(),
        roundoff=Features(x=x, labels=labels).roundoff,
    )


@dataclass(frozen=True, kw_only=True)
class FewShot:
    """A law on finitely many points, and the error that m shots of it lead to."""

    law: FiniteLaw
    m_shot: float  # math.inf: the centres are the class means
    moments: Moments
    a: float = 16.0
    error: float = math.nan
    """err^NCC_m exactly, or below it but with probability 1e-9."""
    is_exact: bool = False

    @property
    def n_classes(self) -> int:
        """Downstream classes C'."""
        return len(self.law.atoms)

    @property
    def roundoff(self) -> float:
        """Of an exact error: both sums of m + 1 positive terms, and both m-th powers in them."""
        if not self.is_exact:
            return 0.0  # a limit of trials counts errors
        n_ops = 4 * (self.m_shot + 1) + 16
        return accumulated_rounding(int(n_ops), float(np.finfo(np.float64).eps)) * self.error

    @cached_property
    def enlarged(self) -> Self:
        """The same problem with its moments at the upper ends of their rounding intervals."""
        return dataclasses.replace(self, moments=self.moments.enlarged)


def few_shot(
    *,
    doublings: int,
    fewest: int = 1,
    generator: torch.Generator,
    **law: Any,
) -> FewShot:
    """A problem of `WORLD` with m = fewest 2^doublings shots, and its error."""
    drawn = finite_law(generator=generator, **law)
    m_shot = fewest * 2**doublings
    exact = has_two_atoms(drawn)
    if exact:
        error = two_atom_error(drawn, m_shot)
    else:
        means = drawn.atoms.mean(dim=1)
        error = ncc_trials(means, drawn, m_shot, N_TRIALS, generator=generator).lower(FAILURE)
    return FewShot(law=drawn, m_shot=m_shot, moments=moments(drawn), error=error, is_exact=exact)


def has_two_atoms(law: FiniteLaw) -> bool:
    """Two classes, each of one atom and of copies of another."""
    common = law.atoms[:, 1:]
    return len(law.atoms) == 2 and bool((common == common[:, :1]).all())


def two_atom_error(law: FiniteLaw, m_shot: int) -> float:
    """err^NCC_m, summed over how many of each class's m shots are its rare atom."""
    q = 1.0 / law.atoms.shape[1]
    k = range(m_shot + 1)
    weights = np.array([math.comb(m_shot, i) * q**i * (1.0 - q) ** (m_shot - i) for i in k])
    share = np.arange(m_shot + 1)[:, None] / m_shot
    atoms = law.atoms[:, :2].numpy()  # rare, common
    centres = [common + share * (rare - common) for rare, common in atoms]  # (m + 1, d)
    error = 0.0
    for own in (0, 1):
        for x, probability in zip(atoms[own], (q, 1.0 - q), strict=True):
            to_own, to_other = (np.square(x - centres[i]).sum(axis=1) for i in (own, 1 - own))
            wrong = to_other[None, :] <= to_own[:, None]
            error += 0.5 * probability * float(weights @ wrong @ weights)
    return error


def rounding_of(
    bound: Callable[[FewShot], float], promise: float = EXACT
) -> Callable[[FewShot], float]:
    """What the moments' rounding adds to an increasing `bound`, and the calculator's own error."""

    def rounding(case: FewShot) -> float:
        upper = bound(case.enlarged)
        return case.roundoff + upper - bound(case) + 2.0 * promise * upper

    return rounding


def stretched(m_shot: float, stretch: float, least: float = 5.0) -> float:
    """An a above both `least` and the pole 4 + 2^(5/2)/m, by the factor 1 + stretch."""
    return (1.0 + stretch) * max(least, 4.0 + 4.0 * math.sqrt(2.0) / m_shot)
