"""Few-shot episodes: draw shots, fit a probe, count its errors on queries."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from scipy.special import stdtrit
from torch import Tensor

from synthetic._probes import Probe, probe_errors
from synthetic._require import require
from synthetic.samplers import Sample, gaussian_sampler
from synthetic.trials import BUDGET


@dataclass(frozen=True, kw_only=True)
class Episodes:
    """Errors by episode. Queries of an episode share its shots, so only episodes are independent.

    For independent single queries, and so an exact binomial interval, use `ncc_trials`.
    """

    errors: Tensor  # (e,), float64: mean over the episode's classes of the class's error rate
    n_errors: int
    n_trials: int  # queries in all

    @property
    def error(self) -> float:
        """Mean over episodes: the error on a query of a uniformly chosen class."""
        return float(self.errors.mean())

    def interval(
        self, confidence: float = 0.95, *, method: Literal["t", "hoeffding"] = "t"
    ) -> tuple[float, float]:
        """Interval for the expected error, from the episodes as independent values in [0, 1].

        "t" is Student's, approximate, and a point when all episodes agree; "hoeffding" always
        covers, with half-width sqrt(log(2 / (1 - confidence)) / (2 e)).
        """
        require(0 < confidence < 1, "0 < confidence < 1", confidence=confidence)
        require(method in ("t", "hoeffding"), 'method "t" or "hoeffding"', method=repr(method))
        e = len(self.errors)
        if method == "hoeffding":
            width = math.sqrt(math.log(2 / (1 - confidence)) / (2 * e))
        else:
            require(e >= 2, "at least two episodes", n_episodes=e)
            quantile = float(stdtrit(e - 1, (1 + confidence) / 2))
            width = quantile * float(self.errors.std()) / math.sqrt(e)
        return max(0.0, self.error - width), min(1.0, self.error + width)


def few_shot_episodes(
    features: Tensor,
    labels: Tensor,
    *,
    m_shot: int,
    n_episodes: int,
    generator: torch.Generator,
    n_ways: int | None = None,
    n_query: int | None = None,
    probe: Probe = "ncc",
) -> Episodes:
    """Episodes from labelled features (n, d): shots without replacement, queries from the rest.

    Symbols
        m_shot   m   shots per class
        n_ways   C'  classes per episode, a fresh uniform choice each time; None: all of them
        n_query      queries per class; None: all samples of the class that are not shots
        probe        "ncc", the nearest class centre, where a tie is an error; or "linear",
                     logistic regression with intercept: scikit-learn's objective, all
                     episodes solved at once by Newton's method

    >>> features = torch.tensor([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> labels = torch.tensor([0, 0, 0, 1, 1, 1])
    >>> g = torch.Generator().manual_seed(0)
    >>> few_shot_episodes(features, labels, m_shot=2, n_episodes=9, generator=g).n_trials
    18
    """
    shape = tuple(features.shape)
    fits = features.ndim == 2 and labels.shape == features.shape[:1]
    require(fits, "features (n, d), labels (n,)", features=shape, labels=tuple(labels.shape))
    splits = Splits.of(labels, m_shot, n_ways, n_query, generator)
    per_class = splits.m_shot + splits.n_query
    per_episode = splits.n_ways * (per_class * (shape[1] + splits.n_ways) + splits.members.shape[1])
    tally = _Tally()
    for e in pieces(n_episodes, per_episode):
        index, valid = splits.draw(e, generator)
        rows = features[index.to(features.device)]
        shots, queries = rows[:, :, :m_shot], rows[:, :, m_shot:]
        tally.add(probe_errors(probe, shots, queries), valid.to(features.device))
    return tally.episodes()


def sampled_episodes(
    means: Tensor,
    sample: Sample,
    m_shot: int,
    n_episodes: int,
    n_query: int,
    *,
    generator: torch.Generator,
    probe: Probe = "ncc",
) -> Episodes:
    """Episodes over all classes with fresh shots and `n_query` fresh queries per class.

    `means` (c, d) gives the number of classes and dimensions, `sample` the classes' laws.
    """
    require(means.ndim == 2 and len(means) >= 2, "means (c, d), c >= 2", shape=tuple(means.shape))
    require(m_shot >= 1 and n_query >= 1, "m_shot, n_query >= 1", m_shot=m_shot, n_query=n_query)
    c, d = means.shape
    tally = _Tally()
    for e in pieces(n_episodes, c * (m_shot + n_query) * (d + c)):
        classes = torch.arange(c, device=means.device).repeat(e)
        rows = sample(classes, m_shot + n_query, generator).reshape(e, c, m_shot + n_query, d)
        wrong = probe_errors(probe, rows[:, :, :m_shot], rows[:, :, m_shot:])
        tally.add(wrong, torch.ones_like(wrong))
    return tally.episodes()


def gaussian_episodes(
    means: Tensor,
    covs: Tensor,
    m_shot: int,
    n_episodes: int,
    n_query: int,
    *,
    generator: torch.Generator,
    probe: Probe = "ncc",
) -> Episodes:
    """`sampled_episodes` of the normal classes of `gaussian_sampler(means, covs)`.

    >>> g = torch.Generator().manual_seed(0)
    >>> gaussian_episodes(torch.eye(3), torch.zeros(3, 3), 1, 4, 2, generator=g).error
    0.0
    """
    sample = gaussian_sampler(means, covs)
    return sampled_episodes(
        means, sample, m_shot, n_episodes, n_query, generator=generator, probe=probe
    )


@dataclass(frozen=True, kw_only=True)
class Splits:
    """How labelled samples are split into shots and queries."""

    members: Tensor  # (c, largest class), sample indices, padded
    counts: Tensor  # (c,)
    m_shot: int
    n_ways: int
    n_query: int  # of the largest class, if all the rest is queried

    @classmethod
    def of(
        cls,
        labels: Tensor,
        m_shot: int,
        n_ways: int | None,
        n_query: int | None,
        generator: torch.Generator,
    ) -> "Splits":
        """Check the sizes, and list every class's samples."""
        classes = sorted(set(labels.tolist()))
        c = len(classes)
        ways = c if n_ways is None else n_ways
        require(2 <= ways <= c, "2 <= n_ways <= n_classes", n_ways=ways, n_classes=c)
        require(m_shot >= 1, "m_shot >= 1", m_shot=m_shot)
        require(n_query is None or n_query >= 1, "n_query >= 1", n_query=n_query)
        lists = [(labels == label).nonzero()[:, 0].to(generator.device) for label in classes]
        smallest, largest = min(map(len, lists)), max(map(len, lists))
        require(
            m_shot + (n_query or 1) <= smallest,
            "m_shot + n_query <= smallest class",
            m_shot=m_shot,
            n_query=n_query,
            smallest=smallest,
        )
        return cls(
            members=torch.nn.utils.rnn.pad_sequence(lists, batch_first=True),
            counts=torch.tensor([len(each) for each in lists], device=generator.device),
            m_shot=m_shot,
            n_ways=ways,
            n_query=largest - m_shot if n_query is None else n_query,
        )

    def draw(self, e: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Sample indices (e, w, m + q), shots first, and which queries exist (e, w, q)."""
        c, largest = self.members.shape
        device = generator.device
        ways = torch.arange(c, device=device).expand(e, c)
        if self.n_ways < c:
            keys = torch.rand(e, c, generator=generator, device=device, dtype=torch.float64)
            ways = keys.argsort(dim=1)[:, : self.n_ways]
        shape = (e, self.n_ways, largest)
        keys = torch.rand(shape, generator=generator, device=device, dtype=torch.float64)
        sizes = self.counts[ways][..., None]
        place = torch.arange(largest, device=device)
        keys = keys.masked_fill(place >= sizes, 2.0)  # padding comes last
        order = keys.argsort(dim=2)[:, :, : self.m_shot + self.n_query]
        exists = place[self.m_shot : self.m_shot + self.n_query] < sizes
        return self.members[ways].gather(2, order), exists


class _Tally:
    """Errors added up piece by piece."""

    def __init__(self) -> None:
        self.errors: list[Tensor] = []
        self.n_errors = self.n_trials = 0

    def add(self, wrong: Tensor, valid: Tensor) -> None:
        """Take in errors (e, w, q) of the valid queries."""
        hits, trials = (wrong & valid).sum(-1), valid.sum(-1)
        self.errors.append((hits.double() / trials).mean(dim=1).cpu())
        self.n_errors += int(hits.sum())
        self.n_trials += int(trials.sum())

    def episodes(self) -> Episodes:
        """The result."""
        return Episodes(
            errors=torch.cat(self.errors), n_errors=self.n_errors, n_trials=self.n_trials
        )


def pieces(n_episodes: int, per_episode: int) -> list[int]:
    """Numbers of episodes that fit the memory at a time."""
    require(n_episodes >= 1, "n_episodes >= 1", n_episodes=n_episodes)
    piece = max(1, BUDGET // per_episode)
    return [min(piece, n_episodes - start) for start in range(0, n_episodes, piece)]
