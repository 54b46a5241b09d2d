"""Small coupled runs to interrupt, and a process that interrupts them (`python -c ... kill()`)."""

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from synthetic import (
    Clusters,
    CrossEntropy,
    Encoder,
    Twins,
    additive_noise,
    gaussian_clusters,
    mlp,
    train_coupled,
    weight_distance,
)
from synthetic.training import Loss


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def world(seed: int = 1) -> Clusters:
    return gaussian_clusters(3, 40, 6, spread=0.3, generator=seeded(seed))


def encoder(seed: int = 2) -> Encoder:
    return mlp((6, 16, 4), generator=seeded(seed))


def alignment(z: Tensor, labels: Tensor) -> Tensor:
    """A simple loss: views of a sample together, samples apart."""
    rows = z.flatten(0, 1)
    return (z[:, 0] - z[:, 1]).square().sum(-1).mean() + (rows @ rows.mT).square().mean()


def by_label(z: Tensor, labels: Tensor) -> Tensor:
    """A supervised loss: each class near its own axis."""
    return -z.mean(1).gather(1, labels[:, None]).mean()


def losses() -> dict[str, Loss]:
    return {
        "cl": alignment,
        "labelled": by_label,
        "ce": CrossEntropy(4, 3, generator=seeded(5)),
    }


def bias(encoder: nn.Module) -> float:
    return float(list(encoder.parameters())[1].detach().sum())


def coupled(**options: Any) -> Twins:
    """A run with everything that twins can record."""
    chosen: dict[str, Any] = {
        "augment": additive_noise(0.1),
        "batch_size": 24,
        "sampling": "epochs",
        "steps": 20,
        "lr": 0.1,
        "optimizer": "sgd",
        "record": {"bias": bias},
        "compare": {"apart": weight_distance},
        "record_at": range(0, 21, 4),
        "gradient_gaps": [("labelled", "cl"), ("ce", "cl"), ("cl", "ce")],
    }
    return train_coupled(encoder(), world(), losses(), generator=seeded(3), **{**chosen, **options})


def contents(twins: Twins) -> dict[str, Any]:
    """Every tensor and tuple of a result, by its place."""
    everything: dict[str, Any] = {
        "recorded_at": twins.recorded_at,
        "left": twins.left,
        "step_sizes": twins.step_sizes,
        **vars(twins.compositions),
        **{f"gap {pair}": gap for pair, gap in twins.gradient_gaps.items()},
    }
    for pair, compared in twins.comparisons.items():
        everything |= {f"{pair} {name}": values for name, values in compared.items()}
    for name, history in twins.histories.items():
        everything[f"{name} losses"] = history.losses
        everything |= {f"{name} {metric}": v for metric, v in history.recorded.items()}
    for kind, modules in (("encoder", twins.encoders), ("head", twins.heads)):
        for name, module in modules.items():
            everything |= {f"{kind} {name} {k}": v for k, v in module.state_dict().items()}
    return everything


def identical(a: Twins, b: Twins) -> bool:
    """Whether two results agree in every bit."""
    mine, theirs = contents(a), contents(b)
    return mine.keys() == theirs.keys() and all(
        torch.equal(v, theirs[k]) if isinstance(v, Tensor) else v == theirs[k]
        for k, v in mine.items()
    )


LONG: dict[str, Any] = {"steps": 120, "checkpoint_every": 7, "record_at": range(0, 121, 10)}


def kill() -> None:
    """Begin and go on with a long run in the folder of the first argument, killing it each time.

    The second argument says how often.
    """
    folder, chance = Path(sys.argv[1]), random.Random(0)
    checkpoint = folder / "checkpoint.pt"
    torch.set_num_threads(1)
    for _ in range(int(sys.argv[2])):
        before = _written(checkpoint)
        child = os.fork()  # before torch has computed anything: so its threads need no care
        if child == 0:
            coupled(folder=folder, **LONG)
            os._exit(0)
        deadline = time.monotonic() + 60
        while _written(checkpoint) == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.04))
        os.kill(child, signal.SIGKILL)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))


def _written(path: Path) -> float:
    return path.stat().st_mtime_ns if path.exists() else 0
