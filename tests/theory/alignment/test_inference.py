"""Intervals and permutation p-values of CKA and RSA: exact pieces, and how often they are right.

Normal items x ~ N(0, I_d), y = rho x + sqrt(1 - rho^2) e. Population CKA is
||Cov(x, y)||^2/(||Cov x|| ||Cov y||) = rho^2. By rotation symmetry E[v | u] = lambda u for the
directions u, v of x, y, so population RSA is lambda^2, lambda = E<u, v>.
"""

import math
from itertools import permutations

import pytest
import torch
from scipy.special import gammaln, hyp2f1
from scipy.stats import binom
from torch import Tensor

from tests.theory.alignment.naive import pair
from theory.alignment import IndexInference, cka, compare, rsa
from theory.alignment._jackknife import of_cka, of_rsa


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(n: int, d: int, rho: float, g: torch.Generator) -> tuple[Tensor, Tensor]:
    x, e = torch.randn(2, n, d, generator=g, dtype=torch.float64)
    return x, rho * x + math.sqrt(1 - rho**2) * e


def population(d: int, rho: float) -> dict[str, float]:
    """CKA and RSA of infinitely many normal items."""
    ratio = math.exp(2 * gammaln((d + 1) / 2) - gammaln(d / 2) - gammaln(d / 2 + 1))
    mean_cosine = rho * ratio * hyp2f1(0.5, 0.5, d / 2 + 1, rho**2)
    return {"cka": rho**2, "rsa": mean_cosine**2}


def test_the_population_values_are_those_of_many_items() -> None:
    x, y = normal(100_000, 3, 0.6, generator())
    found = population(3, 0.6)
    u, v = (torch.nn.functional.normalize(w, dim=1) for w in (x, y))
    mean = (u * v).sum(dim=1).mean().item()
    width = math.sqrt(2 * math.log(2 / 1e-9) / len(x))  # Hoeffding for values in [-1, 1]
    assert abs(mean - math.sqrt(found["rsa"])) <= width
    assert cka(x, y).item() == pytest.approx(found["cka"], abs=2 * width)
    assert rsa(x, y).item() == pytest.approx(found["rsa"], abs=2 * width)


@pytest.mark.parametrize(("n", "d", "e"), [(6, 3, 2), (30, 60, 5), (5, 2, 3), (40, 40, 40)])
def test_the_index_without_each_item_is_the_index_of_the_others(n: int, d: int, e: int) -> None:
    x, y = pair(n, d, e, seed=n, offset=1)
    for of, index in ((of_cka, cka), (of_rsa, rsa)):
        sample = of(x, y)
        for i in range(n):
            rest = torch.arange(n) != i
            error = abs(sample.without[i].item() - index(x[rest], y[rest]).item())
            assert error <= 16 * sample.rounding  # n - 1 items of a set as well conditioned


@pytest.mark.parametrize(("n", "d"), [(20, 4), (10, 25)])
def test_a_permuted_index_is_the_index_of_permuted_rows(n: int, d: int) -> None:
    x, y = pair(n, d, 3, seed=n)
    order = torch.randperm(n, generator=generator())
    for of, index in ((of_cka, cka), (of_rsa, rsa)):
        sample = of(x, y)
        assert abs(sample.permuted(order) - index(x, y[order]).item()) <= sample.rounding


def test_the_summary_is_its_definition() -> None:
    x, y = normal(30, 3, 0.5, generator(1))
    found = compare(x, y, generator=generator(2), permutations=99, level=0.9)
    orders = [torch.randperm(30, generator=g) for g in [generator(2)] for _ in range(99)]
    for ours, index in ((found.cka, cka), (found.rsa, rsa)):
        null = sorted(index(x, y[order]).item() for order in orders)
        kept = [torch.arange(30) != i for i in range(30)]
        without = torch.stack([index(x[rest], y[rest]) for rest in kept])
        spread = math.sqrt(29 / 30 * (without - without.mean()).square().sum().item())
        value = index(x, y).item()
        width = 1.6991270265334972 * spread / (1 - value**2)  # Student's t, 29 degrees, 0.95
        expected = {
            "value": value,
            "standard_error": spread,
            "low": math.tanh(math.atanh(value) - width),
            "high": math.tanh(math.atanh(value) + width),
            "null_mean": sum(null) / 99,
            "null_std": torch.tensor(null, dtype=torch.float64).std().item(),
            "null_high": null[89],
            "p_value": (1 + sum(v >= value for v in null)) / 100,
        }
        for name, theirs in expected.items():
            assert getattr(ours, name) == pytest.approx(theirs, rel=1e-9, abs=1e-12), name


def test_an_index_of_one_is_sure() -> None:
    x, _ = pair(40, 3, 3, seed=1)
    found = compare(x, 3 * x.flip(1), generator=generator(), permutations=19)
    for index in (found.cka, found.rsa):
        assert abs(index.value - 1) < 1e-12
        assert 1 - 1e-6 < index.low <= index.high <= 1
        assert index.p_value == 1 / 20


def test_a_permutation_that_changes_nothing_counts() -> None:
    """Two clouds of equal items: many orders leave the index as it is, up to rounding."""
    x = torch.tensor([[1.0, 0.1], [1.0, 0.1], [0.2, 1.0], [0.2, 1.0], [-0.7, 1.0]])
    found = compare(x, x, generator=generator(), permutations=999)
    same = sum(bool((x[list(p)] == x).all()) for p in permutations(range(5))) / 120
    assert found.cka.p_value >= 0.5 * same
    low, high = binom.ppf([1e-9, 1 - 1e-9], 999, same)
    assert low <= 1000 * found.cka.p_value - 1 <= high


def test_results_are_a_function_of_the_seed() -> None:
    x, y = normal(20, 3, 0.5, generator(1))
    first, second = (compare(x, y, generator=generator(3), permutations=19) for _ in range(2))
    assert first == second
    x.requires_grad_()
    assert compare(x, y, generator=generator(3), permutations=19) == first


def test_outside_the_domain() -> None:
    x, y = normal(20, 3, 0.5, generator(1))
    alone = torch.zeros(20, 3).index_fill(0, torch.tensor([4]), 1.0) + torch.tensor([1.0, 0, 0])
    for a, b, options, message in (
        (x[:4], y[:4], {}, "need n >= 5 items, got n=4"),
        (x, y, {"level": 1.0}, "need 0 < level < 1, got level=1.0"),
        (x, y, {"permutations": 18}, r"need permutations >= level/\(1 - level\), got 18"),
        (x, y[1:], {}, "need x and y of the same n items"),
        (alone, y, {}, "HSIC_1|vary without any one item"),
    ):
        with pytest.raises(ValueError, match=message):
            compare(a, b, generator=generator(), **options)


def covered(n: int, d: int, rho: float, runs: int, shrink: float = 1.0) -> dict[str, int]:
    """How many of `runs` 95% intervals hold the population's index."""
    g, truth = generator(n), population(d, rho)
    counts = dict.fromkeys(truth, 0)
    for _ in range(runs):
        found = compare(*normal(n, d, rho, g), generator=g, permutations=19)
        for name, value in truth.items():
            index: IndexInference = getattr(found, name)
            middle = (index.low + index.high) / 2
            counts[name] += abs(value - middle) <= shrink * (index.high - index.low) / 2
    return counts


def enough(count: int, runs: int, level: float) -> bool:
    """Is the count one that coverage `level` would give with probability above 1e-9?"""
    return bool(binom.cdf(count, runs, level) > 1e-9)


def test_intervals_cover_the_population() -> None:
    counts = covered(n=60, d=3, rho=0.7, runs=150)
    # The coverage is asymptotic: 0.93 is claimed at n = 60.
    assert all(enough(count, 150, 0.93) for count in counts.values())


def test_intervals_that_are_too_short_are_caught() -> None:
    counts = covered(n=60, d=3, rho=0.7, runs=150, shrink=0.4)
    assert not any(enough(count, 150, 0.93) for count in counts.values())


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 400])
@pytest.mark.parametrize("d", [3, 10])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7, 0.95])
def test_intervals_cover_the_population_in_full(n: int, d: int, rho: float) -> None:
    counts = covered(n=n, d=d, rho=rho, runs=2000)
    assert all(enough(count, 2000, 0.94) for count in counts.values())


@pytest.mark.parametrize("runs", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_p_values_of_independent_items_are_not_small_too_often(runs: int) -> None:
    g, alpha = generator(5), 0.2
    small = {"cka": 0, "rsa": 0}
    for _ in range(runs):
        x, y = torch.randn(2, 12, 3, generator=g, dtype=torch.float64)
        found = compare(x.exp(), y, generator=g, permutations=19)
        for name in small:
            small[name] += getattr(found, name).p_value <= alpha
    assert all(binom.sf(count - 1, runs, alpha) > 1e-9 for count in small.values())


def test_p_values_of_related_items_are_small() -> None:
    x, y = normal(60, 3, 0.7, generator(8))
    found = compare(x, y, generator=generator(), permutations=199)
    assert found.cka.p_value == found.rsa.p_value == 1 / 200
    assert found.cka.null_high < found.cka.low
    assert abs(found.cka.null_mean) < 5 * found.cka.null_std
