"""Independent few-shot trials: fresh shots and one fresh query each, a tie is an error."""

import math
from typing import NamedTuple

import torch
from scipy.special import betaincinv
from torch import Tensor

from synthetic._require import require
from synthetic.samplers import Sample, SampleCentres

BUDGET = 2**21  # elements held at a time: 16 MB in float64


class Trials(NamedTuple):
    """Errors among independent trials of one error probability."""

    n_errors: int
    n_trials: int

    @property
    def error(self) -> float:
        """Share of errors."""
        return self.n_errors / self.n_trials

    def lower(self, failure: float) -> float:
        """Clopper-Pearson lower limit: above the truth with probability at most `failure`."""
        k, n = self
        return float(betaincinv(k, n - k + 1, failure)) if k > 0 else 0.0

    def upper(self, failure: float) -> float:
        """Clopper-Pearson upper limit: below the truth with probability at most `failure`."""
        k, n = self
        return 1.0 - float(betaincinv(n - k, k + 1, failure)) if k < n else 1.0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Exact two-sided interval for the error probability."""
        require(0 < confidence < 1, "0 < confidence < 1", confidence=confidence)
        failure = (1 - confidence) / 2
        return self.lower(failure), self.upper(failure)


def ncc_trials(
    means: Tensor,
    sample: Sample,
    m_shot: float,
    n_trials: int,
    *,
    generator: torch.Generator,
) -> Trials:
    """Errors of the m-shot nearest-class-centre rule in independent trials.

    Each trial draws m fresh shots of every class, a class uniformly and one fresh query of it;
    the query is an error unless its own centre is strictly the nearest.

    Symbols
        means     mu  (c, d), C >= 2; used for C, and as the centres if m_shot is infinite
        sample        the classes' laws; if it has `centres` (see `SampleCentres`), centres are
                      drawn from their own law, at a cost that does not grow with m
        m_shot    m   shots per class: an integer >= 1, or math.inf

    Memory is bounded whatever the arguments.

    >>> from synthetic import gaussian_sampler, simplex_etf
    >>> means = simplex_etf(3, 2)
    >>> sample = gaussian_sampler(means, torch.full((3, 2), 0.25))
    >>> ncc_trials(means, sample, 5, 1000, generator=torch.Generator().manual_seed(0)).error < 0.2
    True
    """
    require(means.ndim == 2 and len(means) >= 2, "means (c, d), c >= 2", shape=tuple(means.shape))
    require(n_trials >= 1, "n_trials >= 1", n_trials=n_trials)
    whole = m_shot == math.inf or (m_shot >= 1 and m_shot == int(m_shot))
    require(whole, "m_shot an integer >= 1, or inf", m_shot=m_shot)
    c, d = means.shape
    direct = m_shot == math.inf or isinstance(sample, SampleCentres)
    # Shots are summed in pieces, so a batch need not be small enough to hold all of many shots.
    per_trial = c * d * (1 if direct else int(min(m_shot, 64)))
    batch = max(1, BUDGET // per_trial)
    n_errors = 0
    for start in range(0, n_trials, batch):
        t = min(batch, n_trials - start)
        centres = _centres(means, sample, m_shot, t, generator)
        own = torch.randint(c, (t,), generator=generator, device=generator.device)
        queries = sample(own, 1, generator)[:, 0]
        n_errors += int(ncc_errors(queries, centres, own.to(centres.device)).sum())
    return Trials(n_errors, n_trials)


def ncc_errors(queries: Tensor, centres: Tensor, own: Tensor) -> Tensor:
    """Which queries (t, d) are not strictly nearest to their own of the centres (t, c, d).

    Distances come from differences, not from norms and products, so that exact ties stay ties.
    NaN is an error: the comparison is written so that it fails.
    """
    distances = (queries[:, None] - centres).square().sum(-1)
    mine = distances.gather(1, own[:, None])[:, 0]
    others = distances.scatter(1, own[:, None], torch.inf).amin(dim=1)
    return ~(mine < others)


def _centres(
    means: Tensor, sample: Sample, m_shot: float, t: int, generator: torch.Generator
) -> Tensor:
    """Centres (t, c, d) of m fresh shots per class and trial."""
    c, d = means.shape
    if m_shot == math.inf:
        return means.expand(t, c, d)
    classes = torch.arange(c, device=means.device).repeat(t)
    m = int(m_shot)
    if isinstance(sample, SampleCentres):
        return sample.centres(classes, m, generator).reshape(t, c, d)
    piece = max(1, BUDGET // (t * c * d))
    total = torch.zeros(t * c, d, dtype=means.dtype, device=means.device)
    for start in range(0, m, piece):
        total += sample(classes, min(piece, m - start), generator).sum(dim=1)
    return (total / m).reshape(t, c, d)
