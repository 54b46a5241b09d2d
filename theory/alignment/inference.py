"""How sure one can be of a similarity index: intervals from the jackknife, a permutation null."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from theory.alignment import _checks as checks
from theory.alignment._jackknife import Sample, of_cka, of_rsa


@dataclass(frozen=True, kw_only=True)
class IndexInference:
    """One index of two representations, and what chance would make of it."""

    value: float
    standard_error: float  # jackknife over items
    low: float  # interval for the value of the population of items
    high: float
    null_mean: float  # over permutations of the items of y
    null_std: float
    null_high: float  # a permutation exceeds it with probability at most 1 - level
    p_value: float  # (1 + #{permuted >= observed})/(1 + permutations)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Debiased CKA and RSA of two representations of the same n items."""

    n: int
    level: float
    permutations: int
    cka: IndexInference
    rsa: IndexInference


def compare(
    x: Tensor,
    y: Tensor,
    *,
    generator: torch.Generator,
    permutations: int = 999,
    level: float = 0.95,
) -> Comparison:
    r"""Debiased CKA and RSA with confidence intervals and a permutation null.

    Formula
        interval    tanh(atanh v -+ t s/(1 - v^2)), v the index, t the (1 + level)/2 quantile of
                    Student's t with n - 1 degrees of freedom,
                    s^2 = (n-1)/n sum_i (v_(i) - mean v_(.))^2, v_(i) the index without item i
        p-value     (1 + #{v(x, y permuted) >= v})/(1 + permutations)

    Symbols
        x             (n, d) float32 or float64, no zero row, n >= 5
        y             (n, d'), the same items in the same order
        generator     draws the permutations on its own device, whatever that of x
        permutations  of the rows of y, at least level/(1 - level)
        level         0 < level < 1, of the intervals and of `null_high`

    What the numbers mean
        The items are taken as independent draws from a population, the two encoders as fixed.
        `level` is the share of such draws whose interval covers the population's index, that of
        n -> infinity; as for any jackknife this is asymptotic in n, and conservative where the
        index is near 0. The n indices v_(i) are exact. (A bootstrap over items would repeat
        items, and a pair of an item with itself has cosine 1 in both representations: that
        pulls both indices towards 1.) Views of one image are one item: average them or keep one.
        The p-value is exact at any n for the hypothesis that every order of y's items is
        equally likely: P(p <= alpha) <= alpha.

    Cost
        O(n d^2) for the intervals and again for every permutation (O(n^2) when d > n); memory
        a float64 copy of the inputs in each of the two scalings.

    Errors
        ValueError as `cka` and `rsa`, and for n < 5, level or permutations out of range, and
        an item without which one of the two is constant.

    Source
        Jackknife of U-statistics: Arvesen (1969), Ann. Math. Statist. 40; permutation p-value:
        Phipson & Smyth (2010), SAGMB 9:39. The closed forms of v_(i) are this project's.

    >>> g = torch.Generator().manual_seed(0)
    >>> x = torch.randn(200, 4, generator=g)
    >>> found = compare(x, x + torch.randn(200, 4, generator=g), generator=g)
    >>> found.cka.low < 0.5 < found.cka.high, found.cka.p_value
    (True, 0.001)
    """
    _check(x, y, permutations, level)
    with torch.no_grad():
        samples = of_cka(x, y), of_rsa(x, y)
        null = _permuted(samples, permutations, generator)
    cka, rsa = (_infer(sample, draws, level) for sample, draws in zip(samples, null, strict=True))
    return Comparison(n=len(x), level=level, permutations=permutations, cka=cka, rsa=rsa)


def _permuted(
    samples: tuple[Sample, Sample], permutations: int, generator: torch.Generator
) -> Tensor:
    """(2, permutations) values of the two indices, on the same permutations."""
    device, n = samples[0].k.device, len(samples[0].k)
    orders = (
        torch.randperm(n, generator=generator, device=generator.device).to(device)
        for _ in range(permutations)
    )
    draws = [[sample.permuted(order) for sample in samples] for order in orders]
    return torch.tensor(draws, dtype=torch.float64).mT


def _infer(sample: Sample, null: Tensor, level: float) -> IndexInference:
    value, n, count = float(sample.sums.cosine()), len(sample.k), len(null)
    error = math.sqrt((n - 1) * float(sample.without.var(correction=0)))
    low, high = _interval(value, error, n - 1, level)
    # Permutations that leave the index as it is must count, whatever their rounding.
    reached = int((null >= value - sample.rounding).sum())
    return IndexInference(
        value=value,
        standard_error=error,
        low=low,
        high=high,
        null_mean=float(null.mean()),
        null_std=float(null.std()),
        null_high=float(null.sort().values[math.ceil(level * (count + 1)) - 1]),
        p_value=(1 + reached) / (1 + count),
    )


def _interval(value: float, error: float, freedom: int, level: float) -> tuple[float, float]:
    """Student's interval for atanh(value), taken back: it stays inside (-1, 1)."""
    from scipy.stats import t

    width = float(t.ppf((1 + level) / 2, freedom)) * error
    room = (1 - value) * (1 + value)
    if not room > 1e-12:
        return max(-1.0, value - width), min(1.0, value + width)
    centre = math.atanh(value)
    return math.tanh(centre - width / room), math.tanh(centre + width / room)


def _check(x: Tensor, y: Tensor, permutations: int, level: float) -> None:
    checks.check_features(x, y, least=5)
    if not 0 < level < 1:
        raise ValueError(f"need 0 < level < 1, got level={level}")
    if not permutations * (1 - level) >= level:
        raise ValueError(
            f"need permutations >= level/(1 - level), got {permutations} at level={level}"
        )
