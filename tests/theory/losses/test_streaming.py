"""The streamed losses against the dense ones: values, gradients, both precisions."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

from tests.theory.losses.cases import Batch, agree, batches, by_loops, draw_batch
from theory.losses import ContrastiveLosses, anchor_gap, cl, contrastive_losses, dcl, nscl, supcon

FIELDS = ("cl", "dcl", "nscl", "supcon", "gap")
EPS = {dtype: torch.finfo(dtype).eps for dtype in (torch.float32, torch.float64)}


def dense(batch: Batch) -> ContrastiveLosses:
    """The reference, field by field."""
    z, y, tau = batch.z, batch.labels, batch.tau
    return ContrastiveLosses(
        cl=cl(z, tau),
        dcl=dcl(z, tau),
        nscl=nscl(z, y, tau),
        supcon=supcon(z, y, tau) if batch.has_positives else None,
        gap=anchor_gap(z, y, tau).mean(),
    )


def value_and_gradient(
    compute: Callable[[Batch], ContrastiveLosses], batch: Batch, name: str
) -> tuple[Tensor, Tensor] | None:
    """One loss and its gradient in the rows; None where it is not defined."""
    z = batch.z.detach().clone().requires_grad_()
    loss = getattr(compute(Batch(z=z, labels=batch.labels, tau=batch.tau)), name)
    return None if loss is None else (loss.detach(), torch.autograd.grad(loss, z)[0])


def wide(batch: Batch) -> Batch:
    """The same numbers in float64."""
    return Batch(z=batch.z.double(), labels=batch.labels, tau=batch.tau)


def check_against_dense(batch: Batch, block: int) -> None:
    """Values within the rounding model, gradients within what it makes of the weights."""

    def streamed(b: Batch) -> ContrastiveLosses:
        return contrastive_losses(b.z, b.labels, b.tau, block=block)

    for name in FIELDS:
        found = value_and_gradient(streamed, batch, name)
        wanted = value_and_gradient(dense, wide(batch), name)
        if wanted is None:
            assert found is None, name
            continue
        assert found is not None, name
        size = wanted[0].item()
        # Streamed and dense each round; the dense one in float64, so at most as much.
        slack = 2 * batch.tolerance(name, size)
        assert agree(found[0].item(), size, slack), name
        # A gradient is 1/tau times unit rows under weights e^{s/tau - log-sum}, each off by the
        # rounding of its exponent: mass 1 from rows and columns each, Pos and positives likewise.
        error = (found[1] - wanted[1]).abs().max().item()
        assert agree(error, 0.0, 4 * slack / batch.tau), name


@given(batch=batches(), block=st.integers(1, 70))
@example(batch=draw_batch(sizes=[1, 1, 1], k=1, d=2, tau=1e-3, seed=0), block=2)
@example(batch=draw_batch(sizes=[4, 4], k=4, d=2, tau=1e-3, seed=0, spread=0.0), block=8)
def test_matches_dense_in_float64(batch: Batch, block: int) -> None:
    check_against_dense(batch, block)


@given(batch=batches(dtype=torch.float32), block=st.integers(1, 70))
@example(batch=draw_batch(sizes=[3, 3], k=1, d=2, tau=1e-3, seed=0, dtype=torch.float32), block=4)
def test_matches_dense_in_float32(batch: Batch, block: int) -> None:
    check_against_dense(batch, block)


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("block", [1, 96, 97, 256, 10_000])
def test_tiles_that_do_not_divide_the_rows(dtype: torch.dtype, block: int) -> None:
    batch = draw_batch(sizes=[90, 5, 1, 1], k=3, d=16, tau=0.1, seed=2, dtype=dtype)
    check_against_dense(batch, max(block, 7))


@given(batch=batches(max_size=3))
def test_the_streamed_gap_matches_fifty_digits(batch: Batch) -> None:
    exact = by_loops(batch)["gap"]
    gap = contrastive_losses(batch.z, batch.labels, batch.tau).gap.item()
    assert agree(gap, exact, batch.tolerance("gap", exact))


def test_the_check_catches_a_gap_by_subtraction() -> None:
    z = torch.eye(4)[:, None]
    z[1, 0, 0], z[1, 0, 1] = -0.8, 0.6
    batch = Batch(z=z, labels=torch.tensor([0, 0, 1, 2]), tau=0.05)
    check_against_dense(batch, block=2)
    exact = by_loops(wide(batch))["gap"]
    losses = contrastive_losses(batch.z, batch.labels, batch.tau)
    slack = batch.tolerance("gap", exact)
    assert agree(losses.gap.item(), exact, slack)
    assert not agree((losses.dcl - losses.nscl).item(), exact, slack)


def test_the_check_catches_a_gradient_of_half_the_matrix() -> None:
    batch = draw_batch(sizes=[3, 2], k=2, d=3, tau=0.5, seed=4)

    def forgetful(b: Batch) -> ContrastiveLosses:
        honest = dense(b)
        half = honest.dcl.detach() + (honest.dcl - honest.dcl.detach()) / 2
        return ContrastiveLosses(cl=half, dcl=half, nscl=half, supcon=half, gap=half)

    wrong, right = (
        value_and_gradient(forgetful, batch, "dcl"),
        value_and_gradient(dense, batch, "dcl"),
    )
    assert wrong is not None
    assert right is not None
    assert wrong[0] == right[0]
    error = (wrong[1] - right[1]).abs().max().item()
    assert not agree(error, 0.0, 8 * batch.rounding / batch.tau)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("name", FIELDS)
def test_gradients_match_differences(name: str, k: int) -> None:
    sizes = [2, 3, 2] if name == "supcon" else [1, 3, 2]
    batch = draw_batch(sizes=sizes, k=k, d=2, tau=0.7, seed=k)
    z = batch.z.clone().requires_grad_()

    def loss(z: Tensor) -> Tensor:
        value: Tensor = getattr(contrastive_losses(z, batch.labels, batch.tau, block=4), name)
        return value

    assert torch.autograd.gradcheck(loss, (z,))


def test_all_five_are_differentiable_together() -> None:
    batch = draw_batch(sizes=[2, 3], k=2, d=3, tau=0.5, seed=5)
    z = batch.z.clone().requires_grad_()
    losses = contrastive_losses(z, batch.labels, batch.tau, block=3)
    assert losses.supcon is not None
    total = losses.cl + losses.dcl + losses.nscl + losses.supcon + losses.gap
    parts = [value_and_gradient(dense, batch, name) for name in FIELDS]
    wanted = torch.stack([part[1] for part in parts if part is not None]).sum(dim=0)
    error = (torch.autograd.grad(total, z)[0] - wanted).abs().max().item()
    assert agree(error, 0.0, 5 * 8 * batch.rounding / batch.tau)


def test_supcon_is_none_where_an_anchor_has_no_positive() -> None:
    batch = draw_batch(sizes=[1, 3], k=1, d=3, tau=0.5, seed=5)
    assert contrastive_losses(batch.z, batch.labels, batch.tau).supcon is None


def test_the_result_is_frozen_and_of_the_dtype_of_z() -> None:
    batch = draw_batch(sizes=[2, 3], k=2, d=3, tau=0.5, seed=5, dtype=torch.float32)
    losses = contrastive_losses(batch.z, batch.labels.int(), batch.tau)
    assert {getattr(losses, name).dtype for name in FIELDS} == {torch.float32}
    with pytest.raises(AttributeError):
        losses.gap = losses.cl  # type: ignore[misc]  # that it is refused is the point


def test_outside_the_domain() -> None:
    batch = draw_batch(sizes=[2, 2], k=1, d=3, tau=0.5, seed=5)
    with pytest.raises(ValueError, match="need block >= 1, got block=0"):
        contrastive_losses(batch.z, batch.labels, 0.5, block=0)
    with pytest.raises(ValueError, match="need tau > 0, got tau=-1"):
        contrastive_losses(batch.z, batch.labels, -1)
    with pytest.raises(ValueError, match="another class"):
        contrastive_losses(batch.z, 0 * batch.labels, 0.5)
    with pytest.raises(ValueError, match=r"finite z.*at row 1"):
        contrastive_losses(batch.z.index_fill(0, torch.tensor([1]), torch.inf), batch.labels, 0.5)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", EPS)
def test_matches_dense_on_a_gpu(dtype: torch.dtype) -> None:
    batch = draw_batch(sizes=[500, 100, 1, 7], k=2, d=64, tau=0.1, seed=2, dtype=dtype)
    there = Batch(z=batch.z.cuda(), labels=batch.labels.cuda(), tau=batch.tau)
    assert contrastive_losses(there.z, there.labels, there.tau).gap.device.type == "cuda"
    check_against_dense(there, block=200)


def test_a_second_derivative_is_refused_not_wrong() -> None:
    z = torch.randn(6, 2, 3, generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    value = contrastive_losses(z, torch.tensor([0, 0, 1, 1, 2, 2]), 0.5).nscl
    (gradient,) = torch.autograd.grad(value, z, create_graph=True)
    with pytest.raises(RuntimeError, match="streamed losses are differentiable once, not twice"):
        torch.autograd.grad(gradient.square().sum(), z)
