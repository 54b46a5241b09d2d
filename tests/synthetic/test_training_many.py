"""Many runs at once: stacked, one by one, side by side; what they share and what not."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from synthetic import (
    CrossEntropy,
    Encoder,
    Recipe,
    Run,
    Twins,
    World,
    adam,
    additive_noise,
    gaussian_clusters,
    mlp,
    practical,
    sgd,
    train_coupled,
    train_many,
    weight_distance,
)
from synthetic.training import Loss, Options
from synthetic.training.dispatch import share_out
from synthetic.training.many import _sketch
from synthetic.training.stream import Stream
from tests.synthetic.training_runs import alignment, bias, by_label, contents, identical, seeded

OPTIONS: Options = {
    "augment": additive_noise(0.1),
    "batch_size": 12,
    "sampling": "iid",
    "steps": 8,
    "recipe": sgd(0.2),
    "record": {"bias": bias},
    "compare": {"apart": weight_distance},
    "record_at": (0, 5, 8),
    "gradient_gaps": [("labelled", "cl"), ("cl", "ce")],
}


def make_encoder(generator: torch.Generator) -> Encoder:
    return mlp((6, 16, 4), generator=generator)


def make_world(generator: torch.Generator) -> World:
    return gaussian_clusters(3, 40, 6, spread=0.3, generator=generator)


def make_losses(generator: torch.Generator) -> dict[str, Loss]:
    return {
        "cl": alignment,
        "labelled": by_label,
        "ce": CrossEntropy(4, 3, generator=generator),
    }


def run(seed: int, **options: Any) -> Run:
    return Run(
        encoder=make_encoder,
        world=make_world,
        losses=make_losses,
        seed=seed,
        options={**OPTIONS, **options},  # type: ignore[typeddict-item]  # a test's own
    )


def close(a: Twins, b: Twins) -> bool:
    """Equal but for roundings: of ten steps in float64, some ten thousand units."""
    mine, theirs = contents(a), contents(b)
    assert mine.keys() == theirs.keys()
    return all(
        torch.allclose(v, theirs[k], rtol=1e-12, atol=1e-12)
        if isinstance(v, Tensor)
        else v == theirs[k]
        for k, v in mine.items()
    )


def all_close(a: Sequence[Twins], b: Sequence[Twins]) -> bool:
    return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(
    "recipe",
    [
        sgd(0.2),
        adam(0.01),
        practical(0.1, steps=8, warmup=2, weight_decay=1e-2, clip=0.2),
    ],
    ids=["sgd", "adam", "practical"],
)
def test_a_stack_gives_what_the_runs_give_alone(recipe: Recipe) -> None:
    runs = [run(seed, recipe=recipe) for seed in range(5)]
    stacked = train_many(runs, method="ensemble")
    alone = train_many(runs, method="sequential")
    assert all_close(stacked, alone)
    for i, twins in enumerate(stacked):  # the same data, to the bit
        assert torch.equal(twins.compositions.n_same, alone[i].compositions.n_same)
        assert twins.histories["cl"].losses[0] != stacked[i - 1].histories["cl"].losses[0]


def test_a_run_is_train_coupled_with_the_seeds_four_generators() -> None:
    seeds = torch.randint(2**62, (4,), generator=seeded(7)).tolist()
    world, weights, head, training = (seeded(seed) for seed in seeds)
    expected = train_coupled(
        make_encoder(weights),
        make_world(world),
        make_losses(head),
        generator=training,
        **OPTIONS,
    )
    (twins,) = train_many([run(7)], method="sequential")
    assert identical(twins, expected)


class OneView(Stream):
    """A saboteur: all runs of a stack see the views of the first."""

    first: Any = None

    def draw(self) -> Any:
        """The first one's."""
        own = super().draw()
        OneView.first = own if OneView.first is None else OneView.first
        return OneView.first


def test_runs_that_see_another_world_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [run(seed) for seed in range(3)]
    alone = train_many(runs, method="sequential")
    monkeypatch.setattr("synthetic.training.many.Stream", OneView)
    assert not all_close(train_many(runs, method="ensemble"), alone)


@pytest.mark.parametrize("method", ["auto", "ensemble", "sequential"])
def test_an_executor_changes_no_bit(method: Any) -> None:
    runs = [run(seed, steps=4, record_at=[4]) for seed in range(5)]
    alone = train_many(runs, method=method)
    with ThreadPoolExecutor(1) as executor:
        together = train_many(runs, method=method, executor=executor)
    assert all(identical(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.slow
def test_processes_change_no_bit() -> None:
    runs = [run(seed, batch_size=12 if seed % 2 else 60) for seed in range(10)]
    alone = train_many(runs)
    pool: Callable[[int], Executor] = partial(ProcessPoolExecutor, mp_context=get_context("spawn"))
    for workers in (1, 2):
        with pool(workers) as executor:
            together = train_many(runs, executor=executor)
        assert all(identical(a, b) for a, b in zip(alone, together, strict=True))


def test_results_come_in_order_however_runs_are_grouped() -> None:
    batch_sizes = [12, 6, 12, 6, 12, 6, 12, 6, 9]
    runs = [run(seed, batch_size=b) for seed, b in enumerate(batch_sizes)]
    mixed = train_many(runs)
    assert all_close(mixed, train_many(runs, method="sequential"))


def sizes(runs: Sequence[Run], method: str = "auto") -> list[tuple[int, bool]]:
    """Of the groups: how many runs, and whether stacked."""
    return [(len(at), stacked) for at, stacked in share_out([_sketch(r) for r in runs], method)]


def test_small_batches_are_stacked_and_large_ones_not() -> None:
    runs = [run(seed) for seed in range(70)]
    assert sizes(runs) == [(35, True), (35, True)]
    assert sizes(runs[:3]) == [(1, False)] * 3
    assert sizes(runs[:3], "ensemble") == [(3, True)]
    assert sizes(runs[:2], "sequential") == [(1, False)] * 2
    for batch_size, expected in (
        (16, [(64, True)]),
        (32, [(64, True)]),
        (64, [(32, True)] * 2),
        (128, [(8, True)] * 8),
        (256, [(1, False)] * 64),
    ):
        options: dict[str, Any] = {"batch_size": batch_size, "sampling": "iid"}
        assert sizes([run(seed, **options) for seed in range(64)]) == expected


@pytest.mark.parametrize(
    "other",
    [
        run(0, batch_size=6),
        run(0, recipe=sgd(0.1)),
        run(0, recipe=practical(0.1, steps=8)),
        run(0, n_views=3),
        run(0, steps=9),
        run(0, record_at=(0,)),
        run(0, gradient_gaps=[]),
        Run(encoder=lambda g: mlp((6, 8, 4), generator=g), world=make_world, losses=make_losses,
            seed=0, options=OPTIONS),
        Run(encoder=lambda g: mlp((6, 16, 4), generator=g, unit_output=False), world=make_world,
            losses=make_losses, seed=0, options=OPTIONS),
        Run(encoder=make_encoder, world=make_world, seed=0, options=OPTIONS,
            losses=lambda g: {**make_losses(g), "cl": by_label}),
    ],
)  # fmt: skip
def test_runs_of_another_kind_are_not_stacked_with_these(other: Run) -> None:
    assert sizes([*(run(seed) for seed in range(4)), other], "ensemble") == [(4, True), (1, True)]


def test_runs_that_differ_in_data_and_metrics_are_stacked() -> None:
    others = [
        run(4, augment=None, record={"other": bias}, compare={}),
        Run(encoder=make_encoder(seeded()), world=make_world(seeded()), seed=9, options=OPTIONS,
            losses=make_losses(seeded())),
    ]  # fmt: skip
    assert sizes([*(run(seed) for seed in range(4)), *others]) == [(6, True)]


@pytest.mark.parametrize(
    "layer", [lambda: nn.LayerNorm(6, dtype=torch.float64), lambda: nn.Sequential(nn.GELU())]
)
def test_layers_made_anew_are_the_same_if_their_settings_are(
    layer: Callable[[], nn.Module],
) -> None:
    bare: Options = {"steps": 2, "batch_size": 12}
    runs = [
        Run(encoder=lambda g: nn.Sequential(layer(), make_encoder(g)), world=make_world,
            losses={"cl": alignment, "flat": Flat()}, seed=seed, options=bare)
        for seed in range(4)
    ]  # fmt: skip
    assert sizes(runs) == [(4, True)]
    assert all_close(train_many(runs), train_many(runs, method="sequential"))


class Flat(nn.Module):
    """A loss that is a module without weights."""

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        """The mean, squared."""
        return z.mean().square()


def test_partial_losses_are_the_same_if_their_parts_are() -> None:
    def scaled(z: Tensor, labels: Tensor, *, scale: float) -> Tensor:
        return scale * alignment(z, labels)

    def of(scale: float) -> Run:
        bare: Options = {"steps": 1, "batch_size": 12}
        return Run(encoder=make_encoder, world=make_world, seed=0, options=bare,
                   losses={"cl": partial(scaled, scale=scale)})  # fmt: skip

    assert sizes([*(of(0.5) for _ in range(4)), of(0.7)], "ensemble") == [(4, True), (1, True)]


def own(parameters: list[nn.Parameter], lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr)


@pytest.mark.parametrize(
    ("layer", "options", "because"),
    [
        (nn.Dropout(0.5), {}, "dropout"),
        (nn.BatchNorm1d(6), {}, "a module with buffers"),
        (nn.Identity(), {"recipe": Recipe(rate=0.1, optimizer=own)}, "an optimizer of its own"),
    ],
)
def test_what_cannot_be_stacked_is_trained_alone(
    layer: nn.Module, options: dict[str, Any], because: str
) -> None:
    runs = [
        Run(
            encoder=lambda g: nn.Sequential(layer, make_encoder(g)),
            world=make_world,
            losses=make_losses,
            seed=seed,
            options={**OPTIONS, **options},  # type: ignore[typeddict-item]  # a test's own
        )
        for seed in range(5)
    ]
    assert sizes(runs) == [(1, False)] * 5
    with pytest.raises(ValueError, match=rf"need runs that can be stacked, got run=0, .*{because}"):
        train_many(runs, method="ensemble")


class Stopped(Exception):
    """What ends a run in these tests."""


def test_an_interrupted_stack_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    def on_step(done: int) -> None:
        if done == 5:
            raise Stopped

    for recipe in (sgd(0.2), practical(0.1, steps=8), adam(0.01)):
        folder = tmp_path / recipe.departures()[0][:4] if recipe.departures() else tmp_path / "sgd"
        runs = [run(seed, recipe=recipe) for seed in range(5)]
        whole = train_many(runs)
        stopping = [*runs[:4], run(4, recipe=recipe, on_step=on_step)]
        with pytest.raises(Stopped):
            train_many(stopping, folder=folder, checkpoint_every=2)
        assert [path.name for path in folder.iterdir()] == ["run-00000.pt"]
        for _ in range(2):  # goes on, then is over
            again = train_many(runs, folder=folder, checkpoint_every=3)
            assert all(identical(a, b) for a, b in zip(again, whole, strict=True))


def test_interrupted_runs_go_on_one_by_one(tmp_path: Path) -> None:
    def on_step(done: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    runs = [run(seed) for seed in range(3)]
    whole = train_many(runs)
    with pytest.raises(KeyboardInterrupt):
        train_many([runs[0], run(1, on_step=on_step), runs[2]], folder=tmp_path, checkpoint_every=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run-00000.pt", "run-00001.pt"]
    again = train_many(runs, folder=tmp_path)
    assert all(identical(a, b) for a, b in zip(again, whole, strict=True))


def test_a_checkpoint_of_other_runs_is_refused(tmp_path: Path) -> None:
    train_many([run(seed) for seed in range(4)], folder=tmp_path)
    with pytest.raises(ValueError, match=r"got another=x of run 3, encoder .*generator of run 3$"):
        train_many([run(0), run(1), run(2), run(9)], folder=tmp_path)
    with pytest.raises(ValueError, match=r"got another=stacked, "):
        train_many([run(0)], folder=tmp_path)


@pytest.mark.parametrize("method", ["ensemble", "sequential"])
def test_a_loss_that_is_not_finite_names_its_step_and_run(method: Any) -> None:
    x = make_world(seeded()).x.clone()
    x[:, 0] = torch.inf

    class Broken:
        def __init__(self) -> None:
            self.x, self.labels = x, make_world(seeded()).labels

    bad = Run(encoder=make_encoder, world=Broken(), losses=make_losses, seed=0, options=OPTIONS)
    with pytest.raises(ValueError, match=r"need a finite loss at step 1 of run 3, got cl=nan"):
        train_many([*(run(seed) for seed in range(3)), bad], method=method)


@pytest.mark.parametrize("method", ["ensemble", "sequential"])
def test_weights_lost_in_the_last_update_name_their_run(method: Any) -> None:
    def steep(z: Tensor, labels: Tensor) -> Tensor:
        return (z.sum() * 0.0).sqrt()  # value 0, gradient nan

    bare: Options = {"steps": 1, "batch_size": 12}
    runs = [
        Run(encoder=make_encoder, world=make_world, losses={"steep": steep}, seed=s, options=bare)
        for s in range(2)
    ]
    with pytest.raises(ValueError, match=r"finite weights after step 1 of run 0, got steep=-0.0"):
        train_many(runs, method=method)


def test_a_loss_that_looks_at_values_is_told_to_go_alone() -> None:
    def looks(z: Tensor, labels: Tensor) -> Tensor:
        return z.sum() if bool(z.sum() > 0) else -z.sum()

    bare: Options = {"steps": 1, "batch_size": 12}
    runs = [
        Run(encoder=make_encoder, world=make_world, losses={"looks": looks}, seed=s, options=bare)
        for s in range(4)
    ]
    with pytest.raises(ValueError, match=r"torch.func.vmap can follow, or the sequential method"):
        train_many(runs)
    assert len(train_many(runs, method="sequential")) == 4


@pytest.mark.parametrize(
    ("runs", "method", "message"),
    [
        ([run(0)], "fast", r'need method "auto", "ensemble" or "sequential", got method=\'fast\''),
        ([run(0, folder=None)], "auto", r"need folder and checkpoint_every for all runs at once"),
        (
            [Run(encoder=make_encoder, world=make_world, losses={}, seed=0)],
            "auto",
            r"need at least one loss, got losses=\{\}",
        ),
    ],
)
def test_bad_runs_are_refused(runs: list[Run], method: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_many(runs, method=method)


def test_no_runs_give_no_results() -> None:
    assert train_many([]) == []
