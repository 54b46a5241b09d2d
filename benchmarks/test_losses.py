"""Forward and backward of the losses: blockwise against dense against another library."""

from collections.abc import Callable

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor
from torch.nn.functional import normalize

from theory import losses

TAU = 0.5
Step = Callable[[Tensor, Tensor], Tensor]


def blockwise(z: Tensor, labels: Tensor) -> Tensor:
    """CL, DCL and NSCL in one pass."""
    values = losses.contrastive_losses(z, labels, TAU)
    return values.cl + values.dcl + values.nscl


def dense(z: Tensor, labels: Tensor) -> Tensor:
    """The same three, each from its own matrix."""
    return losses.cl(z, TAU) + losses.dcl(z, TAU) + losses.nscl(z, labels, TAU)


def one_dense(z: Tensor, labels: Tensor) -> Tensor:
    """DCL alone."""
    return losses.dcl(z, TAU)


def metric_learning(z: Tensor, labels: Tensor) -> Tensor:
    """SupCon of pytorch-metric-learning, its loss nearest to these in cost."""
    library = pytest.importorskip("pytorch_metric_learning.losses")
    value: Tensor = library.SupConLoss(temperature=TAU)(
        z.flatten(0, 1), labels.repeat_interleave(z.shape[1])
    )
    return value


@pytest.mark.benchmark(group="losses, 2 x 1024 rows, d = 64: forward + backward")
@pytest.mark.parametrize("step", [blockwise, dense, one_dense, metric_learning])
def test_forward_and_backward(benchmark: BenchmarkFixture, step: Step) -> None:
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(1024, 2, 64, generator=generator), dim=-1).requires_grad_(True)
    labels = torch.arange(1024) % 10

    def run() -> None:
        z.grad = None
        step(z, labels).backward()

    benchmark.pedantic(run, rounds=7, warmup_rounds=2)
    assert z.grad is not None
    assert bool(z.grad.isfinite().all())
