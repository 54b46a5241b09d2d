"""How the streamed losses are put together: tiles, arithmetics, threads, one backward pass."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.theory.losses.cases import Batch, agree, batches, draw_batch
from tests.theory.losses.test_streaming import FIELDS, check_against_dense
from theory.losses import contrastive_losses
from theory.losses.streaming import kernels, sums, tiles

BATCH = draw_batch(sizes=[9, 4, 4, 1], k=2, d=4, tau=0.3, seed=1)


@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    k=st.integers(1, 4),
    block=st.integers(1, 30),
)
def test_different_tiles_share_one_class_or_none(counts: list[int], k: int, block: int) -> None:
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    cut = tiles.cut(labels.flip(0), k, block)
    assert cut.edges[0] == 0
    assert cut.edges[-1] == k * sum(counts)
    assert cut.side <= max(block, k)
    assert len(cut) == len(cut.edges) - 1
    for i in range(len(cut)):
        for j in range(i + 1, len(cut)):
            pairs = cut.label[cut.rows(i), None] == cut.label[cut.rows(j)]
            assert bool((pairs == (cut.kind(i, j) == tiles.SAME)).all())
            assert not set(cut.sample[cut.rows(i)].tolist()) & set(cut.sample[cut.rows(j)].tolist())


@given(batch=batches(), block=st.integers(1, 20), size=st.floats(0.1, 5))
def test_rows_need_not_be_unit(batch: Batch, block: int, size: float) -> None:
    # Similarities of size^2 at tau are similarities of 1 at tau/size^2.
    unit, scaled = (
        contrastive_losses(z, batch.labels, tau, block=block)
        for z, tau in ((batch.z, batch.tau), (size * batch.z, batch.tau * size**2))
    )
    for name in FIELDS:
        one, other = getattr(unit, name), getattr(scaled, name)
        if one is not None:
            assert agree(other.item(), one.item(), 4 * batch.tolerance(name, one.item())), name


def test_both_arithmetics_match_the_dense_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (0.0, 1e3):
        monkeypatch.setattr(kernels, "LIMIT", {torch.float64: limit})
        safe = isinstance(kernels.kernel_for(BATCH.z, BATCH.tau), kernels.Safe)
        assert safe == (limit == 0.0)
        check_against_dense(BATCH, block=8)


def wrong_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile that begins a sample late: its first one is taken for its class."""
    right = tiles._edges

    def late(counts: list[int], most: int) -> tuple[list[int], list[int]]:
        edges, filled_by = right(counts, most)
        return [edges[0], *(edge + 1 for edge in edges[1:-1]), edges[-1]], filled_by

    monkeypatch.setattr(tiles, "_edges", late)


def no_symmetry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles that serve their rows alone."""
    right = kernels.Bounded.add

    def rows_alone(kernel: kernels.Bounded, total: Tensor, terms: Tensor, dim: int) -> None:
        if dim == 1:
            right(kernel, total, terms, dim)

    monkeypatch.setattr(kernels.Bounded, "add", rows_alone)


def no_column_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient in which an anchor is not a term of others."""

    def by_row(_: Any, s: Tensor, work: Tensor, row: Tensor, column: Tensor) -> Tensor:
        return s.exp_().mul_(row[0, :, None])

    monkeypatch.setattr(kernels.Bounded, "weights", by_row)


@pytest.mark.parametrize("sabotage", [wrong_edges, no_symmetry, no_column_weight])
def test_the_check_catches(
    sabotage: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    check_against_dense(BATCH, block=8)
    sabotage(monkeypatch)
    with pytest.raises(AssertionError):
        check_against_dense(BATCH, block=8)


def test_a_sum_taken_from_another_has_no_digits() -> None:
    # One sample of the class far away, one of another class near: Same = e^-100 Diff.
    z = torch.tensor([[[1.0, 0]], [[0, 1]], [[1, 0]]], dtype=torch.float64)
    batch = Batch(z=z, labels=torch.tensor([0, 0, 1]), tau=0.01)
    check_against_dense(batch, block=1)
    scores = (z[0] @ z[1:, 0].mT / batch.tau).flatten()
    everything, diff = scores.exp().sum(), scores[1].exp()
    assert everything - diff == 0.0  # whose logarithm is not the 0 of log Same
    log_same, _ = sums.log_sums(z, tiles.cut(batch.labels, 1, 1), batch.tau)
    assert agree(log_same[0].item(), 0.0, batch.rounding)


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("tau", [1e-3, 0.3])
def test_threads_share_the_tiles(tau: float, dtype: torch.dtype) -> None:
    batch = draw_batch(sizes=[30, 9, 9, 1], k=2, d=4, tau=tau, seed=1, dtype=dtype)
    check_against_dense(batch, block=8)
    assert torch.get_num_threads() == 2
    once, again = (contrastive_losses(batch.z, batch.labels, tau, block=8) for _ in range(2))
    assert torch.equal(once.cl, again.cl)


def test_any_combination_takes_one_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = 0
    right = sums._gradient

    def counted(*args: Any) -> Tensor:
        nonlocal passes
        passes += 1
        return right(*args)

    monkeypatch.setattr(sums, "_gradient", counted)
    z = BATCH.z.clone().requires_grad_()
    found = contrastive_losses(z, BATCH.labels, BATCH.tau, block=8)
    assert found.supcon is not None
    torch.autograd.grad(found.cl - 2 * found.nscl + found.dcl / 3 + found.supcon + found.gap, z)
    assert passes == 1


def by_matrix(batch: Batch) -> dict[str, Tensor]:
    """Every loss of every anchor, (n, k), from the matrix of all pairs."""
    n, k, _ = batch.z.shape
    s = batch.z.flatten(0, 1) @ batch.z.flatten(0, 1).mT / batch.tau
    sample, label = torch.arange(n).repeat_interleave(k), batch.labels.repeat_interleave(k)
    own, in_class = sample[:, None] == sample, label[:, None] == label
    itself = torch.eye(n * k, dtype=torch.bool)
    positive = in_class & ~itself
    pos = (s * own).sum(dim=1) / k
    log_all = s.masked_fill(itself, -torch.inf).logsumexp(dim=1)
    log_others = s.masked_fill(own, -torch.inf).logsumexp(dim=1)
    log_diff = s.masked_fill(in_class, -torch.inf).logsumexp(dim=1)
    values = {
        "cl": log_all - pos,
        "dcl": log_others - pos,
        "nscl": log_diff - pos,
        "supcon": log_all - (s * positive).sum(dim=1) / positive.sum(dim=1),
        "gap": log_others - log_diff,
    }
    return {name: value.reshape(n, k) for name, value in values.items()}


def test_values_of_anchors_and_of_classes() -> None:
    wanted = by_matrix(BATCH)
    anchors, classes = (
        contrastive_losses(BATCH.z, BATCH.labels, BATCH.tau, block=8, reduction=reduction)
        for reduction in ("anchors", "classes")
    )
    for name in FIELDS:
        error = (getattr(anchors, name) - wanted[name]).abs().max().item()
        assert agree(error, 0.0, 3 * BATCH.rounding), name
        by_class = [wanted[name][BATCH.labels == c].mean() for c in torch.unique(BATCH.labels)]
        error = (getattr(classes, name) - torch.stack(by_class)).abs().max().item()
        assert agree(error, 0.0, 3 * BATCH.rounding), name


def test_the_gradient_of_one_anchor() -> None:
    z = BATCH.z.clone().requires_grad_()

    def loss(z: Tensor) -> Tensor:
        found = contrastive_losses(z, BATCH.labels, BATCH.tau, block=8, reduction="anchors")
        return found.nscl[3, 1] + 2 * found.cl[0, 0]

    assert torch.autograd.gradcheck(loss, (z,))


def test_another_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match="need reduction among mean, anchors, classes, got 'sum'"):
        contrastive_losses(BATCH.z, BATCH.labels, 0.5, reduction="sum")
