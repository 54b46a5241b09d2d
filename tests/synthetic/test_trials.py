"""Few-shot trials: exact laws, published columns, ties, the interval."""

import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from torch import Tensor

from synthetic import (
    Sample,
    Trials,
    gaussian_sampler,
    ncc_trials,
    orthoplex,
    simplex_etf,
    student_sampler,
    two_point_sampler,
)
from synthetic.trials import ncc_errors

Z = 6.2  # normal quantile at 1e-9, two sides, with a margin


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@dataclass(frozen=True)
class ShotsOnly:
    """A sampler without the law of its centres."""

    sample: Sample

    def __call__(self, class_index: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Draw as the wrapped sampler does."""
        return self.sample(class_index, count, generator)


# Reference runs of this project: mu_c = e_c, standard deviation `par` on the
# first C coordinates and `orth` on the others. Its errors have four decimals, so at least 10^4
# trials are taken to stand behind them.
TABLE = [
    (2, 10, 0.2, 0.2, 1, 0.0080),
    (2, 10, 0.2, 0.2, 10, 0.0004),
    (2, 10, 0.2, 0.2, 100, 0.0002),
    (2, 50, 0.15, 0.25, 1, 0.105),
    (2, 50, 0.15, 0.25, 10, 0.0005),
    (2, 50, 0.15, 0.25, 100, 0.0),
    (5, 60, 0.12, 0.2, 1, 0.109),
    (5, 60, 0.12, 0.2, 10, 0.0),
    (5, 60, 0.12, 0.2, 100, 0.0),
]


@pytest.mark.parametrize(("c", "d", "par", "orth", "m", "published"), TABLE)
def test_errors_agree_with_the_table(
    c: int, d: int, par: float, orth: float, m: int, published: float
) -> None:
    means = orthoplex(c, d)
    variances = torch.where(torch.arange(d) < c, par**2, orth**2).double().expand(c, d)
    trials = ncc_trials(means, gaussian_sampler(means, variances), m, 20_000, generator=seeded(m))
    theirs = Trials(round(published * 10_000), 10_000)
    assert trials.lower(1e-9) <= theirs.upper(1e-9)
    assert theirs.lower(1e-9) <= trials.upper(1e-9)


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_gaussian_error_at_infinitely_many_shots(covariance: str) -> None:
    # Error of one ordered pair: Phi(-D / (2 sqrt(u' Sigma u))), the exact normal tail.
    means = torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.5, 2.0]], dtype=torch.float64)
    if covariance == "diagonal":
        covs = torch.tensor([[0.5, 0.1, 3.0], [0.2, 0.9, 0.0]], dtype=torch.float64)
        full = torch.diag_embed(covs)
    else:
        root = torch.randn(2, 3, 2, generator=seeded(1), dtype=torch.float64)
        covs = full = root @ root.mT  # singular: rank 2
    gap = means[0] - means[1]
    exact = float(
        sum(norm.cdf(-float(gap @ gap) / (2 * float(gap @ cov @ gap) ** 0.5)) for cov in full) / 2
    )
    trials = ncc_trials(means, gaussian_sampler(means, covs), math.inf, 40_000, generator=seeded())
    assert trials.lower(1e-9) <= exact <= trials.upper(1e-9)
    assert not trials.lower(1e-9) <= exact + 0.05 <= trials.upper(1e-9)  # the test has power


def test_centres_drawn_directly_have_the_law_of_means_of_shots() -> None:
    means = simplex_etf(3, 2)
    covs = torch.tensor([[[0.5, 0.3], [0.3, 0.4]]] * 3, dtype=torch.float64)
    two = torch.tensor([[1.0, 0.0], [-1.0, 0.5]], dtype=torch.float64)
    for at, sample in ((means, gaussian_sampler(means, covs)), (two, two_point_sampler(two, 0.3))):
        classes = torch.zeros(40_000, dtype=torch.int64)
        direct = sample.centres(classes, 3, seeded(1))
        shots = sample(classes, 3, seeded(2)).mean(dim=1)
        for moment in (1, 2):
            a, b = direct**moment, shots**moment
            width = Z * ((a.var(dim=0) + b.var(dim=0)) / 40_000).sqrt()
            assert bool(((a.mean(0) - b.mean(0)).abs() <= width).all())
        for m in (1, 7):
            one = ncc_trials(at, sample, m, 10_000, generator=seeded(3))
            other = ncc_trials(at, ShotsOnly(sample), m, 10_000, generator=seeded(4))
            assert one.lower(1e-9) <= other.upper(1e-9)
            assert other.lower(1e-9) <= one.upper(1e-9)


@pytest.mark.parametrize("q", [0.0, 0.1, 0.5, 0.75])
@pytest.mark.parametrize("shift", [0.0, 1e-9])
def test_two_point_law_errs_with_probability_q(q: float, shift: float) -> None:
    means = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], dtype=torch.float64)
    sample = two_point_sampler(means, q, shift=shift)
    trials = ncc_trials(means, sample, math.inf, 20_000, generator=seeded())
    assert trials.lower(1e-9) <= q <= trials.upper(1e-9)
    draws = sample(torch.zeros(100_000, dtype=torch.int64), 1, seeded(1))[:, 0, 0] - 1.0
    variance = (2 * (0.5 + shift)) ** 2 * q / (1 - q)
    assert abs(float(draws.mean())) <= Z * math.sqrt(variance / 1e5) + 1e-12
    # V~ = q / (4 (1 - q)) with D = 2; the atoms are at most 2 D apart here.
    assert abs(float(draws.square().mean()) - variance) <= Z * 16 / math.sqrt(1e5) * (q > 0)


def test_student_sampler_has_the_stated_covariance() -> None:
    means = torch.zeros(2, 2, dtype=torch.float64)
    covs = torch.tensor([[[2.0, 0.5], [0.5, 1.0]], [[1.0, 0.0], [0.0, 3.0]]], dtype=torch.float64)
    sample = student_sampler(means, covs, df=12.0)
    for c in range(2):
        x = sample(torch.full((200,), c), 500, seeded(c)).reshape(-1, 2)
        products = x[:, :, None] * x[:, None]
        width = Z * (products.var(dim=0) / len(x)).sqrt()
        assert bool(((products.mean(0) - covs[c]).abs() <= width).all())
        assert float(x.square().sum(1).max()) > 30 * float(covs[c].trace())  # no normal has this


def test_a_tie_is_an_error_and_so_is_nan() -> None:
    centres = torch.tensor([[[1.0], [-1.0]]] * 4)
    queries = torch.tensor([[0.0], [1e-6], [-1e-6], [math.nan]])
    errors = ncc_errors(queries, centres, torch.zeros(4, dtype=torch.int64))
    assert errors.tolist() == [True, False, True, True]
    collapsed = gaussian_sampler(torch.zeros(3, 2), torch.zeros(3, 2))
    assert ncc_trials(torch.zeros(3, 2), collapsed, 4, 10, generator=seeded()) == (10, 10)


@given(n=st.integers(1, 500), data=st.data(), confidence=st.floats(0.5, 0.999))
def test_interval_is_clopper_pearson(n: int, data: st.DataObject, confidence: float) -> None:
    k = data.draw(st.integers(0, n))
    low, high = Trials(k, n).interval(confidence)
    tail = (1 - confidence) / 2
    assert 0 <= low <= k / n <= high <= 1
    # The defining equations, to the accuracy of the inverse incomplete beta function.
    assert k == 0 or binom.sf(k - 1, n, low) == pytest.approx(tail, rel=1e-8)
    assert k == n or binom.cdf(k, n, high) == pytest.approx(tail, rel=1e-8)


def test_trials_are_reproducible() -> None:
    means = simplex_etf(4, 3)
    sample = ShotsOnly(student_sampler(means, torch.full((4, 3), 0.3), df=3.0))
    runs = [ncc_trials(means, sample, 100, 3000, generator=seeded(5)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert 0 < runs[0].n_errors < runs[0].n_trials


def test_bad_trials_are_refused() -> None:
    means = torch.eye(2)
    sample = gaussian_sampler(means, torch.ones(2, 2))
    with pytest.raises(ValueError, match=r"need m_shot an integer >= 1, or inf, got m_shot=0"):
        ncc_trials(means, sample, 0, 5, generator=seeded())
    with pytest.raises(ValueError, match=r"need m_shot an integer >= 1, or inf, got m_shot=1.5"):
        ncc_trials(means, sample, 1.5, 5, generator=seeded())
    with pytest.raises(ValueError, match=r"need n_trials >= 1, got n_trials=0"):
        ncc_trials(means, sample, 1, 0, generator=seeded())
    with pytest.raises(ValueError, match=r"need means \(c, d\), c >= 2, got shape=\(1, 2\)"):
        ncc_trials(means[:1], sample, 1, 5, generator=seeded())
    with pytest.raises(ValueError, match=r"need 0 <= q < 1, got q=1"):
        two_point_sampler(means, 1.0)
    with pytest.raises(ValueError, match=r"need symmetric covs, got asymmetry=1.0"):
        gaussian_sampler(means, torch.tensor([[[1.0, 1.0], [0.0, 1.0]]] * 2))
    with pytest.raises(ValueError, match=r"need semi-definite covs, got eigenvalue=-1.0"):
        gaussian_sampler(means, torch.tensor([[[0.0, 1.0], [1.0, 0.0]]] * 2))
    with pytest.raises(ValueError, match=r"need df > 2, got df=2.0"):
        student_sampler(means, torch.ones(2, 2), df=2.0)
