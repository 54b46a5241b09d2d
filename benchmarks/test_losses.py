"""Forward and backward of the losses, one thread: streamed, dense and other libraries in turn.

Every line is a ratio within one run: opponents take turns, the first round is not counted, and the
floor of half of the matrix, 4 N^2 d FLOP and N^2 exponentials, is calibrated between them.
"""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from synthetic.training import one_thread
from theory import losses
from theory.losses import dense

TAU = 0.5
ROUNDS = 5
TILE = 384
Step = Callable[[Tensor, Tensor], Tensor]


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    """Let no opponent gain from cores that the others leave idle."""
    with one_thread():
        yield


def streamed(z: Tensor, labels: Tensor) -> Tensor:
    """CL, DCL and NSCL from one pass."""
    values = losses.contrastive_losses(z, labels, TAU)
    return values.cl + values.dcl + values.nscl


def three_dense(z: Tensor, labels: Tensor) -> Tensor:
    """The same three, each from its own matrix."""
    return dense.cl(z, TAU) + dense.dcl(z, TAU) + dense.nscl(z, labels, TAU)


def one_dense(z: Tensor, labels: Tensor) -> Tensor:
    """DCL alone."""
    return dense.dcl(z, TAU)


def metric_learning() -> Step:
    """SupCon of pytorch-metric-learning, its loss nearest to these in cost."""
    library = pytest.importorskip("pytorch_metric_learning.losses")
    loss = library.SupConLoss(temperature=TAU)
    return lambda z, labels: loss(z.flatten(0, 1), labels.repeat_interleave(z.shape[1]))


def lightly(name: str) -> Step | None:
    """A loss of lightly, which needs torchvision and so is no part of the extra; None without."""
    try:
        loss = getattr(import_module("lightly.loss"), name)(temperature=TAU)
    except ImportError:
        return None
    return lambda z, labels: loss(z[:, 0], z[:, 1])


def batch(n_rows: int, d: int) -> tuple[Tensor, Tensor]:
    """Two views of every sample, ten classes."""
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(n_rows // 2, 2, d, generator=generator), dim=-1)
    return z.requires_grad_(), torch.arange(n_rows // 2) % 10


def step(way: Step, z: Tensor, labels: Tensor) -> None:
    """Forward and backward."""
    way(z, labels).backward()


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def floor(n_rows: int, d: int) -> float:
    """Seconds for the products and exponentials alone, at the rates of a tile right now."""
    rows, tile, out = torch.randn(TILE, d), torch.randn(TILE, TILE), torch.empty(TILE, TILE)
    product = seconds(lambda: [torch.mm(rows, rows.mT, out=out) for _ in range(30)]) / 30
    exponential = seconds(lambda: [torch.exp(tile, out=out) for _ in range(30)]) / 30
    # Of half of the tiles: scores once in each pass, and two products with rows in the second.
    return (n_rows / TILE) ** 2 * (2 * product + exponential)


def in_turn(ways: dict[str, Step], n_rows: int, d: int) -> dict[str, list[float]]:
    """Seconds of every round of every way, and of the floor."""
    z, labels = batch(n_rows, d)
    found: dict[str, list[float]] = {name: [] for name in (*ways, "floor")}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            z.grad = None
            found[name].append(seconds(partial(step, way, z, labels)))
            assert z.grad is not None
            assert bool(z.grad.isfinite().all())
        found["floor"].append(floor(n_rows, d))
    return {name: times[1:] for name, times in found.items()}


@pytest.mark.parametrize(("n_rows", "d"), [(4096, 64), (4096, 128), (2048, 512)])
def test_forward_and_backward(n_rows: int, d: int, capsys: pytest.CaptureFixture[str]) -> None:
    ways: dict[str, Step | None] = {
        "streamed, three": streamed,
        "dense, one": one_dense,
        "dense, three": three_dense,
        "pytorch-metric-learning SupConLoss": metric_learning(),
        "lightly NTXentLoss": lightly("NTXentLoss"),
        "lightly DCLLoss": lightly("DCLLoss"),
    }
    found = in_turn({name: way for name, way in ways.items() if way}, n_rows, d)
    ours = found["streamed, three"]
    with capsys.disabled():
        print(f"\nlosses, N={n_rows}, d={d}: times over streamed, median [least, most]")
        for name, times in found.items():
            ratios = sorted(other / own for other, own in zip(times, ours, strict=True))
            middle = statistics.median(ratios)
            print(f"  {name:36} {middle:6.2f} [{ratios[0]:.2f}, {ratios[-1]:.2f}]")


def test_growth_with_rows(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = (2048, 4096, 8192)
    least = [min(in_turn({"streamed": streamed}, n, 64)["streamed"]) for n in sizes]
    slope = math.log(least[-1] / least[0]) / math.log(sizes[-1] / sizes[0])
    with capsys.disabled():
        print(f"\nlosses, N={sizes[0]} to {sizes[-1]}, d=64: log-log slope {slope:.2f}")


def peak() -> int:
    """The kernel's high-water mark of this process, in bytes."""
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])


PROBE = """
import sys
from benchmarks.test_losses import batch, one_dense, peak, streamed
way, n_rows = {"streamed": streamed, "dense": one_dense}[sys.argv[1]], int(sys.argv[2])
way(*batch(256, 128)).backward()  # whatever torch loads on first use is not counted
z, labels = batch(n_rows, 128)
before = peak()
way(z, labels).backward()
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts")
def test_memory(capsys: pytest.CaptureFixture[str]) -> None:
    for way, n_rows in (("streamed", 8192), ("dense", 8192), ("streamed", 16384)):
        command = [sys.executable, "-c", PROBE, way, str(n_rows)]
        root = Path(__file__).parents[1]
        grown = int(subprocess.run(command, cwd=root, check=True, capture_output=True).stdout)
        with capsys.disabled():
            print(f"\nlosses, N={n_rows}, d=128, {way}: memory grows by {grown / 1e9:.3f} GB")
