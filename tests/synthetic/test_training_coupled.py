"""What twins share, and what is recorded of them, against the same by hand."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from synthetic import (
    CrossEntropy,
    Labelled,
    Recipe,
    additive_noise,
    epoch_batches,
    make_views,
    practical,
    sgd,
    train,
    train_coupled,
    weight_distance,
)
from synthetic.training.compositions import compositions
from synthetic.training.engines import OneRun, Values
from synthetic.training.stream import Batch
from tests.synthetic.training_runs import (
    alignment,
    bias,
    by_label,
    coupled,
    encoder,
    losses,
    seeded,
    world,
)

STEPS = 12


def by_hand(recipe: Recipe) -> dict[str, list[float]]:
    """`coupled`'s run, each update written out; losses and gaps by name."""
    twins = {name: (encoder(), loss) for name, loss in losses().items()}
    generator = seeded(3)
    batches = epoch_batches(120, 24, generator=generator)
    velocity: dict[str, list[Tensor]] = {}
    seen: dict[str, list[float]] = {}
    for eta in recipe.step_sizes(STEPS).tolist():
        index = next(batches)
        views = make_views(world().x[index], 2, additive_noise(0.1), generator=generator)
        labels = world().labels[index]
        descents = {}
        for name, (f, loss) in twins.items():
            theirs = list(f.parameters())
            head = list(loss.parameters()) if isinstance(loss, nn.Module) else []
            value = loss(f(views), labels)
            own = torch.autograd.grad(value, [*theirs, *head])
            seen.setdefault(name, []).append(value.item())
            for of, (_, other) in twins.items():
                gradient = torch.autograd.grad(other(f(views), labels), theirs)
                apart = [a - b for a, b in zip(gradient, own[: len(theirs)], strict=True)]
                length = torch.cat([a.flatten() for a in apart]).norm()
                seen.setdefault(f"{of} at {name}", []).append(float(length))
            norm = torch.cat([g.flatten() for g in own]).norm()
            cut = min(1.0, recipe.clip / (float(norm) + 1e-6))
            weights = [*theirs, *head]
            decayed = [
                cut * g + recipe.weight_decay * w.detach()
                for g, w in zip(own, weights, strict=True)
            ]
            old = velocity.get(name, [torch.zeros_like(w) for w in weights])
            velocity[name] = [recipe.momentum * v + g for v, g in zip(old, decayed, strict=True)]
            descents[name] = weights
        with torch.no_grad():
            for name, weights in descents.items():
                for w, v in zip(weights, velocity[name], strict=True):
                    w.sub_(eta * v)
    return seen


def close(values: Tensor, expected: list[float]) -> bool:
    """Equal up to the roundings of a few steps, which hardly expand: some ten thousand units."""
    return torch.allclose(
        values, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(
    "recipe",
    [
        sgd(0.3),
        sgd([0.3 / (1 + step) for step in range(STEPS)]),
        practical(0.2, steps=STEPS, warmup=4),
        practical(0.2, steps=STEPS, momentum=0.5, weight_decay=0.1, clip=0.3),
    ],
    ids=["constant", "given", "practical", "all"],
)
def test_losses_and_gradient_gaps_are_those_of_the_run_by_hand(recipe: Recipe) -> None:
    pairs = [("labelled", "cl"), ("ce", "cl"), ("cl", "ce"), ("cl", "labelled")]
    options: dict[str, Any] = {"steps": STEPS, "record_at": [], "lr": None, "optimizer": None}
    twins = coupled(**options, recipe=recipe, gradient_gaps=pairs)
    expected = by_hand(recipe)
    assert list(twins.gradient_gaps) == pairs
    for name, history in twins.histories.items():
        assert close(history.losses, expected[name])
    for (of, at), gap in twins.gradient_gaps.items():
        assert close(gap, expected[f"{of} at {at}"])
        # At the other twin's weights it is another gap, once they differ.
        assert not close(gap[1:], expected[f"{at} at {of}"][1:])
    assert torch.equal(twins.step_sizes, recipe.step_sizes(STEPS))


def test_recording_and_gradient_gaps_leave_the_training_alone() -> None:
    bare = coupled(record={}, compare={}, gradient_gaps=[], record_at=[])
    full = coupled()
    assert bare.comparisons == {p: {} for p in combinations(full.encoders, 2)}
    for name, history in full.histories.items():
        assert torch.equal(history.losses, bare.histories[name].losses)


def test_a_twin_of_the_same_loss_has_no_gap_and_no_distance() -> None:
    twins = train_coupled(
        encoder(),
        world(),
        {"a": alignment, "b": alignment, "c": by_label},
        generator=seeded(3),
        batch_size=30,
        steps=10,
        compare={"apart": weight_distance},
        record_at=(0, 5, 10),
        gradient_gaps=[("a", "b"), ("c", "b")],
    )
    assert list(twins.comparisons) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert twins.comparisons["a", "b"]["apart"].tolist() == [0, 0, 0]
    assert twins.comparisons["a", "c"]["apart"][0] == 0
    assert (twins.comparisons["a", "c"]["apart"][1:] > 0).all()
    assert torch.equal(twins.comparisons["a", "c"]["apart"], twins.comparisons["b", "c"]["apart"])
    assert twins.gradient_gaps["a", "b"].tolist() == [0] * 10
    assert (twins.gradient_gaps["c", "b"] > 0).all()
    assert twins.recorded_at == (0, 5, 10)
    apart = weight_distance(twins.encoders["a"], twins.encoders["c"])
    assert twins.comparisons["a", "c"]["apart"][-1] == apart


class OwnViews(OneRun):
    """A saboteur: each twin has views of its own, a little off those of the others."""

    def gradients(self, batches: Sequence[Batch]) -> Values:
        """One twin at a time."""
        everybody, losses = self.twins, dict[str, list[float]]()
        for i, (name, twin) in enumerate(everybody.items()):
            self.twins = {name: twin}
            own = Batch(
                views=batches[0].views + 1e-9 * i,
                labels=batches[0].labels,
                largest=batches[0].largest,
            )
            losses |= super().gradients([own]).losses
        self.twins = everybody
        return Values(losses=losses, gaps={})


def test_views_that_are_not_shared_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthetic.training.loop.OneRun", OwnViews)
    twins = train_coupled(
        encoder(),
        world(),
        {"a": alignment, "b": alignment},
        generator=seeded(3),
        batch_size=30,
        steps=3,
        compare={"apart": weight_distance},
    )
    assert twins.comparisons["a", "b"]["apart"][-1] > 0


@given(labels=st.lists(st.integers(-2, 2), min_size=1, max_size=9))
def test_compositions_are_those_of_all_anchors(labels: list[int]) -> None:
    """One batch, against the definition: every anchor against every other place."""
    counts = [
        (sum(y == x for y in others), sum(y != x for y in others))
        for i, x in enumerate(labels)
        for others in [labels[:i] + labels[i + 1 :]]
    ]
    largest = max(labels.count(y) for y in labels)
    batch = compositions([largest], len(labels))
    assert batch.n_same.tolist() == [max(s for s, _ in counts)]
    assert batch.n_different.tolist() == [min(d for _, d in counts)]
    expected = max(s / d if d else float("inf") for s, d in counts)
    assert batch.ratio.tolist() == [expected]


@pytest.mark.parametrize("sampling", ["stratified", "iid", "distinct", "epochs"])
def test_compositions_are_those_of_the_batches_drawn(sampling: Any) -> None:
    seen: list[list[int]] = []

    def watch(z: Tensor, labels: Tensor) -> Tensor:
        seen.append(labels.tolist())
        return alignment(z, labels)

    y = torch.tensor([7, 7, 7, 7, 7, 7, -1, -1, 3, 3] * 3)
    twins = train_coupled(
        encoder(),
        Labelled(x=torch.randn(30, 6, generator=seeded(), dtype=torch.float64), labels=y),
        {"watch": watch},
        generator=seeded(3),
        batch_size=3,
        sampling=sampling,
        steps=25,
    )
    largest = torch.tensor([max(batch.count(c) for c in (7, -1, 3)) for batch in seen])
    assert torch.equal(twins.compositions.n_same, largest - 1)
    assert torch.equal(twins.compositions.n_different, 3 - largest)
    alone = twins.compositions.n_different == 0
    assert bool(alone.any()) == (sampling != "stratified")
    assert torch.equal(twins.compositions.ratio.isinf(), alone)
    lonely = [sentence for sentence in twins.left if "(H4)" in sentence]
    first = int(alone.int().argmax()) + 1
    words = f"one class only in {int(alone.sum())} of 25 batches, first at step {first}: "
    assert [sentence.startswith(words) for sentence in lonely] == [True] * bool(alone.any())


def test_heads_are_trained_and_the_callers_are_left_alone() -> None:
    given_losses = losses()
    twins = train_coupled(
        encoder(), world(), given_losses, generator=seeded(3), batch_size=30, steps=40, lr=0.01
    )
    head, start = twins.heads["ce"], losses()["ce"]
    assert list(twins.heads) == ["ce"]
    assert isinstance(head, CrossEntropy)
    assert isinstance(start, CrossEntropy)
    mine = given_losses["ce"]
    assert isinstance(mine, CrossEntropy)
    assert torch.equal(mine.weight, start.weight)
    assert not torch.equal(head.weight, start.weight)
    values = twins.histories["ce"].losses
    assert float(values[-5:].mean()) < 0.9 * float(values[:5].mean())
    # `train` itself trains what it is given.
    f = encoder()
    history = train(f, world(), mine, generator=seeded(3), batch_size=30, steps=40, lr=0.01)
    assert torch.equal(history.losses, values)
    assert torch.equal(mine.weight, head.weight)


def test_cross_entropy_is_torchs() -> None:
    head = CrossEntropy(5, 3, generator=seeded(), dtype=torch.float32)
    z = torch.randn(4, 2, 5, generator=seeded(1))
    labels = torch.tensor([2, 0, 1, 2])
    logits = nn.functional.linear(z.flatten(0, 1), head.weight, head.bias)
    expected = nn.functional.cross_entropy(logits, labels.repeat_interleave(2))
    torch.testing.assert_close(head(z, labels), expected)
    for bad in ([0, 1, 2, 3], [0, -1, 0, 0]):
        with pytest.raises(ValueError, match=r"need labels in 0, ..., 2, got lowest="):
            head(z, torch.tensor(bad))
    with pytest.raises(ValueError, match=r"need z \(n, k, 5\) and labels \(n,\), got z=\(4, 5\)"):
        head(z[:, 0], labels)
    with pytest.raises(ValueError, match=r"need dim, n_classes >= 1, got dim=0, n_classes=2"):
        CrossEntropy(0, 2, generator=seeded())


def test_frozen_weights_stay_and_do_not_count() -> None:
    frozen = encoder()
    for p in list(frozen.parameters())[:2]:
        p.requires_grad_(False)
    twins = train_coupled(
        frozen,
        world(),
        {"a": alignment, "b": by_label},
        generator=seeded(3),
        batch_size=30,
        steps=3,
        gradient_gaps=[("a", "b")],
    )
    for trained in twins.encoders.values():
        pairs = list(zip(trained.parameters(), frozen.parameters(), strict=True))
        assert [torch.equal(p, q) for p, q in pairs] == [True, True, False, False]


def test_a_weight_distance_is_the_length_of_the_difference() -> None:
    a, b = encoder(1), encoder(2)
    pairs = zip(a.parameters(), b.parameters(), strict=True)
    flat = torch.cat([(p - q).flatten() for p, q in pairs])
    torch.testing.assert_close(weight_distance(a, b), flat.norm().item())
    assert weight_distance(a, a) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gradient_gaps": [("cl", "cl")]}, r"need gradient_gaps \(of, at\) of two losses"),
        ({"gradient_gaps": [("cl", "no")]}, r"got of=cl, at=no, losses=\['cl', 'labelled', 'ce'\]"),
        ({"recipe": sgd(0.1)}, r"need a recipe or lr and optimizer, got recipe=Recipe"),
        ({"sampling": "all"}, r'"distinct" or "epochs", got sampling=\'all\''),
        ({"batch_size": 121}, r"need 1 <= batch_size <= n_total, got batch_size=121, n_total=120"),
        ({"checkpoint_every": 0}, r"need checkpoint_every >= 1, got checkpoint_every=0"),
        ({"lr": [0.1] * 3}, r"need one lr for each step, got lr=3, steps=20"),
        ({"lr": lambda step: -0.1 * step}, r"need finite lr >= 0, got lr=-0.1, step=1"),
    ],
)
def test_bad_options_are_refused(change: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coupled(**change)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ({}, r"need at least one loss, got losses=\{\}"),
        ({"rows": lambda z, labels: z.sum(dim=2)}, r"need a scalar loss rows, got shape=\(24, 2\)"),
    ],
)
def test_losses_are_some_and_scalar(losses: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_coupled(encoder(), world(), losses, generator=seeded(), steps=1, batch_size=24)


def test_what_is_recorded_is_of_the_encoders_then() -> None:
    seen: dict[int, float] = {}

    def callback(step: int, encoders: Mapping[str, nn.Module]) -> None:
        seen[step] = bias(encoders["cl"]) - bias(encoders["ce"])

    twins = coupled(
        compare={"signed": lambda a, b: bias(a) - bias(b)}, callback=callback, record_at=(3, 9)
    )
    assert twins.comparisons["cl", "ce"]["signed"].tolist() == [seen[3], seen[9]]
