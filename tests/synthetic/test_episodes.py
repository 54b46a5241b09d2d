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
    _probes,
    few_shot_episodes,
    gaussian_clusters,
    gaussian_episodes,
    gaussian_sampler,
    ncc_trials,
    pairwise_errors,
    sampled_episodes,
    simplex_etf,
    student_sampler,
)
from synthetic._logistic import logistic_scores
from synthetic._probes import probe_errors
from synthetic.episodes import Splits


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


def fitted(shots: Tensor, targets: Tensor, w: int) -> tuple[Tensor, Tensor]:
    """Weights (e, w, d) and intercepts (e, w), read off the scores of 0 and of the axes."""
    d = shots.shape[2]
    ends = torch.cat([torch.zeros(1, d), torch.eye(d)]).double().expand(len(shots), -1, -1)
    scores = logistic_scores(shots, targets, w, ends).mT
    return scores[:, :, 1:] - scores[:, :, :1], scores[:, :, 0]


def objective(x: Tensor, y: Tensor, weights: Tensor, intercepts: Tensor) -> Tensor:
    """scikit-learn's at C = 1, of one episode; for two classes the weights of class 0 are 0."""
    scores = x @ weights.mT + intercepts
    return (
        torch.nn.functional.cross_entropy(scores, y, reduction="sum") + weights.square().sum() / 2
    )


def stationary(x: Tensor, y: Tensor, weights: Tensor, intercepts: Tensor) -> bool:
    """Whether the gradient is that at which Newton's steps end, or rounding."""
    w, b = weights.clone().requires_grad_(), intercepts.clone().requires_grad_()
    (at_w, at_b) = torch.autograd.grad(objective(x, y, w, b), (w, b))
    if len(w) == 2:  # one logit: class 0 has neither weights nor an intercept
        at_w, at_b = at_w[1:], at_b[1:]
    # The weights come as differences of scores, whose rounding the Hessian <= 1 + |x|^2 takes on.
    size = float(1 + x.square().sum()) * float(1 + weights.abs().max() + intercepts.abs().max())
    error = 1e-9 * len(x) + 64 * size * torch.finfo(torch.float64).eps
    return float(torch.cat([at_w.flatten(), at_b]).abs().max()) <= error


@given(
    w=st.integers(2, 4),
    m=st.integers(1, 5),
    d=st.integers(1, 12),
    scale=st.sampled_from([0.1, 1.0, 30.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_probes_minimise_the_objective(w: int, m: int, d: int, scale: float, seed: int) -> None:
    shots = scale * torch.randn(3, w * m, d, generator=seeded(seed), dtype=torch.float64)
    targets = torch.arange(w).repeat_interleave(m)
    for x, weights, intercepts in zip(shots, *fitted(shots, targets, w), strict=True):
        assert stationary(x, targets, weights, intercepts)


def test_a_probe_beside_the_minimum_is_noticed() -> None:
    shots = torch.randn(1, 10, 4, generator=seeded(9), dtype=torch.float64)
    targets = torch.arange(2).repeat_interleave(5)
    weights, intercepts = (each[0] for each in fitted(shots, targets, 2))
    assert stationary(shots[0], targets, weights, intercepts)
    assert not stationary(shots[0], targets, 1.001 * weights, intercepts)
    assert not stationary(shots[0], targets, weights, intercepts + torch.tensor([0.0, 1e-3]))


@pytest.mark.parametrize("w", [2, 5])
@pytest.mark.parametrize("d", [3, 40])
def test_probes_have_the_weights_of_scikit_learn(w: int, d: int) -> None:
    shots = torch.randn(4, 5 * w, d, generator=seeded(5), dtype=torch.float64)
    targets = torch.arange(w).repeat_interleave(5)
    weights, intercepts = fitted(shots, targets, w)
    for e in range(4):
        rule = LogisticRegression(max_iter=10_000, tol=1e-8).fit(shots[e].numpy(), targets.numpy())
        if w == 2:
            ours, at = weights[e, 1:], intercepts[e, 1:]
        else:
            ours, at = weights[e], intercepts[e] - intercepts[e].mean()
        # The stated goal: the same solution to 1e-4.
        np.testing.assert_allclose(ours.numpy(), rule.coef_, rtol=0, atol=1e-4)
        np.testing.assert_allclose(at.numpy(), rule.intercept_, rtol=0, atol=1e-4)


def test_probes_of_many_weights_are_fitted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shots = torch.randn(3, 3, 4, 6, generator=seeded(6), dtype=torch.float64)
    queries = torch.randn(3, 3, 9, 6, generator=seeded(7), dtype=torch.float64)
    together = probe_errors("linear", shots, queries)
    monkeypatch.setattr(_probes, "LARGEST", 1)
    assert torch.equal(together, probe_errors("linear", shots, queries))


@given(
    c=st.integers(2, 5),
    m=st.sampled_from([1, 2]),
    q=st.integers(1, 3),
    d=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_all_pairs_are_the_two_way_rule_pair_by_pair(
    c: int, m: int, q: int, d: int, seed: int
) -> None:
    # Small integers tie often.
    x = torch.randint(-2, 3, (c * (m + q), d), generator=seeded(seed))
    y = torch.arange(c).repeat_interleave(m + q)
    index, _ = Splits.of(y, m, None, q, g := seeded(seed)).draw(3, g)
    rows = x[index]
    for dtype in (torch.float32, torch.float64):
        found = pairwise_errors(
            x.to(dtype), y, m_shot=m, n_query=q, n_episodes=3, generator=seeded(seed)
        )
        assert found.diagonal().isnan().all()
        for a in range(c):
            for b in set(range(c)) - {a}:
                pair = rows[:, [a, b]]
                wrong = naive_errors(pair[:, :, :m], pair[:, :, m:])[:, 0]
                assert (
                    abs(found[a, b] - wrong.double().mean()) <= 8 * torch.finfo(torch.float64).eps
                )


def test_all_pairs_take_in_every_query_of_unequal_classes() -> None:
    x = torch.tensor([[0.0], [9.0], [1.0], [1.0], [1.0], [0.9]], dtype=torch.float64)
    y = torch.tensor([0, 0, 1, 1, 1, 1])
    found = pairwise_errors(x, y, m_shot=1, n_episodes=64, generator=seeded())
    # Shot and query of class 0 are 0 and 9, in either order: class 1, near 1, is nearer.
    assert found[0, 1] == 1.0
    # Shots and queries of class 1 are 0.9 or 1, at most 0.1 apart: neither 0 nor 9 is nearer.
    assert found[1, 0] == 0.0


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
    index, exists = Splits.of(labels, m, ways, n_query, g).draw(6, g)
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
    index, _ = Splits.of(labels, 2, None, 1, g).draw(20_000, g)
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
