"""The named losses: streamed from so many rows on, with what the dense ones give."""

import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.theory.losses.cases import Batch, agree, draw_batch
from theory import losses
from theory.losses import by_size, dense

BATCH = draw_batch(sizes=[9, 4, 2], k=2, d=4, tau=0.3, seed=1)
PAIRS: dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor], bool]] = {
    "cl": (losses.cl, dense.cl, False),
    "cl-all": (
        partial(losses.cl, own_views="all"),
        partial(dense.cl, own_views="all"),
        False,
    ),
    "dcl": (losses.dcl, dense.dcl, False),
    "nscl": (losses.nscl, dense.nscl, True),
    "supcon": (losses.supcon, dense.supcon, True),
}


def call(loss: Callable[..., Tensor], z: Tensor, labelled: bool) -> Tensor:
    """The loss of the batch, told of its labels if it wants them."""
    return loss(z, BATCH.labels, BATCH.tau) if labelled else loss(z, BATCH.tau)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the batch be large."""
    monkeypatch.setattr(by_size, "LARGE", 30)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", PAIRS)
def test_streamed_is_dense(name: str) -> None:
    by_name, reference, labelled = PAIRS[name]
    results = []
    z = BATCH.z.clone().requires_grad_()
    for loss in (by_name, reference):
        value = call(loss, z, labelled)
        results.append((value.item(), torch.autograd.grad(value, z, create_graph=True)[0]))
    (found, gradient), (wanted, reference_gradient) = results
    assert agree(found, wanted, 2 * BATCH.rounding)
    error = (gradient - reference_gradient).abs().max().item()
    assert agree(error, 0.0, 8 * BATCH.rounding / BATCH.tau)
    with pytest.raises(RuntimeError, match="streamed losses are differentiable once"):
        torch.autograd.grad(gradient.sum(), z)


@pytest.mark.usefixtures("many")
def test_inside_transforms_none_is_streamed() -> None:
    gradient = torch.func.grad(losses.dcl)(BATCH.z, BATCH.tau)
    wanted = torch.func.grad(dense.dcl)(BATCH.z, BATCH.tau)
    assert torch.equal(gradient, wanted)


def test_a_batch_of_few_rows_is_the_reference_itself() -> None:
    for by_name, reference, labelled in PAIRS.values():
        assert torch.equal(call(by_name, BATCH.z, labelled), call(reference, BATCH.z, labelled))


@pytest.mark.usefixtures("many")
def test_errors_are_those_of_the_reference() -> None:
    lone = Batch(z=BATCH.z.reshape(30, 1, 4), labels=torch.arange(30), tau=0.3)
    calls: tuple[Callable[[Any], Tensor], ...] = (
        lambda module: module.cl(BATCH.z, 0.3, own_views="some"),
        lambda module: module.dcl(BATCH.z, -1.0),
        lambda module: module.nscl(BATCH.z, 0 * BATCH.labels, 0.3),
        lambda module: module.nscl(BATCH.z, BATCH.labels[1:], 0.3),
        lambda module: module.supcon(lone.z, lone.labels, 0.3),
        lambda module: module.dcl([1.0], 0.3),
    )
    for bad in calls:
        said = []
        for module in (losses, dense):
            with pytest.raises(ValueError, match="need") as caught:
                bad(module)
            said.append(str(caught.value))
        assert said[0] == said[1]


def test_they_travel_to_other_processes() -> None:
    for loss in (losses.cl, losses.dcl, losses.nscl, losses.supcon):
        assert pickle.loads(pickle.dumps(loss)) is loss
