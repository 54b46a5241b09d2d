"""The logarithm of a mean of K exponentials varies little: its variance, exactly."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import gammaln

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Reals
from theory.claims.bao2022._source import GAP, paper


@dataclass(frozen=True, kw_only=True)
class ScoreLaw:
    """A law on three scores in [-a, a], and how many are drawn."""

    scores: NDArray[np.float64]  # (3,)
    chances: NDArray[np.float64]  # (3,)
    n_negatives: int
    a: float


def build(
    *, n_negatives: int, a: float, layout: str, chance: float, generator: torch.Generator
) -> ScoreLaw:
    """`ends`: -a, and a with the given chance; `inside`: a third score between them."""
    third = 0.0 if layout == "ends" else float(torch.rand((), generator=generator))
    where = 2.0 * float(torch.rand((), generator=generator)) - 1.0
    return ScoreLaw(
        scores=a * np.array([1.0, -1.0, where]),
        chances=np.array([chance * (1.0 - third), (1.0 - chance) * (1.0 - third), third]),
        n_negatives=n_negatives,
        a=a,
    )


def variance(case: ScoreLaw) -> float:
    """Summed over how often each score is drawn."""
    k = case.n_negatives
    first, second = np.meshgrid(np.arange(k + 1), np.arange(k + 1))
    possible = first + second <= k
    counts = np.stack([first[possible], second[possible], k - (first + second)[possible]])
    with np.errstate(divide="ignore"):
        log_chances = np.log(case.chances)[:, None]
    drawn = np.where(counts > 0, counts * np.where(counts > 0, log_chances, 0.0), 0.0)
    weights = np.exp(gammaln(k + 1) + np.sum(drawn - gammaln(counts + 1), axis=0))
    values = np.log(np.exp(case.scores) @ counts / k)
    mean = weights @ values / weights.sum()
    return float(weights @ np.square(values - mean) / weights.sum())


def bound(case: ScoreLaw) -> float:
    """By bounded differences."""
    k = case.n_negatives
    return float(0.25 * k * np.square(np.log1p(np.expm1(2.0 * case.a) / k)))


def rounding(case: ScoreLaw) -> float:
    """Weights are exponentials of log-factorials; values carry an absolute error."""
    eps = float(np.finfo(np.float64).eps)
    size = 4.0 * gammaln(case.n_negatives + 2) + 100.0
    relative = accumulated_rounding(case.n_negatives**2 + 100, eps) + size * eps
    return float(relative * (bound(case) + case.a**2) + (eps * (1.0 + case.a)) ** 2)


CLAIMS = (
    Claim(
        name="bao2022-log-mean-variance",
        statement=r"s_k\ \text{i.i.d. in}\ [-a,a]:\quad \mathrm{Var}\,\ln\Bigl(\frac1K\sum_{k\le K}"
        r"e^{s_k}\Bigr)\le\frac K4\ln^2\Bigl(1+\frac{e^{2a}-1}K\Bigr)\le\frac{(e^{2a}-1)^2}{4K}",
        source=paper("estimation variance, a reconstruction of a first-version theme"),
        proof=f"{GAP}#error-and-variance",
        status="published",
        kind="for-all",
        domain={
            "n_negatives": Integers(1, 40),
            "a": Reals(0.0, 3.0),
            "layout": Choices("ends", "inside"),
            "chance": Reals(0.0, 1.0),
        },
        build=build,
        measured=variance,
        bound=bound,
        rounding=rounding,
        # One draw of +-a, each half of the time, varies by a^2.
        attained_by=({"n_negatives": 1, "a": 1.0, "layout": "ends", "chance": 0.5},),
        cost=0.5,
    ),
)
