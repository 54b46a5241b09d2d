"""Batches and training: composition, reproducibility, twins, divergence."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from synthetic import (
    Clusters,
    Encoder,
    Labelled,
    Sampling,
    additive_noise,
    distinct_batches,
    epoch_batches,
    gaussian_clusters,
    iid_batches,
    mlp,
    steps_per_epoch,
    stratified_batches,
    train,
    train_coupled,
)
from synthetic.batches import batches as make_batches


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def world() -> Clusters:
    return gaussian_clusters(3, 40, 6, spread=0.3, generator=seeded(1))


def encoder() -> Encoder:
    return mlp((6, 16, 4), generator=seeded(2))


def alignment(z: Tensor, labels: Tensor) -> Tensor:
    """A simple loss: views of a sample together, samples apart."""
    rows = z.flatten(0, 1)
    return (z[:, 0] - z[:, 1]).square().sum(-1).mean() + (rows @ rows.mT).square().mean()


def by_label(z: Tensor, labels: Tensor) -> Tensor:
    """A supervised loss: each class near its own axis."""
    return -z.mean(1).gather(1, labels[:, None]).mean()


def same(a: nn.Module, b: nn.Module) -> bool:
    mine, theirs = a.state_dict(), b.state_dict()
    return all(torch.equal(mine[key], theirs[key]) for key in mine)


@given(
    sizes=st.lists(st.integers(2, 12), min_size=1, max_size=4),
    each=st.integers(1, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_stratified_batches_have_equal_counts(sizes: list[int], each: int, seed: int) -> None:
    c = len(sizes)
    labels = torch.repeat_interleave(10 * torch.arange(c) - 7, torch.tensor(sizes))
    labels = labels[torch.randperm(len(labels), generator=seeded(seed))]
    per_epoch = steps_per_epoch(labels, c * each, sampling="stratified")
    batches = list(
        islice(stratified_batches(labels, c * each, generator=seeded(seed)), 2 * per_epoch)
    )
    for batch in batches:
        assert len(set(batch.tolist())) == c * each
        assert Counter(labels[batch].tolist()) == dict.fromkeys(set(labels.tolist()), each)
    largest = Counter(labels.tolist()).most_common(1)[0][0]
    for epoch in (batches[:per_epoch], batches[per_epoch:]):
        seen = [i for batch in epoch for i in batch.tolist() if labels[i] == largest]
        assert len(set(seen)) == len(seen) == max(sizes) // each * each


def test_iid_batches_are_uniform_and_independent() -> None:
    draws = torch.cat(list(islice(iid_batches(10, 100, generator=seeded()), 1000)))
    counts = torch.bincount(draws, minlength=10)
    # Binomial(1e5, 1/10): standard deviation 94.9, normal quantile 6.2 at 1e-9.
    assert int((counts - 10_000).abs().max()) <= 6.2 * 94.9
    repeats = int((draws[1:] == draws[:-1]).sum())
    assert abs(repeats - 10_000) <= 6.2 * 94.9


def test_distinct_batches_are_uniform_subsets_and_independent() -> None:
    """Of the six pairs of four samples, each as often as the others, whatever came before."""
    batches = islice(distinct_batches(4, 2, generator=seeded()), 12_001)
    pairs = [frozenset(batch.tolist()) for batch in batches]
    assert {len(pair) for pair in pairs} == {2}
    # Binomial(12000, 1/6): standard deviation 40.8, normal quantile 6.2 at 1e-9.
    assert all(abs(n - 2000) <= 6.2 * 40.8 for n in Counter(pairs[1:]).values())
    repeats = sum(a == b for a, b in pairwise(pairs))
    assert abs(repeats - 2000) <= 6.2 * 40.8


@given(n=st.integers(1, 12), size=st.integers(1, 12), seed=st.integers(0, 2**32 - 1))
def test_epochs_visit_all_samples_equally(n: int, size: int, seed: int) -> None:
    size = min(n, size)
    labels = torch.zeros(n, dtype=torch.int64)
    per_epoch = steps_per_epoch(labels, size, sampling="epochs")
    batches = epoch_batches(n, size, generator=seeded(seed))
    for _ in range(3):
        visits = Counter(i for batch in islice(batches, per_epoch) for i in batch.tolist())
        assert set(visits.values()) == {1}
        assert len(visits) == n // size * size


@given(
    sampling=st.sampled_from(("stratified", "iid", "distinct", "epochs")),
    before=st.integers(0, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_batches_go_on_where_they_were_left(sampling: Sampling, before: int, seed: int) -> None:
    labels = torch.tensor([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    one = seeded(seed)
    first = make_batches(sampling, labels, 3, generator=one)
    for _ in range(before):
        next(first)
    state, place = first.state(), one.get_state()
    expected = [next(first) for _ in range(9)]
    other = seeded(seed + 1)
    second = make_batches(sampling, labels, 3, generator=other)
    second.restore(state)
    other.set_state(place)
    assert all(torch.equal(next(second), batch) for batch in expected)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("sampling", ["stratified", "iid", "distinct", "epochs"])
def test_training_descends_and_is_reproducible(optimizer: str, sampling: Sampling) -> None:
    def run() -> tuple[Encoder, Tensor]:
        f = encoder()
        history = train(
            f,
            world(),
            alignment,
            generator=seeded(3),
            augment=additive_noise(0.1),
            batch_size=30,
            steps=100,
            lr=0.01 if optimizer == "adam" else 0.3,
            optimizer=optimizer,  # type: ignore[arg-type]  # parametrised
            sampling=sampling,
        )
        assert history.steps == 100
        return f, history.losses

    (f, losses), (again, losses_again) = run(), run()
    assert torch.equal(losses, losses_again)
    assert same(f, again)
    assert not same(f, encoder())
    assert float(losses[-10:].mean()) < 0.8 * float(losses[:10].mean())


def test_twins_of_the_same_loss_stay_equal_and_others_do_not() -> None:
    start = encoder()
    twins = train_coupled(
        start,
        world(),
        {"one": alignment, "two": alignment, "labelled": by_label},
        generator=seeded(3),
        augment=additive_noise(0.1),
        batch_size=30,
        n_views=3,
        epochs=5,
    )
    assert same(start, encoder())
    assert same(twins.encoders["one"], twins.encoders["two"])
    assert not same(twins.encoders["one"], twins.encoders["labelled"])
    assert torch.equal(twins.histories["one"].losses, twins.histories["two"].losses)
    assert twins.histories["labelled"].steps == 5 * 4


def test_a_single_run_is_one_of_the_twins() -> None:
    twins = train_coupled(
        encoder(),
        world(),
        {"a": by_label, "b": alignment},
        generator=seeded(3),
        augment=additive_noise(0.1),
        batch_size=30,
        steps=20,
    )
    alone = encoder()
    history = train(
        alone,
        world(),
        alignment,
        generator=seeded(3),
        augment=additive_noise(0.1),
        batch_size=30,
        steps=20,
    )
    assert same(alone, twins.encoders["b"])
    assert torch.equal(history.losses, twins.histories["b"].losses)


def test_metrics_are_recorded_at_the_asked_steps() -> None:
    x, labels = world().x, world().labels
    seen: list[int] = []

    def callback(step: int, encoders: Mapping[str, nn.Module]) -> None:
        assert set(encoders) == {"f"}
        seen.append(step)

    def full_loss(f: nn.Module) -> float:
        return by_label(f(x[:, None]), labels).item()

    start = encoder()
    twins = train_coupled(
        start,
        Labelled(x=x, labels=labels),
        {"f": by_label},
        generator=seeded(3),
        batch_size=30,
        steps=7,
        record={"loss": full_loss, "bias": lambda f: float(next(f.parameters()).sum())},
        record_at=(7, 0, 3, 3),
        callback=callback,
    )
    history = twins.histories["f"]
    assert history.recorded_at == (0, 3, 7) == tuple(seen)
    assert set(history.recorded) == {"loss", "bias"}
    assert float(history.recorded["loss"][0]) == full_loss(start)
    assert float(history.recorded["loss"][-1]) == full_loss(twins.encoders["f"])
    untouched = train(encoder(), world(), by_label, generator=seeded(3), batch_size=30, steps=7)
    assert torch.equal(untouched.losses, history.losses)  # recording leaves the training alone


def test_rates_and_optimizers_can_be_functions() -> None:
    f, g, h = encoder(), encoder(), encoder()
    train(f, world(), by_label, generator=seeded(), batch_size=30, steps=4, lr=lambda step: 0.0)
    assert same(f, encoder())

    def plain(parameters: list[nn.Parameter], lr: float) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=lr, fused=True)

    for module, how in ((g, plain), (h, "sgd")):
        train(
            module,
            world(),
            by_label,
            generator=seeded(),
            batch_size=30,
            steps=4,
            lr=lambda step: 0.1 / step,
            optimizer=how,  # type: ignore[arg-type]  # both kinds in one loop
        )
    assert same(g, h)
    assert not same(g, encoder())


def test_a_loss_that_is_not_finite_names_its_step() -> None:
    calls = []

    def breaks(z: Tensor, labels: Tensor) -> Tensor:
        calls.append(0)
        return z.sum() * (float("nan") if len(calls) == 4 else 1.0)

    with pytest.raises(ValueError, match=r"need a finite loss at step 4, got bad=nan"):
        train_coupled(
            encoder(), world(), {"bad": breaks}, generator=seeded(), batch_size=30, steps=9
        )


def test_weights_lost_in_the_last_update_are_noticed() -> None:
    def steep(z: Tensor, labels: Tensor) -> Tensor:
        return (z.sum() * 0.0).sqrt()  # value 0, gradient nan

    with pytest.raises(ValueError, match=r"need finite weights after step 1, got loss=0.0"):
        train(encoder(), world(), steep, generator=seeded(), batch_size=30, steps=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": None}, r"need steps or epochs, got steps=None, epochs=None"),
        ({"epochs": 1}, r"need steps or epochs, got steps=1, epochs=1"),
        (
            {"batch_size": 31},
            r"need batch_size a positive multiple of n_classes, got batch_size=31",
        ),
        ({"batch_size": 123}, r"need batch_size / n_classes <= smallest class.*smallest=40"),
        ({"batch_size": 0, "sampling": "iid"}, r"need batch_size >= 1, got batch_size=0"),
        ({"record_at": (2,)}, r"need 0 <= record_at <= steps, got record_at=\(2,\), steps=1"),
        ({"optimizer": "lars"}, r'"adam", "sgd" or a function, got optimizer=\'lars\''),
        ({"lr": -1.0}, r"need finite lr >= 0, got lr=-1.0"),
        ({"n_views": 0}, r"need n_views >= 1, got n_views=0"),
    ],
)
def test_bad_options_are_refused(change: dict[str, object], message: str) -> None:
    options: dict[str, object] = {"batch_size": 30, "steps": 1} | change
    with pytest.raises(ValueError, match=message):
        train(encoder(), world(), alignment, generator=seeded(), **options)  # type: ignore[arg-type]  # on purpose


def test_labels_must_fit_the_samples() -> None:
    bad = Labelled(x=torch.ones(4, 6), labels=torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"need x \(n, d\) and labels \(n,\), got x=\(4, 6\)"):
        train(encoder(), bad, alignment, generator=seeded(), batch_size=2, steps=1)
