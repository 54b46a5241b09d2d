"""Runs that are interrupted, killed, taken up again, and mistaken for one another."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from synthetic import adam, additive_noise, practical, train
from tests.synthetic.training_runs import (
    LONG,
    alignment,
    contents,
    coupled,
    encoder,
    identical,
    seeded,
    world,
)

ROOT = Path(__file__).parents[2]


class Stopped(Exception):
    """What ends a run in these tests."""


def stop_at(step: int, error: type[BaseException]) -> Any:
    def on_step(done: int) -> None:
        if done == step:
            raise error

    return on_step


@pytest.mark.parametrize("sampling", ["stratified", "iid", "distinct", "epochs"])
@pytest.mark.parametrize(
    "how",
    [
        {"optimizer": "sgd", "lr": 0.1},
        {"optimizer": None, "lr": None, "recipe": adam(0.01)},
        {
            "optimizer": None,
            "lr": None,
            "recipe": practical(0.1, steps=20, warmup=3, weight_decay=1e-3, clip=0.5),
        },
    ],
    ids=["sgd", "adam", "practical"],
)
def test_an_interrupted_run_goes_on_to_the_same_bits(
    tmp_path: Path, sampling: str, how: dict[str, Any]
) -> None:
    setup = {"sampling": sampling, **how}
    whole = coupled(**setup)
    for step in (2, 7, 16):
        with pytest.raises(Stopped):
            coupled(**setup, folder=tmp_path, checkpoint_every=3, on_step=stop_at(step, Stopped))
        torch.rand(7)  # the global generator has no part in it
    assert identical(coupled(**setup, folder=tmp_path, checkpoint_every=5), whole)
    assert identical(coupled(**setup, folder=tmp_path), whole)  # of a run that is over


def test_a_stop_in_a_callback_and_by_the_keyboard_leave_the_checkpoint(tmp_path: Path) -> None:
    def callback(step: int, encoders: Any) -> None:
        if step == 8:
            raise Stopped

    options = {"folder": tmp_path, "checkpoint_every": 1}
    with pytest.raises(Stopped):
        coupled(**options, callback=callback)
    with pytest.raises(KeyboardInterrupt):
        coupled(**options, on_step=stop_at(13, KeyboardInterrupt))
    steps: list[int] = []
    assert identical(coupled(**options, on_step=steps.append), coupled())
    assert steps == list(range(14, 21))


def test_a_single_encoder_goes_on_too(tmp_path: Path) -> None:
    options: dict[str, Any] = {"batch_size": 30, "steps": 9, "augment": additive_noise(0.1)}
    whole, parts = encoder(), encoder()
    history = train(whole, world(), alignment, generator=seeded(), **options)
    resumable = {**options, "folder": tmp_path, "checkpoint_every": 2}
    on_step = stop_at(5, Stopped)
    with pytest.raises(Stopped):
        train(encoder(), world(), alignment, generator=seeded(), on_step=on_step, **resumable)
    again = train(parts, world(), alignment, generator=seeded(), **resumable)
    assert torch.equal(again.losses, history.losses)
    assert all(
        torch.equal(a, b) for a, b in zip(whole.parameters(), parts.parameters(), strict=True)
    )


@pytest.mark.parametrize("times", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_a_killed_process_goes_on_to_the_same_bits(tmp_path: Path, times: int) -> None:
    script = "from tests.synthetic.training_runs import kill; kill()"
    command = [sys.executable, "-c", script, str(tmp_path), str(times)]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout.split()[0] == "9"  # SIGKILL, before the run was over
    assert identical(coupled(folder=tmp_path, **LONG), coupled(**LONG))


def test_a_kill_while_a_checkpoint_is_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        coupled(folder=tmp_path, checkpoint_every=3, on_step=stop_at(4, Stopped))
    (tmp_path / "checkpoint.tmp").write_bytes(b"half a check")
    assert identical(coupled(folder=tmp_path), coupled())


def test_a_resumed_run_that_redraws_its_batches_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stopped):
        coupled(folder=tmp_path, checkpoint_every=3, on_step=stop_at(4, Stopped))
    monkeypatch.setattr("synthetic.training.stream.Stream.restore", lambda self, state: None)
    assert not identical(coupled(folder=tmp_path), coupled())


def test_a_checkpoint_of_another_torch_is_refused(tmp_path: Path) -> None:
    coupled(folder=tmp_path)
    path = tmp_path / "checkpoint.pt"
    torch.save({**torch.load(path, weights_only=True), "torch": "1.0"}, path)
    with pytest.raises(ValueError, match=r"need torch 1\.0, with which .* was written, got torch="):
        coupled(folder=tmp_path)


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"batch_size": 12}, "batch_size"),
        ({"lr": 0.2}, "recipe, step_sizes"),
        ({"lr": [0.1] * 20}, "recipe"),
        ({"optimizer": "adam"}, "recipe"),
        ({"sampling": "distinct"}, "sampling"),
        ({"augment": additive_noise(0.2)}, "augment"),
        ({"augment": None}, "augment"),
        ({"record": {}}, "record"),
        ({"compare": {"apart": lambda a, b: 0.0}}, "compare"),
        ({"gradient_gaps": []}, "gradient_gaps"),
        ({"steps": 24}, "steps, step_sizes"),
        ({"record_at": [0]}, "stops"),
    ],
)
def test_a_checkpoint_of_another_setup_is_refused(
    tmp_path: Path, change: dict[str, Any], item: str
) -> None:
    coupled(folder=tmp_path)
    message = rf"^need the setup with which .*checkpoint.pt was written, got another={item}$"
    with pytest.raises(ValueError, match=message):
        coupled(**{"folder": tmp_path, **change})


def test_other_data_weights_losses_and_seeds_are_refused(tmp_path: Path) -> None:
    def run(
        seed: int = 0, data: int = 1, weights: int = 2, scale: float = 1.0, axis: int = 0
    ) -> None:
        def loss(z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            return scale * z[..., axis].mean()

        train(
            encoder(weights),
            world(data),
            loss,
            generator=seeded(seed),
            batch_size=30,
            steps=2,
            folder=tmp_path,
        )

    run()
    run()
    changes: dict[str, dict[str, Any]] = {
        "generator": {"seed": 1},
        "x": {"data": 2},
        "encoder": {"weights": 3},
        "losses": {"scale": 2.0},
    }
    for item, change in changes.items():
        with pytest.raises(ValueError, match=rf"got another={item}$"):
            run(**change)


def test_training_is_on_one_thread_and_gives_the_threads_back() -> None:
    seen: list[int] = []

    def on_step(done: int) -> None:
        seen.append(torch.get_num_threads())
        if done == 8:
            raise Stopped

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(Stopped):
            coupled(on_step=on_step)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == [1] * 8


def test_contents_hold_all_there_is() -> None:
    """What these tests compare is every tensor that a result holds."""
    twins = coupled()
    keys = " ".join(contents(twins))
    for word in ("n_same", "n_different", "ratio", "gap", "apart", "bias", "losses", "head ce"):
        assert word in keys
    assert isinstance(twins.heads["ce"], nn.Module)
