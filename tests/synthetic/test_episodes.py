"""Episodes: splits, the centre rule against loops and scikit-learn, ties, intervals."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from torch import Tensor

from synthetic import (
    Episodes,
    few_shot_episodes,
    gaussian_clusters,
    gaussian_episodes,
    gaussian_sampler,
    ncc_trials,
    sampled_episodes,
    simplex_etf,
    student_sampler,
)
from synthetic._probes import probe_errors
from synthetic.episodes import _Splits


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def naive_errors(shots: Tensor, queries: Tensor) -> Tensor:
    """The rule as it is defined, one query at a time, in exact arithmetic on integers."""
    wrong = torch.zeros(queries.shape[:3], dtype=torch.bool)
    m = shots.shape[2]
    for e, w, q in np.ndindex(*wrong.shape):
        sums = shots[e].sum(dim=1).tolist()  # m times the centres
        x = (m * queries[e, w, q]).tolist()
        distances = [sum((a - b) ** 2 for a, b in zip(x, s, strict=True)) for s in sums]
        wrong[e, w, q] = any(distances[w] >= r for i, r in enumerate(distances) if i != w)
    return wrong


@given(
    e=st.integers(1, 4),
    w=st.integers(2, 4),
    m=st.sampled_from([1, 2, 4]),
    q=st.integers(1, 3),
    d=st.integers(1, 3),
    offset=st.sampled_from([0, 1000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_centre_rule_is_the_naive_one_even_on_ties(
    e: int, w: int, m: int, q: int, d: int, offset: int, seed: int
) -> None:
    # Small integers tie often; a power of two of shots keeps the centres exact.
    rows = torch.randint(-2, 3, (e, w, m + q, d), generator=seeded(seed)) + offset
    shots, queries = rows[:, :, :m], rows[:, :, m:]
    naive = naive_errors(shots, queries)
    for dtype in (torch.float32, torch.float64):
        assert torch.equal(probe_errors("ncc", shots.to(dtype), queries.to(dtype)), naive)


def test_a_rule_that_forgives_ties_is_noticed() -> None:
    shots = torch.tensor([[[[-2.0], [0.0]], [[0.0], [2.0]]]])
    queries = torch.tensor([[[[0.0]], [[0.0]]]])
    assert probe_errors("ncc", shots, queries).all()
    forgiving = NearestCentroid().fit([[-2.0], [0.0], [0.0], [2.0]], [0, 0, 1, 1])
    assert (forgiving.predict([[0.0], [0.0]]) != [0, 1]).sum() == 1


def test_centre_rule_is_that_of_scikit_learn() -> None:
    g = seeded(3)
    shots = torch.randn(30, 5, 3, 4, generator=g, dtype=torch.float64)
    queries = torch.randn(30, 5, 6, 4, generator=g, dtype=torch.float64)
    ours = probe_errors("ncc", shots, queries).reshape(30, 30).numpy()
    assert 0.5 < ours.mean() < 0.95
    for e in range(30):
        rule = NearestCentroid().fit(shots[e].reshape(15, 4).numpy(), np.repeat(np.arange(5), 3))
        predicted = rule.predict(queries[e].reshape(30, 4).numpy())
        assert np.array_equal(ours[e], predicted != np.repeat(np.arange(5), 6))


def test_linear_probe_is_that_of_scikit_learn() -> None:
    g = seeded(4)
    shots = torch.randn(3, 3, 5, 2, generator=g, dtype=torch.float64)
    queries = torch.randn(3, 3, 7, 2, generator=g, dtype=torch.float64)
    ours = probe_errors("linear", shots, queries).reshape(3, 21).numpy()
    for e in range(3):
        rule = LogisticRegression(max_iter=1000)
        rule.fit(shots[e].reshape(15, 2).numpy(), np.repeat(np.arange(3), 5))
        wrong = rule.predict(queries[e].reshape(21, 2).numpy()) != np.repeat(np.arange(3), 7)
        assert np.array_equal(ours[e], wrong)


@given(
    sizes=st.lists(st.integers(3, 8), min_size=2, max_size=5),
    m=st.integers(1, 2),
    everything=st.booleans(),
    data=st.data(),
)
def test_splits_are_disjoint_and_of_the_right_classes(
    sizes: list[int], m: int, everything: bool, data: st.DataObject
) -> None:
    g = seeded(data.draw(st.integers(0, 2**32 - 1)))
    ways = data.draw(st.integers(2, len(sizes)))
    labels = torch.repeat_interleave(3 * torch.arange(len(sizes)) - 5, torch.tensor(sizes))
    labels = labels[torch.randperm(len(labels), generator=g)]
    n_query = None if everything else min(sizes) - m
    index, exists = _Splits.of(labels, m, ways, n_query, g).draw(6, g)
    for episode, present in zip(index, exists, strict=True):
        seen = set()
        for row, here in zip(episode, present, strict=True):
            used = torch.cat([row[:m], row[m:][here]])
            (label,) = set(labels[used].tolist())
            size = int((labels == label).sum())
            assert len(set(used.tolist())) == len(used) == (size if everything else min(sizes))
            seen.add(label)
        assert len(seen) == ways


def test_shots_are_uniform() -> None:
    labels = torch.tensor([0] * 5 + [1] * 4)
    g = seeded()
    index, _ = _Splits.of(labels, 2, None, 1, g).draw(20_000, g)
    counts = torch.bincount(index[:, 0, :2].flatten(), minlength=9)[:5]
    # Each sample of class 0 is a shot with probability 2/5; normal quantile 6.2 at 1e-9.
    assert int((counts - 8000).abs().max()) <= 6.2 * math.sqrt(20_000 * 0.24)


def test_results_count_what_they_say() -> None:
    world = gaussian_clusters(3, (30, 20, 10), 4, spread=1.0, generator=seeded(1))
    runs = [
        few_shot_episodes(world.x, world.labels, m_shot=3, n_episodes=50, generator=seeded(2))
        for _ in range(2)
    ]
    assert torch.equal(runs[0].errors, runs[1].errors)
    assert runs[0].n_trials == 50 * (27 + 17 + 7)
    assert runs[0].error == float(runs[0].errors.mean())
    balanced = few_shot_episodes(
        world.x, world.labels, m_shot=3, n_episodes=50, generator=seeded(2), n_ways=2, n_query=4
    )
    assert balanced.n_trials == 50 * 2 * 4
    assert balanced.error == pytest.approx(balanced.n_errors / balanced.n_trials, rel=1e-12)


def test_separated_classes_are_learned_from_one_shot_by_both_probes() -> None:
    world = gaussian_clusters(4, 6, 3, spread=0.01, means="simplex", generator=seeded())
    for probe in ("ncc", "linear"):
        run = few_shot_episodes(
            world.x,
            world.labels,
            m_shot=1,
            n_episodes=5,
            generator=seeded(),
            probe=probe,
        )
        assert run.error == run.n_errors == 0
        assert run.n_trials == 5 * 4 * 5


def test_episodes_and_independent_trials_agree() -> None:
    means = simplex_etf(4, 3)
    covs = torch.full((4, 3), 0.4, dtype=torch.float64)
    episodes = gaussian_episodes(means, covs, 2, 20_000, 3, generator=seeded(1))
    trials = ncc_trials(means, gaussian_sampler(means, covs), 2, 20_000, generator=seeded(2))
    low, high = episodes.interval(1 - 1e-9)
    assert low <= trials.upper(1e-9)
    assert trials.lower(1e-9) <= high
    heavy = sampled_episodes(
        means, student_sampler(means, covs, df=3.0), 2, 20_000, 3, generator=seeded(3)
    )
    # Scaled to equal variance, the bulk of a heavy-tailed class is narrower.
    assert heavy.interval(1 - 1e-9)[1] < low


@given(errors=st.lists(st.floats(0, 1), min_size=2, max_size=20), confidence=st.floats(0.5, 0.99))
def test_intervals_are_the_textbook_ones(errors: list[float], confidence: float) -> None:
    run = Episodes(errors=torch.tensor(errors, dtype=torch.float64), n_errors=0, n_trials=1)
    mean, e = np.mean(errors), len(errors)
    half = student.ppf((1 + confidence) / 2, e - 1) * np.std(errors, ddof=1) / e**0.5
    expected = (max(0.0, mean - half), min(1.0, mean + half))
    assert run.interval(confidence) == pytest.approx(expected, abs=1e-9)
    low, high = run.interval(confidence, method="hoeffding")
    assert 0 <= low <= run.error + 1e-12
    assert 2 * math.exp(-2 * e * (high - run.error) ** 2) >= 1 - confidence - 1e-9


def test_pieces_cover_all_episodes() -> None:
    # 702 rows of 3 classes in 400 dimensions: two episodes fit the memory at a time.
    means = simplex_etf(3, 400)
    run = gaussian_episodes(means, torch.zeros(3, 400), 700, 7, 2, generator=seeded())
    assert run.errors.tolist() == [0.0] * 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m_shot": 0}, r"need m_shot >= 1, got m_shot=0"),
        ({"n_ways": 4}, r"need 2 <= n_ways <= n_classes, got n_ways=4, n_classes=3"),
        ({"n_ways": 1}, r"need 2 <= n_ways <= n_classes, got n_ways=1"),
        ({"m_shot": 5}, r"need m_shot \+ n_query <= smallest class, got m_shot=5, n_query=None"),
        ({"n_query": 4}, r"need m_shot \+ n_query <= smallest class.*smallest=5"),
        ({"n_query": 0}, r"need n_query >= 1, got n_query=0"),
        ({"n_episodes": 0}, r"need n_episodes >= 1, got n_episodes=0"),
        ({"probe": "tree"}, r"need probe \"ncc\" or \"linear\", got probe='tree'"),
        ({"labels": torch.zeros(3)}, r"need features \(n, d\), labels \(n,\), got features"),
    ],
)
def test_bad_episodes_are_refused(change: dict[str, object], message: str) -> None:
    world = gaussian_clusters(3, 5, 4, spread=1.0, generator=seeded())
    arguments: dict[str, object] = {"m_shot": 2, "n_episodes": 3, "labels": world.labels}
    with pytest.raises(ValueError, match=message):
        few_shot_episodes(world.x, generator=seeded(), **(arguments | change))  # type: ignore[arg-type]  # on purpose


def test_bad_sampled_episodes_and_intervals_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need m_shot, n_query >= 1, got m_shot=1, n_query=0"):
        gaussian_episodes(torch.eye(2), torch.eye(2), 1, 3, 0, generator=seeded())
    run = gaussian_episodes(torch.eye(2), torch.eye(2), 1, 1, 1, generator=seeded())
    with pytest.raises(ValueError, match=r"need at least two episodes, got n_episodes=1"):
        run.interval()
    with pytest.raises(ValueError, match=r"need 0 < confidence < 1, got confidence=1.0"):
        run.interval(1.0)
